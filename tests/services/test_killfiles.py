"""Kill files: what they stop, and that only a person removes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.services.killfiles import KillFiles

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("file", "stopped", "running"),
    [
        ("KILL", ["thumbnail", "cpu", "embed:clip-b32"], []),
        ("KILL_THUMBNAIL", ["thumbnail"], ["cpu", "proxy"]),
        ("KILL_CPU", ["cpu"], ["gpu", "io"]),
        ("KILL_DL", ["download"], ["cutout"]),
        ("KILL_BG", ["cutout"], ["download"]),
        ("KILL_EMBED", ["embed:clip-b32", "embed"], ["embedded"]),
        ("KILL_EMBED_CLIP_B32", ["embed:clip-b32"], ["embed:dino"]),
        ("KILLER", [], ["cpu"]),
    ],
)
def test_a_file_stops_what_it_names(tmp_path: Path, file: str, stopped: list[str], running: list[str]) -> None:
    (tmp_path / file).touch()
    kills = KillFiles(tmp_path)
    assert [kills.stops(name) for name in stopped] == [True] * len(stopped)
    assert [kills.stops(name) for name in running] == [False] * len(running)
    assert kills.everything == (file == "KILL")


def test_what_was_stopped_is_stopped_until_cleared(tmp_path: Path) -> None:
    kills = KillFiles(tmp_path)
    assert kills.stop("embed:clip").name == "KILL_EMBED_CLIP"
    kills.stop()
    assert kills.stops("embed:clip")
    assert kills.everything
    assert kills.clear() == ["KILL", "KILL_EMBED_CLIP"]
    assert not kills.stops("embed:clip")
    assert kills.clear() == []


def test_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "KILLER").touch()
    assert KillFiles(tmp_path).clear() == []
    assert (tmp_path / "KILLER").exists()


def test_a_home_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    assert not KillFiles(tmp_path / "nowhere").stops("cpu")


def test_only_a_file_of_its_own_leaves_a_stage_out(tmp_path: Path) -> None:
    kills = KillFiles(tmp_path)
    kills.stop()
    assert kills.stopped(["proxy", "embed:clip"]) == frozenset()
    kills.stop("embed")
    assert kills.stopped(["proxy", "embed:clip"]) == {"embed:clip"}
