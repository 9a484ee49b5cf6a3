"""Resolving copies by API: preview, begin, undo; on real files, found by the real search."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.support.copies import scene

if TYPE_CHECKING:
    from tests.api.conftest import House

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def fill(house: House) -> str:
    """Two pictures with a copy each, one with none. Returns the catalog."""
    for seed in range(3):
        Image.fromarray(scene(seed, (120, 160))).save(house.photos / f"{seed}.jpg", quality=92)
    for seed in range(2):
        shutil.copy(house.photos / f"{seed}.jpg", house.photos / f"copy of {seed}.jpg")
    return house.add_photos()


def shown(house: House) -> int:
    return int(house.get("/api/images", limit=100)["items"].__len__())


def test_a_preview_is_what_happens_and_undo_takes_it_back(house: House) -> None:
    catalog = fill(house)
    wish = {"catalog": catalog, "groups": None}
    plan = house.post("/api/duplicates/plan", wish)
    assert (plan["groups"], plan["leaving"], plan["kept"], plan["undecided"], plan["left_off"]) == (2, 2, 0, 0, 0)
    assert (plan["freed"], plan["refused"], plan["notes"]) == (0, [], [])
    assert plan["size"] == sum(action["image"]["size"] for action in plan["actions"]) > 0
    assert {action["operation"] for action in plan["actions"]} == {"hide"}
    assert all(action["reasons"] and action["keeper"]["id"] != action["image"]["id"] for action in plan["actions"])
    assert shown(house) == 5
    begun = house.post("/api/duplicates/resolve", {**wish, "digest": plan["digest"]}, 202)
    assert (begun["job"]["kind"], begun["action"]["state"]) == ("resolve-duplicates", "doing")
    house.problem(house.client.post("/api/undo", json={"action_id": begun["action"]["id"]}), 409)
    house.work()
    job = house.get(f"/api/jobs/{begun['job']['id']}")
    assert (job["state"], job["progress"], job["message"]) == ("SUCCESS", 1.0, "2 images hidden")
    assert shown(house) == 3
    assert house.post("/api/duplicates/plan", wish)["leaving"] == 0
    came = house.post("/api/undo")
    assert (came["action"]["state"], came["changed"], came["conflicts"], came["job"]) == ("undone", 2, 0, None)
    assert shown(house) == 5
    assert house.post("/api/duplicates/plan", wish) == plan


def test_a_preview_that_no_longer_holds_is_refused(house: House) -> None:
    catalog = fill(house)
    wish = {"catalog": catalog}
    plan = house.post("/api/duplicates/plan", wish)
    leaving = plan["actions"][0]["image"]["id"]
    house.post("/api/images/curate", {"images": [leaving], "changes": {"label": "red"}})
    body = {**wish, "digest": plan["digest"]}
    assert "look at it again" in house.problem(house.client.post("/api/duplicates/resolve", json=body), 409)["detail"]
    assert shown(house) == 5
    assert "label" in house.post("/api/duplicates/plan", wish)["actions"][0]["merged"]


def test_one_group_with_the_keeper_that_a_person_wants(house: House) -> None:
    catalog = fill(house)
    group = house.get("/api/duplicates", catalog=catalog)["items"][0]
    other = group["members"][1]["image"]["id"]
    wish = {"catalog": catalog, "groups": [group["id"]], "keepers": {str(group["id"]): other}}
    plan = house.post("/api/duplicates/plan", wish)
    assert [action["image"]["id"] for action in plan["actions"]] == [group["keeper"]]
    assert plan["actions"][0]["reasons"][0] == "A person chose it"
    house.post("/api/duplicates/resolve", {**wish, "digest": plan["digest"]}, 202)
    house.work()
    assert shown(house) == 4


def test_files_are_hidden_where_they_may_not_leave(house: House) -> None:
    plan = house.post("/api/duplicates/plan", {"catalog": fill(house), "action": "trash"})
    assert {action["operation"] for action in plan["actions"]} == {"hide"}
    assert "vault_writable" in plan["notes"][0]


@pytest.mark.parametrize(
    ("wish", "status", "detail"),
    [
        ({"catalog": UNKNOWN}, 404, "no catalog"),
        ({"groups": [7]}, 422, "no group 7"),
        ({"keepers": {"7": 1}}, 422, "group 7 is not among"),
        ({"policy": "[[rule]]\nrule = 'colour'"}, 422, "line 2: there is no rule 'colour'"),
        ({"action": "delete"}, 422, "action"),
        ({"tiers": ["subject"]}, 422, "tiers"),
        ({"groups": [2**52]}, 422, "groups"),
        ({"more": 1}, 422, "more"),
    ],
)
def test_nonsense_is_refused(album: House, wish: dict[str, Any], status: int, detail: str) -> None:
    catalog = album.get("/api/catalogs")[0]["id"]
    problem = album.problem(album.client.post("/api/duplicates/plan", json={"catalog": catalog, **wish}), status)
    assert detail in problem["detail"]


def test_before_anything_was_looked_for(house: House) -> None:
    catalog = house.post("/api/catalogs", {"name": "Empty"}, 201)["id"]
    problem = house.problem(house.client.post("/api/duplicates/plan", json={"catalog": catalog}), 422)
    assert "look for them first" in problem["detail"]
