from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from lumina.domain.picture import PictureError
from lumina.files.master import open_master
from lumina.files.read import explained, read_master, read_sidecar
from lumina.files.window import FileWindow

pytestmark = pytest.mark.unit


def failing(path: Path) -> PictureError:
    with pytest.raises(PictureError) as caught:
        open_master(path)
    return caught.value


def test_empty_files_are_failures_for_good(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    error = failing(tmp_path / "a.jpg")
    assert (error.code, error.retryable) == ("empty", False)


def test_files_that_are_gone_are_worth_another_try(tmp_path: Path) -> None:
    error = failing(tmp_path / "a.jpg")
    assert (error.code, error.retryable) == ("vanished", True)


def test_folders_and_pipes_are_no_files(tmp_path: Path) -> None:
    assert failing(tmp_path).code == "unreadable"
    os.mkfifo(tmp_path / "pipe.jpg")
    error = failing(tmp_path / "pipe.jpg")
    assert (error.code, error.retryable) == ("unreadable", True)


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOTCONN, errno.ETIMEDOUT])
def test_trouble_with_the_drive_is_retryable(number: int) -> None:
    error = explained(OSError(number, os.strerror(number)))
    assert (error.code, error.retryable) == ("unreadable", True)


def test_a_file_that_grows_while_it_is_read_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x" * 100)
    real, calls = os.fstat, []

    def fstat(descriptor: int) -> os.stat_result:
        calls.append(descriptor)
        if len(calls) == 2:
            with path.open("ab") as file:
                file.write(b"more")
        return real(descriptor)

    monkeypatch.setattr(os, "fstat", fstat)
    with pytest.raises(PictureError) as caught:
        read_master(path)
    assert (caught.value.code, caught.value.retryable) == ("changed", True)


def test_sidecars_that_are_gone_are_none_and_huge_ones_too(tmp_path: Path) -> None:
    assert read_sidecar(tmp_path / "a.xmp") == b""
    with (tmp_path / "huge.xmp").open("wb") as file:
        file.truncate(17 << 20)
    assert read_sidecar(tmp_path / "huge.xmp") == b""
    (tmp_path / "b.xmp").write_bytes(b"<x/>")
    assert read_sidecar(tmp_path / "b.xmp") == b"<x/>"


def test_windows_slice_like_bytes(tmp_path: Path) -> None:
    data = bytes(range(200))
    (tmp_path / "a").write_bytes(data)
    window = FileWindow(tmp_path / "a")
    assert len(window) == 200
    assert window[3] == 3
    assert window[150:500] == data[150:]
    assert window[500:600] == b""
    with pytest.raises(IndexError):
        window[200]
    window.close()
