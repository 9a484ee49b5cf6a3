"""Listings over HTTP: found by a known image, a picture and words, browsed and shown whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import House
from tests.support.lookalikes import COLOURS, OTHERS, Shelf, shelf

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def shop(house: House) -> Shelf:
    return shelf(house.store)


def ask(house: House, **form: Any) -> Any:
    parts = {name: (None, str(value)) if not isinstance(value, bytes) else ("x", value) for name, value in form.items()}
    return house.client.post("/api/listings/search", files=parts)


def test_an_image_finds_its_listing_and_what_each_model_says(house: House, shop: Shelf) -> None:
    first, *siblings = shop.images[2]
    answer = ask(house, image_id=first)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [hit["listing_id"] for hit in found["results"]] == [2]
    hit = found["results"][0]
    assert hit["best"]["id"] in siblings
