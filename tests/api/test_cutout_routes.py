"""Cut-outs over HTTP."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from lumina.domain.values import RenditionKind
from lumina.vision.encode import webp_with_alpha
from tests.api.conftest import House, photo

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def test_a_cut_out_is_served_under_its_key_and_where_there_is_none_it_is_said_why(house: House) -> None:
    photo(house.photos / "a.jpg")
    house.add_photos()
    image = house.get("/api/images")["items"][0]["id"]
    url = f"/api/images/{image}/cutout"
    assert "no cut-out" in house.problem(house.client.get(url), 404)["detail"]
    assert "no image 999" in house.problem(house.client.get("/api/images/999/cutout"), 404)["detail"]

    alpha = np.zeros((30, 40), np.uint8)
    alpha[10:20, 5:30] = 255
    data = webp_with_alpha(np.full((30, 40, 3), 120, np.uint8), alpha, 88, 2)
    house.app.derived.write(RenditionKind.CUTOUT, b"c" * 16, data)
    with house.store.transaction() as tx:
        tx.execute(
            """INSERT INTO cutout (image_id, key, checksum, model, version, share)
            VALUES (:id, :key, :sum, 'u2netp', 1, 0.2)""",
            id=image,
            key=b"c" * 16,
            sum=b"s" * 16,
        )
    key = (b"c" * 16).hex()
    found = house.client.get(url, params={"v": key})
    assert (found.status_code, found.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in found.headers["cache-control"]
    with Image.open(io.BytesIO(found.content)) as shown:
        np.testing.assert_array_equal(np.asarray(shown.convert("RGBA"))[:, :, 3], alpha)
    assert house.client.get(url, headers={"If-None-Match": f'"{key}"'}).status_code == 304

    with house.store.transaction() as tx:
        tx.execute("UPDATE cutout SET key = NULL, refused = 'Nothing was cut out: 1 % is left.'")
    assert "1 % is left" in house.problem(house.client.get(url), 404)["detail"]
    tiles = house.get("/api/models")["items"]
    assert {
        each["name"]: (each["kind"], each["dimensions"], each["embedded"]) for each in tiles if each["name"] == "u2netp"
    } == {"u2netp": (["matting"], 0, 1)}
