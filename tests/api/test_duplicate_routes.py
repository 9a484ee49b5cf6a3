"""Copies by API: asked for, listed, decided about, on real files."""

from __future__ import annotations

import base64
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from lumina.services.events import Events, Published
from tests.support.copies import scene

if TYPE_CHECKING:
    from tests.api.conftest import House

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def fill(house: House) -> str:
    """Scenes 0-2: the first twice as it is, the second as PNG and recompressed, the third once. Returns the catalog."""
    for seed in range(3):
        Image.fromarray(scene(seed, (240, 320))).save(house.photos / f"{seed}.jpg", quality=92)
    shutil.copy(house.photos / "0.jpg", house.photos / "0 copy.jpg")
    Image.open(house.photos / "1.jpg").save(house.photos / "1.png")
    Image.open(house.photos / "1.jpg").resize((160, 120)).save(house.photos / "1 small.jpg", quality=60)
    return house.add_photos()


def named(group: dict[str, Any]) -> dict[str, str]:
    return {member["image"]["name"]: member["tier"] for member in group["members"]}


def test_copies_are_found_after_a_scan_without_asking(house: House) -> None:
    events = Events(house.store)
    before, _ = events._look(None)
    catalog = fill(house)
    _, told = events._look(before)
    assert {event.kind for event in told if isinstance(event, Published)} == {"bursts", "duplicates"}
    found = house.get("/api/duplicates", catalog=catalog)
    assert (found["summary"]["groups"], found["summary"]["images"]) == (2, 5)
    by_images = {len(group["members"]): group for group in found["items"]}
    assert set(named(by_images[2]).items()) >= {("0 copy.jpg", "bytes")}
    assert named(by_images[3])["1 small.jpg"] == "picture"
    assert "pixels" in named(by_images[3]).values()
    first = by_images[2]["members"][0]["image"]
    assert first["path"] == str(house.photos / first["name"]) == f"{first['root']}/{first['relative']}"
    assert house.client.get(first["thumbnail"]).status_code == 200
    assert house.client.get(first["proxy"]).headers["content-type"] == "image/jpeg"
    assert house.get(f"/api/duplicates/{by_images[3]['id']}") == by_images[3]
    assert (found["run"]["threshold"], found["job"], found["next"]) == (5, None, None)


def test_groups_come_in_pages_filters_and_orders(house: House) -> None:
    catalog = fill(house)
    whole = house.get("/api/duplicates", catalog=catalog)["items"]
    assert [group["gain"] for group in whole] == sorted((group["gain"] for group in whole), reverse=True)
    for sort in ("gain", "images", "similarity"):
        first = house.get("/api/duplicates", catalog=catalog, limit=1, sort=sort)
        second = house.get("/api/duplicates", catalog=catalog, limit=1, sort=sort, cursor=first["next"])
        assert second["next"] is None
        assert (first["summary"]["groups"], second["summary"]) == (2, None)  # all groups are counted once
        assert {first["items"][0]["id"], second["items"][0]["id"]} == {group["id"] for group in whole}
    assert [len(g["members"]) for g in house.get("/api/duplicates", tier="bytes")["items"]] == [2]
    assert house.get("/api/duplicates", tier="pixels")["items"] == []
    assert house.get("/api/duplicates", decided=True)["summary"]["groups"] >= 1


def test_a_person_decides(house: House) -> None:
    catalog = fill(house)
    group = next(g for g in house.get("/api/duplicates", catalog=catalog)["items"] if len(g["members"]) == 3)
    last = group["members"][-1]["image"]["id"]
    changed = house.post(f"/api/duplicates/{group['id']}/keeper", {"image_id": last})
    assert changed["keeper"] == changed["members"][0]["image"]["id"] == last
    assert changed["decided"]
    house.post("/api/undo")
    assert house.get(f"/api/duplicates/{group['id']}") == group
    out = house.post("/api/duplicates/distinct", {"group": group["id"], "images": [last]})
    assert out["action"]["kind"] == "distinct"
    assert len(house.get(f"/api/duplicates/{group['id']}")["members"]) == 2
    house.post("/api/duplicates/distinct", {"groups": [group["id"]]})
    house.problem(house.client.get(f"/api/duplicates/{group['id']}"), 404)
    house.post("/api/undo")
    house.post("/api/undo")
    assert house.get(f"/api/duplicates/{group['id']}") == group


def test_a_search_is_asked_for_and_a_second_one_told_so(house: House) -> None:
    catalog = fill(house)
    job = house.post("/api/jobs/detect-duplicates", {"catalog_id": catalog, "similarity_threshold": 8}, 202)
    answer = house.client.post(f"/api/catalogs/{catalog}/detect-duplicates")
    assert job["id"] in house.problem(answer, 409)["detail"]
    assert house.get("/api/duplicates", catalog=catalog)["job"]["id"] == job["id"]
    house.work()
    assert house.get("/api/duplicates", catalog=catalog)["run"]["threshold"] == 8
    assert house.get(f"/api/jobs/{job['id']}")["state"] == "SUCCESS"


def test_settings_are_checked(house: House) -> None:
    catalog = house.add_photos()
    path = f"/api/catalogs/{catalog}/duplicates"
    default = {"similarity_threshold": 5, "turned": False, "automatic": False, "policy": ""}
    assert house.get(path) == default
    assert house.client.patch(path, json={"turned": True}).json() == default | {"turned": True}
    for body, words in (
        ({"similarity_threshold": 17}, "outside 0-16"),
        ({"policy": "[[rule]]\nrule = 'luck'"}, "line 2"),
        ({"policy": "a = " + "[" * 5000}, "nested too deeply"),
        ({"luck": True}, "luck"),
    ):
        assert words in house.problem(house.client.patch(path, json=body), 422)["detail"]
    assert house.get(path)["turned"] is True


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/jobs/detect-duplicates", {"catalog_id": UNKNOWN}, 404),
        (f"/api/catalogs/{UNKNOWN}/detect-duplicates", {}, 404),
        ("/api/duplicates/5/keeper", {"image_id": 1}, 404),
        ("/api/duplicates/distinct", {"groups": [5]}, 404),
        ("/api/duplicates/distinct", {"groups": []}, 422),
        ("/api/duplicates/distinct", {"group": 5}, 422),
        ("/api/duplicates/distinct", {}, 422),
    ],
)
def test_what_is_not_there_is_said(house: House, path: str, body: dict[str, Any], status: int) -> None:
    house.problem(house.client.post(path, json=body), status)


def test_bad_questions_are_refused(house: House) -> None:
    house.problem(house.client.get("/api/duplicates", params={"catalog": UNKNOWN}), 404)
    for place in ([1e300, 1], [-1e19, 1], [1, 2**70], [None, 1], [float("nan"), 1]):
        cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
        house.problem(house.client.get("/api/duplicates", params={"cursor": cursor}), 422)
    for bad in ({"cursor": "x"}, {"sort": "luck"}, {"tier": "luck"}, {"limit": 0}):
        house.problem(house.client.get("/api/duplicates", params=bad), 422)
    catalog = house.add_photos()
    answer = house.client.post("/api/jobs/detect-duplicates", json={"catalog_id": catalog, "similarity_threshold": 17})
    assert "0-16" in house.problem(answer, 422)["detail"]
