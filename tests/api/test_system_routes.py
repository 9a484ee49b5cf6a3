"""Health, metrics, documents, headers, the web interface, and the description of the API held against the API."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from lumina import __version__
from lumina.api import problems
from lumina.api.app import create_app
from lumina.api.caching import Shared
from lumina.api.docs import page
from lumina.api.openapi import document
from lumina.api.security import MOST_BYTES, check_binding
from lumina.api.timings import Timings
from lumina.api.web import Web
from lumina.errors import BadSetting, Unavailable
from lumina.services.kept import Kept
from lumina.store import migrate
from tests.api.conftest import ORIGIN, House

pytestmark = pytest.mark.integration
DOCUMENT = json.loads(document())
OPERATIONS = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]
NEVER_ENDING = ("/api/events",)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    return DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def concrete(path: str, operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path with something unknown in its place, and the query parameters that must be there."""
    query: dict[str, Any] = {}
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        value = "00000000-0000-0000-0000-000000000000" if schema.get("format") == "uuid" else "987654321"
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", value)
        elif parameter["required"]:
            query[parameter["name"]] = "2019-07"
    return path, query


@pytest.mark.parametrize(("method", "path"), [entry for entry in OPERATIONS if entry[1] not in NEVER_ENDING])
def test_every_route_answers_as_it_is_described(house: House, method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method.lower()]
    address, query = concrete(path, operation)
    response = house.client.request(method, address, params=query)
    described = operation["responses"]
    assert str(response.status_code) in described, (response.status_code, response.text)
    if response.content:
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in described[str(response.status_code)]["content"]
    if response.status_code >= 400:
        house.problem(response, response.status_code)
    elif response.headers.get("content-type") == "application/json":
        check_shape(response.json(), described[str(response.status_code)]["content"]["application/json"]["schema"])


def check_shape(value: Any, schema: dict[str, Any]) -> None:
    """Every described field is there, and no other."""
    schema = resolved(schema)
    if schema.get("type") == "array":
        for item in value:
            check_shape(item, schema["items"])
    elif "properties" in schema:
        assert set(value) == set(schema["properties"])
        for name, inside in schema["properties"].items():
            check_shape(value[name], inside)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_errors_are_described_as_problems(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method.lower()]
    errors = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
    assert "503" in errors or path in ("/health/live", "/api/events")
    assert "422" in errors or not (operation.get("parameters") or operation.get("requestBody"))
    for answer in errors.values():
        assert list(answer["content"]) == ["application/problem+json"]
        assert answer["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_operation_has_a_name_of_its_own_and_a_sentence() -> None:
    operations = [DOCUMENT["paths"][path][method.lower()] for method, path in OPERATIONS]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["description"].endswith(".") for operation in operations)


def test_the_paths_of_existing_clients_are_there() -> None:
    assert {("POST", "/api/jobs/thumbnails"), ("GET", "/api/jobs"), ("GET", "/api/images")} <= set(OPERATIONS)


def test_the_document_is_the_same_each_time_and_the_committed_one() -> None:
    assert document() == document()
    committed = Path(__file__).parents[2] / "web" / "openapi.json"
    assert committed.read_text(encoding="utf-8") == document(), "run `python -m lumina.api.openapi > web/openapi.json`"


def test_the_document_is_printed_by_a_command() -> None:
    printed = subprocess.run([sys.executable, "-m", "lumina.api.openapi"], capture_output=True, text=True, check=True)
    assert printed.stdout == document()


def test_the_document_and_the_page_of_it_are_served(house: House) -> None:
    assert house.get("/api/openapi.json") == DOCUMENT
    response = house.client.get("/docs")
    assert response.headers["content-type"].startswith("text/html")
    assert "GET /api/timeline/buckets" in response.text
    assert not re.search(r"(src|href)=\"https?:", response.text)


def test_texts_of_the_document_are_escaped_on_its_page() -> None:
    hostile = {"info": {"title": "<script>", "version": "1"}, "paths": {}, "components": {"schemas": {}}}
    assert "<script>" not in page(hostile)


