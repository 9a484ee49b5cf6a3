"""Answers of the API, read with patience."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.market import Listing
from lumina.remote.etsy import parse
from lumina.remote.etsy.fields import Odd
from lumina.remote.etsy.text import clean

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

GOOD: dict[str, Any] = {
    "listing_id": 1_234_567_890,
    "user_id": 55,
    "shop_id": 21_000_001,
    "title": "Blue mug",
    "description": "A mug.",
    "state": "active",
    "quantity": 3,
    "url": "https://www.etsy.com/listing/1234567890/blue-mug",
    "num_favorers": 12,
    "views": 99,
    "tags": ["mug", "blue"],
    "materials": ["clay"],
    "who_made": "i_did",
    "when_made": "2020_2026",
    "price": {"amount": 1250, "divisor": 100, "currency_code": "EUR"},
    "taxonomy_id": 1062,
    "created_timestamp": 1_700_000_000,
    "updated_timestamp": 1_700_000_100,
    "images": [
        {
            "listing_image_id": 9,
            "rank": 2,
            "hex_code": "AABBCC",
            "hue": 210,
            "saturation": 14,
            "brightness": 80,
            "url_75x75": "https://i.etsystatic.com/75",
            "url_570xN": "https://i.etsystatic.com/570b",
            "url_fullxfull": "https://i.etsystatic.com/fullb",
            "full_width": 3000,
            "full_height": 2000,
            "alt_text": None,
        },
        {"listing_image_id": 8, "rank": 1, "url_570xN": "https://i.etsystatic.com/570a"},
    ],
    "shop": {"shop_id": 21_000_001, "shop_name": "Mugs", "review_average": 4.9, "shop_location_country_iso": "DE"},
}


def read(**changed: Any) -> tuple[Listing | None, dict[str, int]]:
    odd = Odd()
    return parse.listing({**GOOD, **changed}, odd), dict(odd.take().fields)


def test_everything_that_is_said_has_its_place() -> None:
    found, odd = read(hologram={"new": True})
    assert found is not None
    assert not odd
    assert (found.price, found.currency, found.when_made) == (Decimal("12.5"), "EUR", "2020_2026")
    assert (found.created_at, found.words) == (datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), "Blue mug. mug, blue")
    assert found.images is not None
    assert [(image.remote_id, image.rank, image.url[-4:]) for image in found.images] == [(8, 1, "570a"), (9, 2, "570b")]
    assert found.shop is not None
    assert (found.shop.name, found.shop.location) == ("Mugs", "DE")
    assert found.raw == {"user_id": 55, "hologram": {"new": True}}, "unknown fields are kept"


@pytest.mark.parametrize(
    ("price", "amount", "odd"),
    [
        ("12.50", Decimal("12.50"), 0),
        (12.5, Decimal("12.5"), 0),
        ({"amount": 1250, "currency_code": "EUR"}, Decimal("12.5"), 1),
        ({"amount": "12.50", "currency_code": "EUR"}, Decimal("12.5"), 0),
        ({"amount": 1250, "divisor": 0}, None, 1),
        ({"amount": None}, None, 1),
        ("dear", None, 1),
        (-1, None, 1),
        ("NaN", None, 1),
        ("1e400", None, 1),
        (True, None, 1),
        ([], None, 1),
        (None, None, 0),
    ],
)
def test_prices_in_any_shape(price: object, amount: Decimal | None, odd: int) -> None:
    found, counts = read(price=price)
    assert found is not None
    assert found.price == amount
    assert sum(counts.values()) == odd


def test_fields_of_a_wrong_type_are_unknown_and_counted() -> None:
    found, odd = read(views="many", quantity=2**31, tags={"no": 1}, materials="clay, wood", created_timestamp="soon")
    assert found is not None
    assert (found.views, found.quantity, found.tags, found.materials) == (None, None, (), ("clay", "wood"))
    assert found.created_at is None
    assert odd == {"views": 1, "quantity": 1, "tags": 1, "created_timestamp": 1}
    strings, odd = read(views="99", quantity="3", state="hibernating", when_made="2031_2034")
    assert strings is not None
    assert not odd
    assert (strings.views, strings.quantity, strings.state, strings.when_made) == (99, 3, "hibernating", "2031_2034")


def test_what_makes_no_sense_is_left_out_and_named() -> None:
    odd = Odd()
    bad = [None, "x", {"title": "lost"}, {**GOOD, "shop_id": "mine"}, {**GOOD, "listing_id": -1}]
    (only,) = parse.listings([GOOD, *bad, {**GOOD, "title": "twice"}], odd)
    assert only.title == "twice"
    found = odd.take()
    assert (found.fields["left out"], found.fields["duplicate"]) == (5, 1)
    assert "Listing 1234567890 (Blue mug) has no shop_id." in found.left_out
    assert not odd.take().fields, "it was taken"


def test_images_without_number_or_address_are_left_out() -> None:
    images = [{"listing_image_id": 1}, {"url_570xN": "x"}, 5, {"listing_image_id": 2, "url_fullxfull": "full"}]
    found, odd = read(images=images)
    assert found is not None
    assert found.images is not None
    assert [(image.remote_id, image.rank, image.url) for image in found.images] == [(2, 3, "full")]
    assert odd == {"left out": 2, "images": 1}


def test_text_that_no_database_takes_is_cleaned() -> None:
    body = b'{"title": "a\\u0000b\\ud800c", "tags": ["\\udfff"]}'
    assert clean(json.loads(body), body) == {"title": "ab?c", "tags": ["?"]}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(GOOD)), values), values)
def test_nothing_that_is_said_stops_anything(changed: dict[str, Any], whole: Any) -> None:
    odd = Odd()
    parse.listings([{**GOOD, **changed}, whole], odd)
    parse.every(parse.shop, [changed, whole], odd)
    parse.every(parse.review, [changed, whole], odd)
