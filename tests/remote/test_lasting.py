"""Files and their names last through a power cut before anybody hears that they are there."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from lumina.domain.market import Downloaded, RemoteImage
from lumina.domain.picture import PictureError
from lumina.remote.images.lasting import Lasting
from lumina.remote.images.place import PART, Arrived, put

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


class Disk:
    """Sees what is flushed, by the numbers of files and folders; refuses to flush folders with `refuses`."""

    def __init__(self) -> None:
        self.flushed, self.refuses = list[int](), 0

    def fsync(self, handle: int) -> None:
        state = os.fstat(handle)
        if stat.S_ISDIR(state.st_mode) and self.refuses:
            raise OSError(self.refuses, os.strerror(self.refuses))
        self.flushed.append(state.st_ino)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    return disk


@pytest.fixture
def lasting() -> Iterator[Lasting]:
    lasting = Lasting()
    yield lasting
    lasting.close()


def arrived(root: Path, number: int, end: str = "", size: int | None = None) -> Arrived:
    image = RemoteImage(number, 1, 7, number, "", root, f"7/{number // 10}/{number}{end}", size)
    return Arrived(image, b"picture", "jpeg", None, None)


def test_a_file_is_flushed_before_it_has_its_name_and_its_folders_after(
    tmp_path: Path, disk: Disk, lasting: Lasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    named_at, rename = list[int](), os.replace

    def replace(beside: str, place: str) -> None:
        named_at.append(len(disk.flushed))
        rename(beside, place)

    monkeypatch.setattr(os, "replace", replace)
    found = put([arrived(tmp_path, number) for number in (11, 12, 21)], lasting)
    inodes = [each.inode for each in found if isinstance(each, Downloaded)]
    assert sorted(disk.flushed[:3]) == sorted(inodes)
    assert min(named_at) == 3
    folders = [tmp_path / "7/1", tmp_path / "7/2", tmp_path / "7", tmp_path, *tmp_path.parents]
    assert sorted(disk.flushed[3:]) == sorted(folder.stat().st_ino for folder in folders)


def test_folders_that_are_known_to_last_are_flushed_only_where_a_name_is_new(
    tmp_path: Path, disk: Disk, lasting: Lasting
) -> None:
    put([arrived(tmp_path, 11)], lasting)
    del disk.flushed[:]
    (found,) = put([arrived(tmp_path, 12)], lasting)
    assert isinstance(found, Downloaded)
    assert disk.flushed == [found.inode, (tmp_path / "7/1").stat().st_ino]
    del disk.flushed[:]
    again = [arrived(tmp_path, 11), arrived(tmp_path, 12, ".jpg", size=7)]
    assert not any(each.changed for each in put(again, lasting) if isinstance(each, Downloaded))
    assert disk.flushed == [(tmp_path / "7/1").stat().st_ino], "a file whose row is missing may have a name that is new"


def test_a_disk_that_refuses_names_is_told_of_and_one_that_cannot_is_not(
    tmp_path: Path, disk: Disk, lasting: Lasting
) -> None:
    disk.refuses = errno.EIO
    (found,) = put([arrived(tmp_path, 11)], lasting)
    assert isinstance(found, PictureError)
    assert (found.code, found.retryable) == ("unwritable", True)
    disk.refuses = errno.EINVAL
    (found,) = put([arrived(tmp_path, 11)], lasting)
    assert isinstance(found, Downloaded)
    assert not found.changed


def test_one_that_cannot_be_written_spoils_no_other(tmp_path: Path, disk: Disk, lasting: Lasting) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7/2").write_bytes(b"in the way")
    wrong, fine = put([arrived(tmp_path, 21), arrived(tmp_path, 11)], lasting)
    assert isinstance(wrong, PictureError)
    assert isinstance(fine, Downloaded)
    assert not list((tmp_path / PART).iterdir())
