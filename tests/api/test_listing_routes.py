"""Listings over HTTP: found by a known image, a picture and words, browsed and shown whole."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.api.conftest import House
from tests.support.lookalikes import COLOURS, NAMES, OTHERS, Shelf, shelf

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
ALL = len(COLOURS) + OTHERS


@pytest.fixture
def shop(house: House) -> Shelf:
    return shelf(house.store)


def ask(house: House, **form: Any) -> Any:
    parts = {name: ("x", value) if isinstance(value, bytes) else (None, str(value)) for name, value in form.items()}
    return house.client.post("/api/listings/search", files=parts)


def found(house: House, **form: Any) -> Any:
    answer = ask(house, **form)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_image_finds_its_listing_and_what_each_model_says(house: House, shop: Shelf) -> None:
    first, *siblings = shop.images[2]
    answer = found(house, image_id=first)
    assert [hit["listing_id"] for hit in answer["results"]] == [2]
    hit = answer["results"][0]
    assert hit["best"]["id"] in siblings, "the image itself is left out"
    assert hit["primary"]["id"] == first
    assert (hit["title"], hit["price"], hit["currency"], hit["shop"]) == (
        "A green mug", "2.00", "EUR", {"id": 7, "name": ""},
    )  # fmt: skip
    assert hit["matched_by"] == len(NAMES)
    assert 0.5 < hit["score"] <= 1
    assert {opinion["model"]: opinion["rank"] for opinion in hit["ranks"]} == dict.fromkeys(NAMES, 1)
    assert all(0.5 <= opinion["strength"] <= 1 and 0 < opinion["similarity"] < 1 for opinion in hit["ranks"])
    used = {model["name"]: model["used"] for model in answer["models"]}
    assert {name for name, each in used.items() if each} == set(NAMES)
    assert "models pull siglip2-b16" in next(
        each["detail"] for each in answer["models"] if each["name"] == "siglip2-b16"
    )
    fused = found(house, image_id=first, recipe="rrf", on="both", models="clip-vit-b32,dinov2-base")
    assert [hit["listing_id"] for hit in fused["results"]] == [2]
    assert {(each["model"], each["kind"]) for each in fused["results"][0]["ranks"]} == {
        (name, kind) for name in ("clip-vit-b32", "dinov2-base") for kind in ("image", "cutout")
    }
    with house.store.transaction() as tx:
        tx.execute("UPDATE file SET checksum = (SELECT checksum FROM file WHERE image_id = :id)", id=first)
    assert [hit["identical"] for hit in found(house, image_id=first)["results"]] == [True]
    lonely = shop.images[3][0]
    nothing = found(house, image_id=lonely)
    assert nothing["results"] == []
    assert "chance" in nothing["note"]
    assert "filters" in found(house, image_id=first, price_min="10")["note"]


def test_words_find_listings_without_any_model(house: House, shop: Shelf) -> None:
    answer = found(house, text="red mugs")
    assert [hit["listing_id"] for hit in answer["results"]] == [1]
    assert {(each["name"], each["used"]) for each in answer["models"] if each["kind"] == "words"} == {("words", True)}
    assert "knows no words" in next(each["detail"] for each in answer["models"] if each["name"] == "dinov2-base")
    assert len(found(house, text="kitchen")["results"]) == len(COLOURS)
    assert [hit["listing_id"] for hit in found(house, text="kitchen", shop="8")["results"]] == [1, 3]
    for text in ("nothing like it", "the of and", "'); DROP TABLE listing;--", "zero\x00byte", "犬"):
        assert found(house, text=text)["results"] == []


def test_listings_are_browsed_newest_first_within_filters(house: House, shop: Shelf) -> None:
    walked, page = [], house.get("/api/listings", limit=60)
    walked += page["items"]
    while page["next"]:
        page = house.get("/api/listings", limit=60, cursor=page["next"])
        walked += page["items"]
    assert [item["listing_id"] for item in walked] == list(range(ALL, 0, -1))
    for given, holds in (
        ({"shop": "7"}, lambda n: n % 2 == 0),
        ({"price_min": 10, "price_max": "20.5"}, lambda n: 10 <= n <= 20),
        ({"currency": "usd", "state": "sold_out,gone"}, lambda n: n % 15 == 0),
        ({"when_made": "2020_2026", "q": "Thing"}, lambda n: n > 3 and n % 2 == 0),
        ({"listed_from": "2024-01-03", "listed_until": "2024-01-05"}, lambda n: 2 <= n <= 4),
    ):
        wanted = [number for number in range(ALL, 0, -1) if holds(number)]
        listed = [item["listing_id"] for item in house.get("/api/listings", limit=200, **given)["items"]]
        assert listed == wanted, given
        searched = {hit["listing_id"] for hit in found(house, text="thing mug", limit=200, **_form(given))["results"]}
        assert searched <= set(wanted)
    choices = house.get("/api/listings/filters")
    assert {(shop["id"], shop["listings"]) for shop in choices["shops"]} == {(7, ALL // 2), (8, ALL - ALL // 2)}
    assert {each["value"] for each in choices["currencies"]} == {"EUR", "USD"}
    assert choices["price"] == {"min": "1.00", "max": f"{ALL}.00"}


def _form(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "q"}


def test_a_listing_is_shown_whole(house: House, shop: Shelf) -> None:
    image = shop.images[2][1]
    with house.store.transaction() as tx:
        tx.execute(
            "INSERT INTO cutout (image_id, key, checksum, model, version, share) VALUES (:id, :key, '', 'x', 1, 0.5)",
            id=image,
            key=bytes(16),
        )
        tx.execute(
            "INSERT INTO shop (source_id, shop_id, name) VALUES (:source, 7, 'Potter')", source=shop.here.source_id
        )
    one = house.get(f"/api/listings/{shop.here.source_id}/2")
    assert (one["title"], one["tags"], one["images"]) == ("A green mug", ["ceramic", "kitchen"], 3)
    assert [picture["image"]["id"] for picture in one["pictures"]] == shop.images[2]
    assert [picture["is_primary"] for picture in one["pictures"]] == [True, False, False]
    assert one["pictures"][1]["cutout"] == f"/api/images/{image}/cutout?v={bytes(16).hex()}"
    assert [(moment["state"], moment["price"]) for moment in one["history"]] == [("active", "2.00")]
    assert one["shop_details"]["name"] == one["shop"]["name"] == "Potter"
    house.problem(house.client.get(f"/api/listings/{shop.here.source_id}/999"), 404)
    house.problem(house.client.get("/api/listings/999/2"), 404)


def test_what_is_wrong_with_a_question_is_said(house: House) -> None:
    picture = _picture()
    for form, status, says in (
        ({"limit": 5}, 422, "one of them"),
        ({"image": picture, "image_id": 1}, 422, "not both"),
        ({"image": b"%PDF"}, 422, "image: "),
        ({"text": "x", "region": "0,0,1,1"}, 422, "region"),
        ({"image": picture, "region": "0,0,0.01,0.01"}, 422, "region"),
        ({"text": "x", "price_min": 5, "price_max": 1}, 422, "price"),
        ({"text": "x", "price_min": "NaN"}, 422, "price"),
        ({"text": "x", "shop": "seven"}, 422, "shop"),
        ({"text": "x", "listed_from": "yesterday"}, 422, "listed_from"),
        ({"text": "x", "on": "paper"}, 422, "on"),
        ({"text": "x", "recipe": "soup"}, 422, "recipe"),
        ({"text": "x", "limit": 0}, 422, "limit"),
        ({"text": "x", "more": 1}, 422, "more"),
        ({"text": "x", "models": "nonsense"}, 404, "nonsense"),
        ({"image_id": 999}, 404, "999"),
        ({"text": "x", "catalog": "00000000-0000-0000-0000-000000000000"}, 404, "catalog"),
    ):
        assert says in house.problem(ask(house, **form), status)["detail"], form
    waiting = found(house, image=picture)
    assert waiting["results"] == []
    assert not any(model["used"] for model in waiting["models"])
    assert "waits" in waiting["note"]
    assert house.get("/api/listings")["items"] == []
    assert house.get("/api/listings/filters")["price"] == {"min": None, "max": None}
    house.problem(house.client.get("/api/listings", params={"cursor": "x"}), 422)


def _picture() -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).save(stream, "PNG")
    return stream.getvalue()
