"""Copies by API: asked for, listed, decided about, on real files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.api.conftest import photo

if TYPE_CHECKING:
    from conftest import House

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def test_copies_are_found_after_a_scan_without_asking(house: House) -> None:
    photo(house.photos / "a.jpg", colour=10)
    shutil.copy(house.photos / "a.jpg", house.photos / "b.jpg")
    photo(house.photos / "c.jpg", colour=200, size=(120, 160))
    catalog = house.add_photos()
    found = house.get("/api/duplicates", catalog=catalog)
    assert found["summary"] == {"groups": 1, "images": 2, "gain": (house.photos / "b.jpg").stat().st_size, "decided": 1}
    (group,) = found["items"]
    assert group["tier"] == "bytes"
    assert [member["image"]["name"] for member in group["members"]] == ["a.jpg", "b.jpg"]
    assert group["members"][0]["image"]["path"] == str(house.photos / "a.jpg")
    assert house.client.get(group["members"][0]["image"]["thumbnail"]).status_code == 200
    assert house.get(f"/api/duplicates/{group['id']}") == group
    assert found["run"]["threshold"] == 5
    assert found["job"] is None
