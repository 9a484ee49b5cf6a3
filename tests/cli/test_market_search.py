"""`lumina market search`."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.store import Store
from tests.support.lookalikes import NAMES, Shelf, shelf
from tests.support.lumina_home import Home

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.environment["LUMINA_DATABASE_URL"] = store.url
    return home


@pytest.fixture
def shop(store: Store, home: Home) -> Shelf:
    made = shelf(store, kinds=("image",))
    with store.transaction() as tx:
        tx.execute("INSERT INTO shop (source_id, shop_id, name) VALUES (:s, 7, 'Potter')", s=made.here.source_id)
    return made


def test_finds_listings_and_tells_what_each_model_says(home: Home, shop: Shelf) -> None:
    image = str(shop.images[2][0])
    told = home.json("market", "search", "--image-id", image, "--price", "1..50")
    assert [(hit["listing_id"], hit["matched_by"], hit["price"]) for hit in told["results"]] == [(2, 5, "2.00")]
    assert {opinion["model"] for opinion in told["results"][0]["ranks"]} == set(NAMES)
    shown = home.run("market", "search", "--image-id", image, "--model", NAMES[0], "--shop", "potter").stdout
    assert "A green mug" in shown
    assert "1 of 1" in shown
    assert "2.00 EUR" in shown
    nothing = home.run("market", "search", "--image-id", image, "--price", "10..", "--recipe", "rrf")
    assert "Nothing among the listings that meet the filters" in nothing.stdout
    words = home.json("market", "search", "--text", "red mug", "--state", "active", "--currency", "eur")
    assert [hit["listing_id"] for hit in words["results"]] == [1]


def test_names_what_is_wrong(home: Home) -> None:
    for arguments, code, says in (
        ((), 2, "one of them"),
        (("--text", "x", "--price", "cheap"), 2, "--price"),
        (("--text", "x", "--price", "9..1"), 2, "--price"),
        (("--text", "x", "--shop", "nobody"), 1, "nobody"),
        (("--text", "x", "--model", "nonsense"), 1, "nonsense"),
        (("--region", "0,0,1,1"), 2, "region"),
        (("--image-id", "999"), 1, "999"),
        (("nowhere.jpg", "--image-id", "1"), 2, "not both"),
        (("nowhere.jpg",), 2, "does not exist"),
    ):
        assert says in home.run("market", "search", *arguments, code=code).stderr, arguments
