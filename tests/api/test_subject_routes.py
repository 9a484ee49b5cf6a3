"""Images of one subject and the care of vectors over HTTP, and their check on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from lumina.api.schemas.events import Published
from lumina.engine.follow import DETECT_SUBJECTS, INDEX_VECTORS
from lumina.store import spaces
from lumina.store.runs import RunKind
from tests.api.conftest import House
from tests.support.lumina_home import Home
from tests.support.sky import Sky, new_sky

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def sky(house: House) -> Sky:
    return new_sky(house.app, house.messages)


def test_subjects_are_looked_for_and_listed_a_page_at_a_time(house: House, sky: Sky) -> None:
    catalog = str(sky.twins.catalog)
    assert house.get("/api/subjects") == {"run": None, "items": [], "next": None}
    sky.fill(120)
    for size in (4, 3, 2):
        sky.save(sky.twins.add(size), sky.near(sky.strewn(1)[0], size))
    job = house.post("/api/jobs/detect-subjects", {"catalog_id": catalog}, 202)
    assert job["kind"] == DETECT_SUBJECTS
    house.work()
    first = house.get("/api/subjects", catalog=catalog, limit=2)
    rest = house.get("/api/subjects", catalog=catalog, limit=2, cursor=first["next"])
    assert [len(group["members"]) for group in first["items"] + rest["items"]] == [4, 3, 2]
    assert rest["next"] is None
    assert first["run"]["counts"]["groups"] == 3
    one = first["items"][0]
    assert one["members"][0]["similarity"] == 1
    assert one["similarity"] == min(member["similarity"] for member in one["members"])
    assert one["members"][1]["image"]["name"].endswith(".jpg")
    missing = "00000000-0000-0000-0000-000000000000"
    house.problem(house.client.get("/api/subjects", params={"catalog": missing}), 404)
    house.problem(house.client.get("/api/subjects", params={"cursor": "nonsense"}), 422)
    house.problem(house.client.post("/api/jobs/detect-subjects", json={"catalog_id": missing}), 404)
    wanted = {"catalog": catalog, "filter": {"tier": "subject"}}
    house.problem(house.client.post("/api/duplicates/plan", json=wanted), 422)


@pytest.mark.parametrize("kind", RunKind)
def test_pages_hear_of_whatever_is_published(kind: RunKind) -> None:
    told = Published.model_validate({"catalog_id": uuid4(), "kind": kind.value, "run_id": 1})
    assert told.kind == kind.value


def test_indexes_are_asked_for_once_at_a_time(house: House, sky: Sky) -> None:
    sky.fill(60)
    job = house.post("/api/jobs/index-vectors", status=202)
    assert (job["kind"], job["catalog_id"]) == (INDEX_VECTORS, None)
    assert job["id"] in house.problem(house.client.post("/api/jobs/index-vectors"), 409)["detail"]
    house.work()
    assert house.get(f"/api/jobs/{job['id']}")["message"] == "Done: calibrate sky 1"
    again = house.post("/api/jobs/index-vectors", {"rebuild": True}, 202)
    house.work()
    assert house.get(f"/api/jobs/{again['id']}")["progress"] == 1


def test_the_command_says_what_is_wrong_with_the_vectors(house: House, sky: Sky, tmp_path: Path) -> None:
    home, url = Home(tmp_path), house.app.settings.database_url
    assert home.run("verify", "vectors", LUMINA_DATABASE_URL=url).stdout == "No image has been embedded yet.\n"
    images, _, space = sky.fill(30)
    whole = home.run("verify", "vectors", LUMINA_DATABASE_URL=url).stdout
    assert "sky 1" in whole
    assert "whole" in whole
    sky.twins.run(f"DELETE FROM {spaces.table(space)} WHERE image_id = {images[0]}")
    broken = home.run("verify", "vectors", code=1, LUMINA_DATABASE_URL=url)
    assert "sky 1: 1 image should have a vector and have none." in broken.stdout
    found = json.loads(home.run("verify", "vectors", "--json", code=1, LUMINA_DATABASE_URL=url).stdout)
    assert not found["ok"]
    assert (found["spaces"][0]["vectors"], found["spaces"][0]["without_vector"]) == (29, 1)
