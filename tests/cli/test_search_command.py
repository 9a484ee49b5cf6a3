"""`lumina search`."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.store import Store
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