def test_health_says_whether_the_database_can_be_used(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.get("/health/live") == {"status": "ok"}
    assert house.get("/health/ready") == {"status": "ok"}
    with house.store.transaction() as tx:
        tx.execute("UPDATE lumina_schema SET version_num = '0000'")
    try:
        assert "0000" in house.problem(house.client.get("/health/ready"), 503)["detail"]
    finally:
        with house.store.transaction() as tx:
            tx.execute("UPDATE lumina_schema SET version_num = :head", head=migrate.head())

    def away() -> Any:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(house.store, "transaction", away)
    response = house.client.get("/api/images")
    house.problem(response, 503)
    assert response.headers["retry-after"] == "2"
    assert house.get("/health/live") == {"status": "ok"}


def test_a_connection_that_is_cut_is_a_503_and_the_next_request_works(house: House) -> None:
    with pytest.raises(Unavailable), house.store.transaction() as tx:
        tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert house.get("/health/ready") == {"status": "ok"}


def test_metrics_are_prometheus_text(house: House) -> None:
    house.post("/api/catalogs", {"name": 'Ho"me\\\n'.strip()}, 201)
    house.post("/api/jobs", {"kind": "stages"}, 202)
    house.get("/api/images")
    house.client.get("/api/images/5")
    response = house.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = response.text.splitlines()
    sample = re.compile(r'[a-z_]+(\{([a-z]+="(\\.|[^"\\])*",?)*\})? [0-9.e+-]+|# (HELP|TYPE) [a-z_]+ .+')
    assert [line for line in lines if not sample.fullmatch(line)] == []
    assert 'lumina_jobs{kind="stages",state="PENDING"} 1' in lines
    assert 'lumina_batches{lane="io",state="ready"} 1' in lines
    assert any(line.startswith('lumina_queue_wait_seconds{lane="io"}') for line in lines)
    assert 'lumina_stage_images{catalog="Ho\\"me\\\\",stage="hash",standing="done"} 0' in lines
    routes = [line for line in lines if line.startswith("lumina_http_request_seconds_count")]
    assert any('route="/api/images/{image_id}",status="404"' in line for line in routes), routes
    assert not any("/api/images/5" in line for line in lines), "paths would grow without bound"


def test_histograms_count_up_to_each_bound() -> None:
    timings = Timings()
    for seconds in (0.001, 0.005, 0.03, 99):
        timings.add("GET", "/x", 200, seconds)
    (histogram,) = timings.snapshot().values()
    assert histogram.counts == [2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert histogram.seconds == pytest.approx(99.036)


def test_the_installation_is_described(house: House) -> None:
    assert house.get("/api/about") == {"version": __version__, "schema": migrate.head()}
    settings = {setting["name"]: setting for setting in house.get("/api/settings")}
    assert settings["port"]["value"] == 8765
    assert settings["port"]["origin"] == "default"
    assert all(setting["description"] for setting in settings.values())
    checks = house.get("/api/doctor")["checks"]
    assert {check["state"] for check in checks} <= {"ok", "warning", "failed"}
    nodes = {node["name"]: node for node in house.get("/api/nodes")}
    assert nodes["server"]["alive"] is True
    with house.store.transaction() as tx:
        tx.execute("UPDATE node SET seen_at = now() - interval '1 hour'")
    assert house.get("/api/nodes")[0]["alive"] is False
    house.app.set_up_database()


@pytest.mark.parametrize("path", ["/", "/api/images", "/api/nothing", "/docs", "/health/live", "/nothing.js"])
def test_headers_protect_every_answer(house: House, path: str) -> None:
    headers = house.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "[::1", "10.0.0.1"]
)
def test_foreign_hosts_are_refused(house: House, host: str) -> None:
    house.problem(house.client.get("/api/images", headers={"host": host}), 421)


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
def test_this_machines_names_are_answered(house: House, host: str) -> None:
    assert house.client.get("/health/live", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_other_sites_cannot_change_anything(house: House, headers: dict[str, str]) -> None:
    response = house.client.post("/api/catalogs", json={"name": "Evil"}, headers=headers)
    house.problem(response, 403)
    assert house.get("/api/catalogs") == []


def test_the_web_interface_itself_may(house: House) -> None:
    own = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    assert house.client.post("/api/catalogs", json={"name": "Mine"}, headers=own).status_code == 201


def test_large_bodies_are_refused_whether_they_say_so_or_not(house: House) -> None:
    large = b'{"name": "' + b"x" * MOST_BYTES + b'"}'
    house.problem(house.client.post("/api/catalogs", content=large), 413)
    house.problem(house.client.post("/api/catalogs", content=b"{}", headers={"content-length": "many"}), 413)

    def chunks() -> Any:
        yield from (large[n : n + 65536] for n in range(0, len(large), 65536))

    response = house.client.post("/api/catalogs", content=chunks(), headers={"content-type": "application/json"})
    assert response.status_code >= 400
    assert house.get("/api/catalogs") == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api", 404),
        ("GET", "/api/images/", 404),
        ("POST", "/api/nothing", 404),
        ("DELETE", "/somewhere", 404),
        ("PUT", "/api/images", 405),
        ("GET", "/health/nothing", 404),
        ("GET", "/missing.js", 404),
    ],
)
def test_unknown_routes_and_methods_are_problems(house: House, method: str, path: str, status: int) -> None:
    house.problem(house.client.request(method, path), status)


