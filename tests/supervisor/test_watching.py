"""Which folder a change makes due."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.files import names
from lumina.files.ignore import Ignore
from lumina.supervisor.watching import Watched, common

pytestmark = pytest.mark.unit

PATHS = st.lists(st.sampled_from("abc"), max_size=4).map("/".join)


def watched(root: Path, *patterns: str) -> Watched:
    return Watched(UUID(int=0), 1, root, Ignore(patterns))


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [([], ""), (["a/b"], "a/b"), (["a/b", "a/c"], "a"), (["a/bc", "a/b"], "a"), (["a", ""], ""), (["x", "y"], "")],
)
def test_one_scan_covers_all_changes(scopes: list[str], expected: str) -> None:
    assert common(scopes) == expected


@given(st.lists(PATHS, min_size=1))
def test_every_change_lies_in_the_common_folder(scopes: list[str]) -> None:
    assert all(names.is_within(scope, common(scopes)) for scope in scopes)


def test_a_changed_file_makes_its_folder_due_and_a_new_folder_itself(tmp_path: Path) -> None:
    (tmp_path / "trip" / "day").mkdir(parents=True)
    (tmp_path / "trip" / "one.jpg").touch()
    source = watched(tmp_path)
    assert source.scope(tmp_path / "trip" / "one.jpg") == "trip"
    assert source.scope(tmp_path / "trip" / "day") == "trip/day"
    assert source.scope(tmp_path / "top.jpg") == ""
    assert source.scope(tmp_path) == ""


def test_what_is_gone_makes_the_nearest_folder_due_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "trip").mkdir()
    assert watched(tmp_path).scope(tmp_path / "trip" / "gone" / "deep" / "one.jpg") == "trip"


def test_what_a_scan_passes_over_wakes_nobody(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "@eaDir").mkdir()
    source = watched(tmp_path, "*.tmp", "private/")
    for path in (".hidden/a.jpg", ".hidden", "@eaDir/a.jpg", "Thumbs.db", "a.tmp", "private/a.jpg"):
        assert source.scope(tmp_path / path) is None, path
