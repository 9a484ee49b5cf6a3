"""Bursts by API: found after a scan without asking, listed, culled and undone, on real files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageFilter

from tests.support.frames import view, world

if TYPE_CHECKING:
    from conftest import House

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def take(path: Path, scene: int, second: int, fraction: str, *, blurred: bool = False, bias: float = 0) -> None:
    """A photograph as a camera writes it."""
    picture = Image.fromarray(view(world(scene), 1, stops=bias)).resize((512, 384), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[271], exif[272] = "Canon", "Canon EOS R6"
    exif.get_ifd(0x8769).update({36867: f"2019:07:14 10:11:{second:02}", 37521: fraction, 37380: bias})
    (picture.filter(ImageFilter.GaussianBlur(4)) if blurred else picture).save(path, exif=exif)


def test_bursts_are_found_after_a_scan_and_culled(house: House) -> None:
    for n in range(3):
        take(house.photos / f"IMG_{n}.jpg", 1, 12, f"{n}50", blurred=n != 1)
        take(house.photos / f"IMG_{n + 10}.jpg", 2, 30, f"{n}50", bias=(0, -1, 1)[n])
    catalog = house.add_photos()
    found = house.get("/api/bursts", catalog=catalog)
    assert found["summary"] == {"bursts": 2, "images": 6}
    assert found["run"]["counts"]["kinds"]["bracket"] == {"bursts": 1, "images": 3}
    assert found["job"] is None
    bracket, burst = found["items"]
    assert (bracket["kind"], bracket["reasons"]) == ("bracket", ["Exposures 0, -1.0, +1.0 EV"])
    assert [member["image"]["name"] for member in burst["members"]] == ["IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"]
    first, best, last = (member["image"]["id"] for member in burst["members"])
    assert burst["best"] == best
    assert burst["reasons"][1] == "Sharpest of 3"
    assert burst["started_at"] == "2019-07-14T10:11:12.050"
    assert "less sharp" in burst["members"][0]["reasons"][0]
    assert house.client.get(burst["members"][0]["image"]["thumbnail"]).status_code == 200
    assert house.get(f"/api/bursts/{burst['id']}") == burst

    only = house.get("/api/bursts", kind="burst", limit=1)
    assert [item["id"] for item in only["items"]] == [burst["id"]]
    assert only["summary"] == {"bursts": 1, "images": 3}
    page = house.get("/api/bursts", limit=1)
    assert house.get("/api/bursts", limit=1, cursor=page["next"])["items"] == [burst]

    kept = house.post("/api/bursts/keep-best", {"catalog": catalog, "bursts": None})
    assert kept["action"]["title"] == "Kept the best of 1 burst, rejected 2 images"
    assert kept["images"] == 3
    assert flags(house, burst["id"]) == {first: "reject", best: "pick", last: "reject"}
    other = house.post(f"/api/bursts/{burst['id']}/keep", {"image_id": last})
    assert other["action"]["kind"] == "keep-burst"
    now = house.get(f"/api/bursts/{burst['id']}")
    assert (now["best"], now["reasons"]) == (last, [burst["reasons"][0], "You picked it"])
    assert house.post("/api/bursts/keep-best", {"catalog": catalog})["action"] is None, "all is decided"
    house.post("/api/undo")
    house.post("/api/undo", {"action_id": kept["action"]["id"]})
    assert flags(house, burst["id"]) == {first: None, best: None, last: None}
    assert house.post(f"/api/bursts/{burst['id']}/keep")["images"] == 3, "without a body the best one"

    house.problem(house.client.post(f"/api/bursts/{bracket['id']}/keep"), 409)
    house.problem(house.client.post("/api/bursts/keep-best", json={"bursts": [bracket["id"]]}), 409)
    house.problem(house.client.post(f"/api/bursts/{burst['id']}/keep", json={"image_id": 99}), 404)
    house.problem(house.client.get("/api/bursts/12345"), 404)
    house.problem(house.client.get("/api/bursts", params={"cursor": "nonsense"}), 422)
    house.problem(house.client.get("/api/bursts", params={"kind": "flock"}), 422)
    unknown = "00000000-0000-0000-0000-000000000000"
    house.problem(house.client.get("/api/bursts", params={"catalog": unknown}), 404)
    house.problem(house.client.post("/api/jobs/detect-bursts", json={"catalog_id": unknown}), 404)

    job = house.post("/api/jobs/detect-bursts", {"catalog_id": catalog}, 202)
    assert (job["kind"], job["state"]) == ("detect-bursts", "PENDING")
    assert house.get("/api/bursts", catalog=catalog)["job"] == {"id": job["id"], "progress": 0.0}
    assert (
        job["id"]
        in house.problem(house.client.post("/api/jobs/detect-bursts", json={"catalog_id": catalog}), 409)["detail"]
    )


def flags(house: House, burst: int) -> dict[int, str | None]:
    members = house.get(f"/api/bursts/{burst}")["members"]
    return {member["image"]["id"]: member["image"]["flag"] for member in members}
