"""`lumina duplicates` as a person or a script calls it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.copies import scene
from tests.support.lumina_home import Home

pytestmark = [pytest.mark.integration, pytest.mark.timeout(100)]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenes: one twice as it is, one recompressed, one alone."""
    folder = tmp_path_factory.mktemp("library")
    for seed in range(3):
        Image.fromarray(scene(seed, (240, 320))).save(folder / f"{seed}.jpg", quality=92)
    shutil.copy(folder / "0.jpg", folder / "0 again.jpg")
    Image.open(folder / "1.jpg").save(folder / "1 worse.jpg", quality=50)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, library: Path) -> Iterator[Home]:
    """A home that knows the library: `first` and `second` are what two runs have said."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.first = home.json("up", "--once", library)  # type: ignore[attr-defined]
    home.second = home.json("up", "--once")  # type: ignore[attr-defined]
    yield home
    home.run("stop")


def kinds(outcome: dict[str, Any]) -> list[str]:
    return [job["kind"] for job in outcome["jobs"]]


def test_a_run_waits_for_the_searches_that_follow_it(home: Home) -> None:
    assert kinds(home.first) == ["ingest", "detect-bursts", "detect-duplicates"]  # type: ignore[attr-defined]
    assert all(job["state"] == "SUCCESS" for job in home.first["jobs"])  # type: ignore[attr-defined]


def test_a_run_that_finds_nothing_new_starts_no_search(home: Home) -> None:
    assert kinds(home.second) == ["ingest"]  # type: ignore[attr-defined]


def test_groups_as_json_name_every_path_in_full(home: Home, library: Path) -> None:
    found = home.json("duplicates")
    assert found["threshold"] == 5
    assert found["bursts"] == []
    members = [[(Path(m["path"]).name, m["tier"]) for m in group["members"]] for group in found["groups"]]
    assert sorted(map(sorted, members)) == [
        [("0 again.jpg", "bytes"), ("0.jpg", "bytes")],
        [("1 worse.jpg", "picture"), ("1.jpg", "bytes")],
    ]
    for group in found["groups"]:
        assert group["keeper"] == group["members"][0]["path"]
        assert group["members"][1]["reasons"]
        for member in group["members"]:
            assert member["path"] == f"{library}/{member['relative']}"
            assert member["root"] == str(library)
            assert set(member) >= {"distance", "similarity", "score"}


def test_another_threshold_looks_again(home: Home) -> None:
    run = home.json("duplicates")["run"]
    again = home.json("duplicates", "--threshold", "0")
    assert again["threshold"] == 0
    assert again["run"] > run
    assert home.json("duplicates", "--threshold", "0")["run"] == again["run"], "it is that threshold already"
    assert len(again["groups"]) == 2


def test_groups_for_people(home: Home) -> None:
    out = home.run("duplicates").stdout
    assert "2 groups, 4 images" in out
    assert "1 worse.jpg" in out
    assert "2 groups" in home.run("duplicates", "--limit", "1").stdout
    assert home.run("duplicates", "--tier", "pixels").stdout == "No copies.\n"


def test_bad_wishes_name_what_was_wrong(home: Home) -> None:
    for threshold in ("17", "-1"):
        told = home.run("duplicates", "--threshold", threshold, code=2).stderr
        assert f"similarity_threshold: {threshold} is outside 0-16." in told
    assert "no catalog 'nowhere'" in home.run("duplicates", "--catalog", "nowhere", code=1).stderr