def test_an_unexpected_error_says_nothing_of_the_inside(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise RuntimeError("secret detail")

    logged: list[dict[str, Any]] = []

    class Log:
        def error(self, _event: str, **values: Any) -> None:
            logged.append(values)

    monkeypatch.setattr(house.store, "transaction", broken)
    monkeypatch.setattr(problems, "_log", Log())
    with TestClient(create_app(house.lumina), base_url=ORIGIN, raise_server_exceptions=False) as client:
        response = client.get("/api/images")
    assert "secret" not in json.dumps(house.problem(response, 500))
    assert logged[0]["path"] == "/api/images"
    assert str(logged[0]["exc_info"]) == "secret detail"


@pytest.mark.unit
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.5.5.5"])
def test_loopback_addresses_need_no_password(host: str) -> None:
    check_binding(host)


@pytest.mark.unit
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "nas.local", ""])
def test_addresses_that_others_can_reach_are_refused(host: str) -> None:
    with pytest.raises(BadSetting, match="host"):
        check_binding(host)


def test_the_app_builds_its_parts_from_the_environment(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LUMINA_HOME", str(tmp_path))
    monkeypatch.setenv("LUMINA_DATABASE_URL", house.app.settings.database_url)
    with TestClient(create_app(), base_url=ORIGIN) as client:
        assert client.get("/api/images").json() == {"items": [], "next": None}
        origins = {entry["name"]: entry["origin"] for entry in client.get("/api/settings").json()}
        assert origins["home"].startswith("environment")
    monkeypatch.setenv("LUMINA_HOST", "0.0.0.0")
    with pytest.raises(BadSetting), TestClient(create_app(), base_url=ORIGIN):
        pass


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A built web interface."""
    for name, content in (
        ("index.html", "<!doctype html><title>Lumina</title>"),
        ("assets/app-1a2b.js", "console.log(1);" * 200),
        ("icon.svg", "<svg/>"),
        ("icon.png", "png"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def client_of(house: House, folder: Path) -> TestClient:
    app = create_app(house.lumina)
    app.router.default = Web(folder)
    return TestClient(app, base_url=ORIGIN)


def test_the_page_is_served_for_every_address_of_the_interface(house: House, site: Path) -> None:
    client = client_of(house, site)
    for path in ("/", "/index.html", "/photos/12", "/jobs"):
        response = client.get(path)
        assert response.text == "<!doctype html><title>Lumina</title>"
        assert response.headers["cache-control"] == "no-cache"
    again = client.get("/", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_hashed_assets_are_immutable_and_compressed(house: House, site: Path) -> None:
    client = client_of(house, site)
    response = client.get("/assets/app-1a2b.js", headers={"accept-encoding": "gzip"})
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) < 200
    assert response.text == "console.log(1);" * 200
    plain = client.get("/assets/app-1a2b.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert client.get("/icon.png").headers["content-type"] == "image/png"


def test_only_files_that_were_built_are_served(house: House, site: Path) -> None:
    (site.parent / "secret.txt").write_text("secret")
    client = client_of(house, site)
    (site / "later.txt").write_text("later")
    for path in ("/..%2fsecret.txt", "/%2e%2e/secret.txt", "/later.txt", "/assets/nothing.js"):
        house.problem(client.get(path), 404)


def test_without_a_built_interface_the_page_says_so(house: House, tmp_path: Path) -> None:
    problem = house.problem(client_of(house, tmp_path).get("/"), 503)
    assert "make install" in problem["detail"]


@pytest.mark.unit
def test_shared_answers_are_kept_as_long_as_they_took() -> None:
    clock = [0.0]
    shared, made = Shared(lambda: clock[0]), []

    def make() -> int:
        clock[0] += 2
        made.append(1)
        return len(made)

    assert shared.get("a", make) == 1  # took from 0 to 2, kept until 4
    clock[0] = 3.9
    assert shared.get("a", make) == 1
    clock[0] = 4.0
    assert shared.get("a", make) == 2
    for n in range(300):
        shared.get(n, make)
    assert len(shared._kept) <= 102


@pytest.mark.unit
def test_the_value_not_asked_for_longest_makes_room() -> None:
    kept: Kept[str] = Kept(2)
    made: list[str] = []

    def make(name: str) -> str:
        return kept.get(name, lambda: made.append(name) or name)

    for name in ("a", "b", "a", "c", "a", "b"):
        assert make(name) == name
    assert made == ["a", "b", "c", "b"]
