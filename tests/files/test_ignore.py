"""What scans pass over."""

from __future__ import annotations

import pytest

from lumina.errors import BadInput
from lumina.files.ignore import Ignore

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "name", ["@eaDir", ".thumbnails", ".Trash-1000", ".git", "#recycle", "$RECYCLE.BIN", "lost+found", "Cat.lrdata"]
)
def test_folders_of_systems_and_programs(name: str) -> None:
    assert Ignore().folder(f"a/{name}", name)


@pytest.mark.parametrize("name", ["Thumbs.db", "THUMBS.DB", ".DS_Store", "._IMG_1.jpg", "IMG_1.jpg_original"])
def test_files_of_systems_and_programs(name: str) -> None:
    assert Ignore().file(f"a/{name}", name)


@pytest.mark.parametrize("name", ["IMG_1.jpg", "Trash.jpg", "a.b.c.jpg", "photo_original.jpg", "[a].jpg"])
def test_photos_count(name: str) -> None:
    assert not Ignore().file(name, name)


def test_a_persons_patterns_speak_gitignore() -> None:
    ignore = Ignore(["# remark", "", "/top/", "*.tmp", "!keep.tmp", "a/**/b"])
    assert ignore.folder("top", "top")
    assert not ignore.folder("deep/top", "top")
    assert ignore.file("x/y.tmp", "y.tmp")
    assert not ignore.file("x/keep.tmp", "keep.tmp")
    assert ignore.folder("a/x/y/b", "b")


def test_a_person_may_take_back_a_built_in_pattern() -> None:
    ignore = Ignore(["!.lightroom/", "!@eaDir/"])
    assert not ignore.folder(".lightroom", ".lightroom")
    assert not ignore.folder("a/@eaDir", "@eaDir")
    assert ignore.folder(".git", ".git")


def test_a_malformed_pattern_is_named() -> None:
    with pytest.raises(BadInput, match="ignore pattern"):
        Ignore(["!"])
