"""`lumina search`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lumina.store import Store, spaces, vectors
from tests.api.conftest import photo
from tests.support.lumina_home import Home
from tests.support.worded import library

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Home:
    """A home with a random library."""
    home = Home(tmp_path / "home")
    home.environment["LUMINA_DATABASE_URL"] = store.url
    library(store, 40)
    return home


def test_finds_by_words_and_filters_and_tells_why(home: Home) -> None:
    told = home.json("search", "truck", "--limit", "100")
    assert told["total"] == len(told["items"]) > 0
    assert [way["state"] for way in told["ways"]] == ["used", "unavailable"]
    assert all(item["path"].startswith("/nowhere/") and item["reasons"] for item in told["items"])
    narrow = home.json("search", "truck", "--filter", "camera:NIKON D70", "--filter", "rating:>=3")
    assert {item["id"] for item in narrow["items"]} < {item["id"] for item in told["items"]}
    assert narrow["query"] == 'truck camera:"NIKON D70" rating:>=3'
    shown = home.run("search", "tag:truck", "--limit", "2")
    assert "Tagged truck" in shown.stdout
    assert "--limit shows more" in shown.stderr
    assert "Tagged vehicle > truck" in home.run("search", "vehicle", "--limit", "100").stdout
    everything = home.json("search", "--limit", "1000")
    assert everything["total"] == len(everything["items"]) == len({item["id"] for item in everything["items"]})


def test_says_when_nothing_matches_and_what_was_meant(home: Home) -> None:
    done = home.run("search", "trukcs")
    assert "Nothing matches." in done.stdout
    assert "Did you mean: truck" in done.stderr
    assert "lumina models pull clip-vit-b32" in done.stderr


def test_names_what_is_wrong(home: Home, tmp_path: Path) -> None:
    assert "camera" in home.run("search", "cmera:nikon", code=2).stderr
    assert "--image" in home.run("search", "--region", "0,0,1,1", code=2).stderr
    assert "NAME:VALUE" in home.run("search", "--filter", "nikon", code=2).stderr
    assert "does not exist" in home.run("search", "--image", tmp_path / "none.jpg", code=2).stderr
    text = tmp_path / "words.jpg"
    text.write_text("no picture at all")
    assert "image: " in home.run("search", "--image", text, code=2).stderr
    picture = photo(tmp_path / "real.jpg")
    assert "region: " in home.run("search", "--image", picture, "--region", "5,5,1,1", code=2).stderr
    assert "nonsense" in home.run("search", "x", "--catalog", "nonsense", code=1).stderr


def found(home: Home, *words: str) -> set[int]:
    return {item["id"] for item in home.json("search", *words, "--limit", "100")["items"]}


def test_filters_hold_whatever_the_words_are(home: Home) -> None:
    rated = found(home, "rating:5")
    for words in ("truck OR dog", "truck"):
        both = found(home, words, "--filter", "rating:5")
        assert both == found(home, words) & rated
        assert both
    assert found(home, "tag:vehicle/truck") == found(home, "tag:truck NOT tag:animal/truck") != set()
    assert home.json("search", "--filter", "name:IMG(1)")["query"] == 'name:"IMG(1)"'
    assert found(home, "folder:a\udcffb", "--filter", "name:\udcff") == set(), "names that are no UTF-8"


def test_finds_what_looks_like_an_image_of_the_catalog(home: Home, store: Store) -> None:
    assert "999999" in home.run("search", "--image-id", "999999", code=1).stderr
    assert "not both" in home.run("search", "--image-id", "1", "--image", "x.jpg", code=2).stderr
    with store.transaction() as tx:
        rows = tx.rows(
            "INSERT INTO image (catalog_id, source_id, folder, stem) SELECT catalog_id, source_id, '', 'm' || n"
            " FROM (SELECT * FROM image ORDER BY id LIMIT 1) one, generate_series(1, 60) n RETURNING id"
        )
        one, like, *_ = ids = [row["id"] for row in rows]
        matrix = np.random.default_rng(1).normal(size=(60, 64)).astype(np.float32)
        matrix[1] = matrix[0] + 0.1 * matrix[2]
        vectors.save(tx, spaces.get_or_create(tx, "clip-vit-b32", 1, 64), np.array(ids), matrix)
    assert home.json("search", "--image-id", str(one))["items"][0]["id"] == like
    assert one not in found(home, "--image-id", str(one))
