"""Catalogs, sources, jobs, coverage and events over HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lumina.api.stream import stream
from lumina.domain.work import JobState
from lumina.services.events import CatalogChanged, CoverageChanged, Event, Events
from lumina.services.progress import JobView
from lumina.store import jobs
from tests.api.conftest import ORIGIN, House, photo

pytestmark = pytest.mark.integration
NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_folder_becomes_a_catalog_to_browse(house: House) -> None:
    photo(house.photos / "a.jpg", "2019:07:14 10:11:12")
    made = house.post("/api/catalogs", {"name": " Home ", "import_mode": "move"}, 201)
    assert (made["name"], made["images"], made["sources"], made["import_mode"]) == ("Home", 0, [], "move")
    added = house.post(f"/api/catalogs/{made['id']}/sources", {"path": str(house.photos)}, 201)
    assert added["source"]["path"] == str(house.photos)
    assert (added["job"]["kind"], added["job"]["state"]) == ("ingest", "PENDING")
    house.work()
    catalog = house.get(f"/api/catalogs/{made['id']}")
    assert (catalog["images"], catalog["files"]) == (1, 1)
    assert catalog["sources"][0]["images"] == 1
    assert catalog["sources"][0]["scanned_at"].endswith("Z")
    assert house.get("/api/catalogs") == [catalog]
    job = house.get(f"/api/jobs/{added['job']['id']}")
    assert (job["state"], job["progress"], job["catalog_name"]) == ("SUCCESS", 1.0, "Home")
    assert job["message"]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({}, 422, "name"),
        ({"name": " "}, 422, "name"),
        ({"name": "x" * 201}, 422, "name"),
        ({"name": "Taken"}, 409, "Taken"),
        ({"name": "x", "import_mode": "steal"}, 422, "import_mode"),
        ({"name": "x", "colour": "red"}, 422, "colour"),
        ([], 422, "body"),
    ],
)
def test_a_bad_catalog_is_refused(house: House, body: Any, status: int, named: str) -> None:
    house.post("/api/catalogs", {"name": "Taken"}, 201)
    assert named in house.problem(house.client.post("/api/catalogs", json=body), status)["detail"]


def test_a_body_that_is_no_json_is_refused(house: House) -> None:
    headers = {"content-type": "application/json"}
    house.problem(house.client.post("/api/catalogs", content=b"{", headers=headers), 422)


def test_bad_sources_are_refused(house: House) -> None:
    catalog = house.post("/api/catalogs", {"name": "Home"}, 201)["id"]
    file = photo(house.photos / "a.jpg")
    url = f"/api/catalogs/{catalog}/sources"
    for path in ("relative", str(house.photos / "nowhere"), str(file), "/proc/self/mem"):
        house.problem(house.client.post(url, json={"path": path}), 422)
    house.problem(house.client.post(f"/api/catalogs/{NOBODY}/sources", json={"path": str(house.photos)}), 404)
    assert house.get("/api/catalogs")[0]["sources"] == []
    assert house.get("/api/jobs")["items"] == []


def test_a_source_can_be_changed_mounted_and_read_again(house: House, tmp_path: Path) -> None:
    photo(house.photos / "a.jpg")
    house.add_photos()
    (source,) = house.get("/api/catalogs")[0]["sources"]
    changed = house.client.patch(f"/api/sources/{source['id']}", json={"ignore_patterns": ["*.png"]})
    assert changed.json()["ignore_patterns"] == ["*.png"]
    photo(house.photos / "b.png")
    photo(house.photos / "c.jpg")
    assert house.post(f"/api/sources/{source['id']}/scan", status=202)["kind"] == "ingest"
    house.work()
    assert {item["name"] for item in house.get("/api/images")["items"]} == {"a.jpg", "c.jpg"}
    mount = f"/api/sources/{source['id']}/mounts/gpu-box"
    assert house.client.put(mount, json={"path": "/mnt/photos"}).status_code == 204
    house.problem(house.client.put(mount, json={"path": "photos"}), 422)
    moved = tmp_path / "moved"
    house.photos.rename(moved)
    assert house.client.patch(f"/api/sources/{source['id']}", json={"path": str(moved)}).json()["path"] == str(moved)
    for method, url, body in (
        ("POST", "/api/sources/999/scan", None),
        ("PATCH", "/api/sources/999", {}),
        ("PUT", "/api/sources/999/mounts/x", {"path": "/x"}),
    ):
        house.problem(house.client.request(method, url, json=body), 404)


def test_folders_are_listed_for_who_sits_at_the_server(house: House) -> None:
    (house.photos / "2019").mkdir()
    (house.photos / ".hidden").mkdir()
    (house.photos / "file.txt").write_text("x")
    found = house.get("/api/folders", path=str(house.photos))
    assert found == {
        "path": str(house.photos),
        "parent": str(house.photos.parent),
        "folders": [{"name": "2019", "path": str(house.photos / "2019")}],
    }
    assert house.get("/api/folders")["path"] == str(Path.home())
    assert house.get("/api/folders", path="/")["parent"] is None
    house.problem(house.client.get("/api/folders", params={"path": str(house.photos / "nowhere")}), 404)
    house.problem(house.client.get("/api/folders", params={"path": "photos"}), 422)


def test_folders_are_not_listed_for_others(house: House) -> None:
    from fastapi.testclient import TestClient

    from lumina.api.app import create_app

    with TestClient(create_app(house.lumina), base_url=ORIGIN, client=("192.168.1.7", 50000)) as other:
        house.problem(other.get("/api/folders"), 403)


def test_jobs_are_listed_by_state_and_catalog_and_paged(house: House) -> None:
    photo(house.photos / "a.jpg")
    catalog = house.add_photos()
    made = [house.post("/api/jobs", {"kind": "stages", "stages": ["hash"]}, 202)["id"] for _ in range(3)]
    thumbnails = house.post("/api/jobs/thumbnails", {"catalog_id": catalog}, 202)
    assert thumbnails["parameters"]["stages"] == ["thumbnail"]
    walked, cursor = [], {}
    while True:
        page = house.get("/api/jobs", limit=2, **cursor)
        walked += [job["id"] for job in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert walked[0] == thumbnails["id"]
    assert walked[1:4] == made[::-1]
    assert len(walked) == len(set(walked)) == 7, "with the two searches that followed the scan"
    assert {job["state"] for job in house.get("/api/jobs", state="PENDING")["items"]} == {"PENDING"}
    assert len(house.get("/api/jobs", state=["PENDING", "SUCCESS"])["items"]) == 7
    assert {job["catalog_id"] for job in house.get("/api/jobs", catalog=catalog)["items"]} == {catalog}
    house.problem(house.client.get("/api/jobs", params={"state": "DONE"}), 422)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"kind": "dance"}, 422),
        ({"kind": "stages", "stages": ["dance"]}, 422),
        ({"kind": "ingest"}, 422),  # there is no source yet
        ({"kind": "ingest", "stages": ["hash"]}, 422),
        ({"kind": "stages", "paths": ["2019"]}, 422),
        ({"kind": "ingest", "source_id": 99}, 404),
        ({"kind": "stages", "catalog_id": NOBODY}, 404),
    ],
)
def test_bad_requests_for_work_are_refused(house: House, body: Any, status: int) -> None:
    house.problem(house.client.post("/api/jobs", json=body), status)
    assert house.get("/api/jobs")["items"] == []


def test_work_can_be_asked_for_within_a_source(house: House) -> None:
    photo(house.photos / "2019" / "a.jpg")
    catalog = house.add_photos()
    source = house.get("/api/catalogs")[0]["sources"][0]["id"]
    job = house.post("/api/jobs", {"kind": "ingest", "source_id": source, "paths": ["2019/"]}, 202)
    assert job["parameters"]["scope"] == "2019"
    again = house.post("/api/jobs", {"kind": "ingest", "source_id": source, "paths": ["2019"]}, 202)
    assert again["id"] == job["id"], "a scan that is open already is the answer"
    other = house.post("/api/catalogs", {"name": "Other"}, 201)["id"]
    wrong = {"kind": "ingest", "catalog_id": other, "source_id": source}
    house.problem(house.client.post("/api/jobs", json=wrong), 422)
    house.post("/api/jobs", {"kind": "ingest", "catalog_id": catalog}, 202)


def test_a_job_is_paused_resumed_and_cancelled(house: House) -> None:
    job = house.post("/api/jobs", {"kind": "stages"}, 202)
    url = f"/api/jobs/{job['id']}"
    assert house.post(f"{url}/pause")["paused"] is True
    house.work()
    assert house.get(url)["state"] == "PENDING"
    assert house.post(f"{url}/resume")["paused"] is False
    assert house.post(f"{url}/cancel")["cancel_requested"] is True
    house.work()
    assert house.get(url)["state"] == "CANCELLED"
    house.problem(house.client.post(f"{url}/pause"), 409)
    house.problem(house.client.post(f"{url}/resume"), 409)
    assert house.post(f"{url}/cancel")["state"] == "CANCELLED"


@pytest.mark.parametrize("suffix", ["", "/cancel", "/pause", "/resume", "/retry", "/errors"])
def test_an_unknown_job_is_not_found(house: House, suffix: str) -> None:
    method = "GET" if suffix in ("", "/errors") else "POST"
    house.problem(house.client.request(method, f"/api/jobs/{NOBODY}{suffix}"), 404)
    house.problem(house.client.request(method, f"/api/jobs/7{suffix}"), 422)


def test_failures_are_grouped_shown_and_tried_again(house: House) -> None:
    broken = house.photos / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0" + b"nothing of a picture" * 20)
    photo(house.photos / "a.jpg")
    catalog = house.add_photos()
    (job,) = (job for job in house.get("/api/jobs")["items"] if job["kind"] == "ingest")
    assert (job["done"], job["failed"]) == (1, 1)
    errors = house.get(f"/api/jobs/{job['id']}/errors")
    assert {group["stage"] for group in errors} >= {"thumbnail"}
    assert errors[0]["examples"][0]["path"] == str(broken)
    assert errors[0]["reason"]
    coverage = house.get("/api/coverage")["catalogs"][0]
    thumbnail = next(stage for stage in coverage["stages"] if stage["stage"] == "thumbnail")
    assert (thumbnail["done"], thumbnail["failed"], thumbnail["unit"]) == (1, 1, "images")
    assert thumbnail["description"].endswith(".")
    groups = house.get("/api/coverage/failures", catalog=catalog, stage="thumbnail")
    assert groups[0]["examples"][0]["path"] == str(broken)
    shown = house.get("/api/images", stage="thumbnail", stage_state="failed", code=groups[0]["code"])["items"]
    assert [item["name"] for item in shown] == ["broken.jpg"]
    retried = house.post(f"/api/jobs/{job['id']}/retry", {"code": groups[0]["code"]}, 202)
    house.work()
    assert house.get(f"/api/jobs/{retried['id']}")["failed"] == 1
    house.problem(house.client.post(f"/api/jobs/{job['id']}/retry", json={"code": "unheard-of"}), 409)
    house.problem(house.client.post(f"/api/jobs/{job['id']}/retry", json={"cause": "x"}), 422)


def test_attention_takes_ids_alone(house: House) -> None:
    for images in ([], ["x"], [0], [1] * 2001, "1"):
        house.problem(house.client.post("/api/attention", json={"images": images}), 422)


class Heard:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def wait_for(self, seen: Any, seconds: float = 20) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: any(seen(event) for event in self.events), seconds), self.events


def test_listeners_hear_of_jobs_coverage_and_catalogs(house: House) -> None:
    photo(house.photos / "a.jpg", "2019:07:14 10:11:12")
    events, heard = Events(house.store, interval=0.02), Heard()
    stop = events.subscribe(heard)
    catalog = UUID(house.add_photos())
    heard.wait_for(lambda e: isinstance(e, JobView) and e.state is JobState.SUCCESS and e.catalog_name == "Home")
    heard.wait_for(lambda e: e == CoverageChanged(catalog))
    heard.wait_for(lambda e: e == CatalogChanged(catalog, 1))
    stop()


def test_the_database_is_asked_only_while_somebody_listens(house: House) -> None:
    events = Events(house.store, interval=0.01)
    assert not events.listening
    stops = [events.subscribe(Heard()) for _ in range(3)]
    assert events.listening
    for stop in stops:
        stop()
    deadline = time.monotonic() + 10
    while events.listening and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not events.listening
    heard = Heard()
    again = events.subscribe(heard)
    job = house.post("/api/jobs", {"kind": "stages"}, 202)
    heard.wait_for(lambda e: isinstance(e, JobView) and str(e.id) == job["id"])
    again()


def test_old_ends_are_no_news_but_ends_between_two_looks_are(house: House) -> None:
    house.post("/api/jobs", {"kind": "stages"}, 202)
    house.work()
    events, heard = Events(house.store, interval=0.2), Heard()
    stop = events.subscribe(heard)
    time.sleep(0.5)
    assert heard.events == []
    job = house.post("/api/jobs", {"kind": "stages"}, 202)
    house.work()
    heard.wait_for(lambda e: isinstance(e, JobView) and str(e.id) == job["id"] and e.state is JobState.SUCCESS)
    stop()


def test_events_go_on_after_the_database_was_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from lumina.errors import Unavailable

    events, heard = Events(house.store, interval=0.01), Heard()
    working, away = house.store.transaction, threading.Event()

    def flapping() -> Any:
        if away.is_set():
            raise Unavailable("The database does not answer.")
        return working()

    monkeypatch.setattr(house.store, "transaction", flapping)
    stop = events.subscribe(heard)
    away.set()
    time.sleep(0.1)
    away.clear()
    job = house.post("/api/jobs", {"kind": "stages"}, 202)
    heard.wait_for(lambda e: isinstance(e, JobView) and str(e.id) == job["id"])
    stop()


def test_a_stream_says_events_as_text_and_ends_when_the_server_does(house: House) -> None:
    closing = threading.Event()

    async def listen() -> list[str]:
        lines: list[str] = []
        async for text in stream(Events(house.store, interval=0.02), closing, heartbeat=0.3):
            lines.append(text)
            if len(lines) == 1:
                await asyncio.to_thread(house.post, "/api/jobs", {"kind": "stages"}, 202)
            if "event: job" in text:
                lines.append("")
            if len(lines) > 2 and text.startswith("event: heartbeat"):
                closing.set()
        return lines

    lines = asyncio.run(asyncio.wait_for(listen(), 30))
    assert lines[0].startswith("retry: 2000\nevent: heartbeat\n")
    job = next(line for line in lines if line.startswith("event: job"))
    _name, data, *rest = job.split("\n")
    assert json.loads(data.removeprefix("data: "))["kind"] == "stages"
    assert rest == ["", ""]


def test_progress_rate_and_time_left_follow_from_the_counts(house: House) -> None:
    job = house.post("/api/jobs", {"kind": "stages"}, 202)
    with house.store.transaction() as tx:
        tx.execute(
            "UPDATE job SET state = 'STARTED', started_at = now() - interval '10 seconds', total = 100, done = 15,"
            " failed = 5 WHERE id = :id",
            id=UUID(job["id"]),
        )
    shown = house.get(f"/api/jobs/{job['id']}")
    assert shown["progress"] == 0.2
    assert shown["rate"] == pytest.approx(2, rel=0.2)
    assert shown["eta_seconds"] == pytest.approx(40, rel=0.2)
    house.post(f"/api/jobs/{job['id']}/pause")
    assert house.get(f"/api/jobs/{job['id']}")["eta_seconds"] is None
    with house.store.transaction() as tx:
        assert jobs.finish(tx, UUID(job["id"]), JobState.FAILURE, {"message": "stopped"})
    ended = house.get(f"/api/jobs/{job['id']}")
    assert (ended["message"], ended["eta_seconds"]) == ("stopped", None)
