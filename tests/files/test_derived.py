from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from lumina.domain.picture import PictureError
from lumina.domain.values import RenditionKind
from lumina.files.derived import DerivedStore

pytestmark = pytest.mark.unit
THUMBNAIL = RenditionKind.THUMBNAIL
KEY = bytes(range(16))


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    assert not store.exists(THUMBNAIL, KEY)
    store.write(THUMBNAIL, KEY, b"picture")
    assert store.exists(THUMBNAIL, KEY)
    assert store.read(THUMBNAIL, KEY) == b"picture"
    assert store.path(THUMBNAIL, KEY) == tmp_path / "thumbnail/00/01/000102030405060708090a0b0c0d0e0f.webp"
    assert not store.exists(RenditionKind.PROXY, KEY), "kinds are apart"


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    store.write(THUMBNAIL, KEY, b"picture")
    before = store.path(THUMBNAIL, KEY).stat()
    store.write(THUMBNAIL, KEY, b"picture")
    after = store.path(THUMBNAIL, KEY).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert len(files(tmp_path)) == 1


def test_a_file_cut_by_a_crash_is_replaced(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    store.write(THUMBNAIL, KEY, b"picture")
    store.path(THUMBNAIL, KEY).write_bytes(b"")
    store.write(THUMBNAIL, KEY, b"picture")
    assert store.read(THUMBNAIL, KEY) == b"picture"


def test_a_full_disk_is_retryable_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PictureError, match="The disk is full") as caught:
        DerivedStore(tmp_path).write(THUMBNAIL, KEY, b"picture")
    assert caught.value.code == "disk-full"
    assert caught.value.retryable
    assert files(tmp_path) == []
    monkeypatch.undo()
    DerivedStore(tmp_path).write(THUMBNAIL, KEY, b"picture")
    assert DerivedStore(tmp_path).exists(THUMBNAIL, KEY)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "thumbnail").write_bytes(b"a file where a folder should be")
    with pytest.raises(PictureError, match="Cannot write to") as caught:
        DerivedStore(tmp_path).write(THUMBNAIL, KEY, b"picture")
    assert caught.value.code == "unwritable"
    assert caught.value.retryable


def test_sweeping_removes_what_killed_writers_left(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    store.write(THUMBNAIL, KEY, b"picture")
    store.path(THUMBNAIL, KEY).with_name(".half.webp.123").write_bytes(b"pic")
    assert store.sweep() == 1
    assert files(tmp_path) == [store.path(THUMBNAIL, KEY)]
