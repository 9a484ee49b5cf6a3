"""Tagging, teaching and corrections over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from lumina.bootstrap import MODELS
from tests.api.conftest import House
from tests.support.copies import new_twins
from tests.support.taught import MODEL, PUG, TABBY, Taught
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def taught(house: House) -> Iterator[Taught]:
    models = house.app.settings.home / MODELS
    install_mobilenet(models)
    yield Taught(new_twins(house.app, house.messages))
    shutil.rmtree(models / MODEL)


def names(house: House, image: int) -> set[str]:
    return {tag["name"] for tag in house.get(f"/api/images/{image}/tags")["items"] if tag["source"]}


def test_a_dog_is_taught_applied_corrected_and_undone(house: House, taught: Taught) -> None:
    hers, unsure = taught.one_dog(9), taught.add(taught.mixed(PUG, TABBY, 4))
    taught.add(taught.strewn(40))
    job = house.post("/api/jobs/auto-tag", {"catalog_id": str(taught.twins.catalog)}, 202)
    assert job["kind"] == "auto-tag"
    house.work()
    assert house.get(f"/api/jobs/{job['id']}")["state"] == "SUCCESS"
    assert names(house, hers[0]) == {"Pug"}

    lesson = house.post("/api/learn", {"name": "Zoey", "images": hers[:3], "refused": unsure[:1]})
    node = lesson["node"]["id"]
    assert lesson["node"] == {"id": node, "name": "Zoey", "kind": "entity", "created": True}
    assert (lesson["proposal"], lesson["head"]["kind"], lesson["head"]["applied"]) == (True, "prototype", False)
    assert lesson["examples"] == {"yes": 3, "no": 1, "without_vector": 0, "reason": None}
    assert lesson["preview"]["adds"] == 6
    assert {card["id"] for card in lesson["preview"]["sample_added"]} == set(hers[3:])
    assert house.get(f"/api/learn/{node}")["preview"]["adds"] == 6
    assert names(house, hers[5]) == {"Pug"}

    again = house.post("/api/learn", {"node": node, "images": hers[:3]})  # trained anew: the other was not looked at
    seen = {"trained_at": lesson["head"]["trained_at"]}
    old = house.client.post(f"/api/learn/{node}/apply", json=seen)
    assert "trained anew" in house.problem(old, 409)["detail"]
    seen = {"trained_at": again["head"]["trained_at"]}
    applied = house.post(f"/api/learn/{node}/apply", seen, status=202)
    house.work()
    assert house.get(f"/api/jobs/{applied['job']}")["state"] == "SUCCESS"
    assert names(house, hers[5]) == {"Pug", "Zoey"}
    house.problem(house.client.post(f"/api/learn/{node}/apply"), 404)

    queue = house.get("/api/corrections", limit=50)
    asked = next(each for each in queue["items"] if each["image"]["id"] in unsure)
    assert asked["shortcuts"] == {"Y": "yes", "N": "no", "S": "skip"}
    house.post("/api/images/tags", {"images": [asked["image"]["id"]], "node": asked["node"], "yes": False})
    left = house.get("/api/corrections", limit=50)["items"]
    assert (asked["node"], asked["image"]["id"]) not in {(each["node"], each["image"]["id"]) for each in left}

    house.post("/api/undo", {"action_id": applied["action"]["id"]})
    house.work()
    assert names(house, hers[5]) == {"Pug"}
    assert names(house, hers[0]) == {"Pug", "Zoey"}, "what a person has said stays"


def test_enough_answers_make_a_proposal_that_can_be_dropped(house: House, taught: Taught) -> None:
    hers = taught.one_dog(8)
    taught.add(taught.strewn(30))
    node = house.post("/api/taxonomy", {"name": "Rex", "kind": "entity"}, 201)["node"]["id"]
    house.post("/api/images/tags", {"images": hers[:4], "node": node, "yes": True})
    house.work()
    house.problem(house.client.get(f"/api/learn/{node}"), 404)
    house.post("/api/images/tags", {"images": hers[4:5], "node": node, "yes": True})
    house.work()
    assert house.get(f"/api/learn/{node}")["head"]["examples"] == 5
    assert {"id": node, "name": "Rex", "path": ["Rex"], "proposal": True}.items() <= next(
        each for each in house.get("/api/corrections")["nodes"] if each["id"] == node
    ).items()
    assert house.client.delete(f"/api/learn/{node}/proposal").status_code == 204
    house.problem(house.client.delete(f"/api/learn/{node}/proposal"), 404)


def test_requests_that_make_no_sense_are_problems(house: House, taught: Taught) -> None:
    (image,) = taught.one_dog(1)
    for body in ({}, {"name": "x", "node": 1}, {"name": "x", "images": [0]}, {"name": "x", "images": [image], "y": 1}):
        assert house.client.post("/api/learn", json=body).status_code == 422
    both = house.client.post("/api/learn", json={"name": "Nobody", "images": [image], "refused": [image]})
    assert "not to show it" in house.problem(both, 422)["detail"]
    house.problem(house.client.post("/api/learn", json={"node": 999_999_999, "images": [image]}), 404)
    house.problem(house.client.post("/api/learn", json={"name": "Nobody"}), 404)
    house.problem(house.client.get("/api/corrections", params={"node": 999_999_999}), 404)
    missing = "00000000-0000-0000-0000-000000000000"
    house.problem(house.client.get("/api/corrections", params={"catalog": missing}), 404)
    house.problem(house.client.post("/api/jobs/auto-tag", json={"catalog_id": missing}), 404)
    shutil.rmtree(house.app.settings.home / MODELS / MODEL)
    job = house.post("/api/jobs/auto-tag", {"catalog_id": str(taught.twins.catalog)}, 202)
    house.work()
    install_mobilenet(house.app.settings.home / MODELS)
    ended = house.get(f"/api/jobs/{job['id']}")
    assert (ended["state"], ended["message"]) == (
        "FAILURE",
        f"Model {MODEL} is not installed: lumina models pull {MODEL}",
    )
