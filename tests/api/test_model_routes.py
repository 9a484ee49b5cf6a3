"""Models through the API: listed, downloaded with progress, cancelled, removed; images embedded without a restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from lumina.domain.model import Terms
from lumina.inference import install
from lumina.inference.models import Models
from lumina.remote.hub import Hub
from lumina.remote.patience import Patience
from lumina.services.models import follow, stages_of
from lumina.services.pulls import Pulls
from tests.api.conftest import House, photo
from tests.support.hub import Fault, Server, serving, small, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
NAME, TERMS = "clip-vit-b32", Terms("The Licence", "https://example.org", "No harm.")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def models(house: House, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> House:
    """The house with a catalogue of two models that the test's hub has."""
    known = (small(server), replace(small(server, name="dinov3-base"), terms=TERMS))
    hub = Hub(tmp_path / "models", origin=server.url, patience=Patience(stall=20, tries=1, first=0.01))
    installed, tags = Models(hub.home, entries=known), house.app.settings.tag_model
    pulls = Pulls(hub, lambda name: follow(house.app.work, stages_of(installed, name, tags, "u2net")))
    # The app's own parts, with another folder, catalogue and hub.
    app = replace(house.app, models=installed, hub=hub)
    for stage in house.app.registry:
        if stage.name == f"embed:{NAME}":
            monkeypatch.setattr(stage, "models", installed)
    monkeypatch.setattr(house.lumina, "app", app)
    monkeypatch.setattr(house.lumina, "pulls", pulls)
    return house


def one(house: House, name: str = NAME) -> dict[str, Any]:
    (found,) = (item for item in house.get("/api/models")["items"] if item["name"] == name)
    return dict(found)


def held(server: Server) -> Callable[[], None]:
    """The hub does not answer any more until what is returned is called."""
    go_on = threading.Event()
    server.before = lambda path: (go_on.wait(20), None)[1]
    return go_on.set


def test_the_list_says_what_is_missing_and_how_large_it_is(models: House) -> None:
    found = one(models)
    assert found["state"] == "missing"
    assert found["detail"] == f"Model {NAME} is not installed: lumina models pull {NAME}"
    assert found["kind"] == ["image", "text"]
    assert (found["enabled"], found["embedded"], found["progress"], found["provider"]) == (True, 0, None, "")
    other = one(models, "dinov3-base")
    assert other["terms"]["title"] == "The Licence"
    assert (other["terms_accepted"], other["enabled"]) == (False, False)


def test_a_download_shows_how_far_it_is_and_can_be_cancelled(models: House, server: Server) -> None:
    server.faults = [Fault(), Fault(cut=4000, stall=30)]
    assert models.post(f"/api/models/{NAME}/pull", status=202)["state"] == "pulling"
    wait_until(lambda: (one(models)["progress"] or {"done": 0})["done"] > 10_000)
    assert models.post(f"/api/models/{NAME}/pull", status=202)["state"] == "pulling", "joined"
    models.problem(models.client.delete(f"/api/models/{NAME}"), 409)
    began = time.monotonic()
    assert models.client.delete(f"/api/models/{NAME}/pull").status_code == 200
    assert time.monotonic() - began < 2.0, "though the hub says nothing"
    assert one(models)["state"] == "missing"
    server.close()


def test_what_is_complete_is_embedded_without_a_restart(models: House, server: Server) -> None:
    photo(models.photos / "a.jpg")
    models.add_photos()
    models.post(f"/api/models/{NAME}/pull", {"accept_terms": False}, status=202)
    wait_until(lambda: one(models)["state"] == "installed")
    wait_until(lambda: bool(models.get("/api/jobs", state="PENDING")["items"]))
    (job,) = models.get("/api/jobs", state="PENDING")["items"]
    assert job["kind"] == "stages"
    assert one(models)["size"] == models.lumina.app.models.entry(NAME).size
    assert models.client.delete(f"/api/models/{NAME}", params={"dry_run": True}).json()["freed"] > 0
    assert one(models)["state"] == "installed"
    assert models.client.delete(f"/api/models/{NAME}").json()["freed"] > 0
    assert one(models)["state"] == "missing"


def test_terms_failures_and_names_that_do_not_exist(models: House, server: Server) -> None:
    refused = models.problem(models.client.post("/api/models/dinov3-base/pull"), 422)
    assert "https://example.org" in refused["detail"]
    server.faults = [Fault(403)]
    models.post("/api/models/dinov3-base/pull", {"accept_terms": True}, 202)
    wait_until(lambda: "HF_TOKEN" in one(models, "dinov3-base")["detail"])
    models.post("/api/models/dinov3-base/pull", {"accept_terms": True}, 202)
    wait_until(lambda: one(models, "dinov3-base")["terms_accepted"])
    for method, path in (("POST", "x/pull"), ("DELETE", "x/pull"), ("DELETE", "x")):
        models.problem(models.client.request(method, f"/api/models/{path}"), 404)


def test_a_server_that_stops_ends_its_downloads(models: House, server: Server) -> None:
    go_on = held(server)
    models.post(f"/api/models/{NAME}/pull", status=202)
    threading.Timer(0.1, go_on).start()
    models.lumina.pulls.stop(10)
    assert not models.lumina.pulls.running
    assert one(models)["state"] == "missing"
    models.problem(models.client.post(f"/api/models/{NAME}/pull"), 409)


def test_the_doctor_counts_the_images_that_wait(models: House) -> None:
    def said() -> list[str]:
        checks = models.get("/api/doctor")["checks"]
        return [check["state"] + " " + check["sentence"] for check in checks if check["name"] == f"model-{NAME}"]

    assert not said(), "without images there is nothing to say"
    photo(models.photos / "a.jpg")
    models.add_photos()
    assert said() == [f"warning 1 image can't be searched by what they show: model {NAME} is missing."]
    folder = models.lumina.app.hub.home / NAME
    entry = models.lumina.app.models.entry(NAME)
    places = {file.path: models.photos / "a.jpg" for file in entry.files}
    install.install(folder.parent, entry, places, "test", own=True)
    assert said() == [f"ok Model {NAME} is installed and runs on the cpu."]
    (folder / "files" / entry.files[0].path).unlink()
    assert entry.files[0].path in said()[0]
    assert said()[0].startswith("failed ")
