"""Files go to the trash and come back; nothing is overwritten, nothing is taken for what it is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from lumina.domain.resolution import Proof
from lumina.errors import NotFound
from lumina.files import names, trash
from lumina.files.trash import Refused, Trash

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]
COPY = "3/4/a.jpg"


@pytest.fixture(params=["one-disk", "two-disks", "no-links"])
def disks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Vault and trash on one file system, on two, and on ones that know no second names at all."""
    link = os.link

    def refused(old: Any, new: Any, **named: Any) -> None:
        if request.param == "no-links" or Path(old).parent != Path(new).parent:
            raise OSError(95, "Operation not supported")
        link(old, new, **named)

    if request.param != "one-disk":
        monkeypatch.setattr(os, "link", refused)
    return str(request.param)


@pytest.fixture
def bin_(tmp_path: Path) -> Trash:
    return Trash(tmp_path / "home")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "photos" / "a.jpg"
    path.parent.mkdir()
    path.write_bytes(b"a picture" * 1000)
    os.utime(path, ns=(5, 1_234_567_890_123_456_789))
    return path


def leave(bin_: Trash, file: Path) -> Proof:
    proof = trash.read(file)
    bin_.take(file, COPY, proof)
    trash.discard(trash.set_aside(file, 4, proof))
    return proof


@pytest.mark.usefixtures("disks")
def test_there_and_back(bin_: Trash, file: Path) -> None:
    file.chmod(0o640)
    content = file.read_bytes()
    proof = leave(bin_, file)
    assert list(file.parent.iterdir()) == []
    assert bin_.path(COPY).read_bytes() == content
    checked = bin_.check(COPY, proof.checksum)
    file.parent.rmdir()  # the folder may be gone meanwhile
    found = bin_.bring_back(COPY, file, checked, proof.modified_ns)
    bin_.drop(COPY)
    assert file.read_bytes() == content
    stat = file.stat()
    assert (found.size, found.modified_ns, found.inode) == (stat.st_size, proof.modified_ns, stat.st_ino)
    assert (stat.st_mtime_ns, stat.st_mode & 0o777) == (proof.modified_ns, 0o640)
    assert list(file.parent.iterdir()) == [file]
    assert list(bin_.root.iterdir()) == []


@pytest.mark.usefixtures("disks")
def test_nothing_is_overwritten_on_the_way_back(bin_: Trash, file: Path) -> None:
    proof = leave(bin_, file)
    file.write_bytes(b"another")
    with pytest.raises(Refused, match="Another file stands in its place"):
        bin_.bring_back(COPY, file, bin_.check(COPY, proof.checksum), proof.modified_ns)
    assert file.read_bytes() == b"another"
    assert bin_.path(COPY).exists()
    file.write_bytes(bin_.path(COPY).read_bytes())  # put back by hand: that is as good
    assert bin_.bring_back(COPY, file, proof, proof.modified_ns).checksum == proof.checksum


@pytest.mark.usefixtures("disks")
def test_a_file_that_comes_in_between_is_not_overwritten(
    bin_: Trash, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = leave(bin_, file)
    look = os.path.lexists
    asked: list[object] = []

    def first_no(path: Any) -> bool:
        asked.append(path)
        if len(asked) == 1:
            file.write_bytes(b"another")
            return False
        return look(path)

    monkeypatch.setattr(os.path, "lexists", first_no)
    with pytest.raises(Refused, match="Another file"):
        bin_.bring_back(COPY, file, bin_.check(COPY, proof.checksum), proof.modified_ns)
    assert file.read_bytes() == b"another"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.usefixtures("disks")
def test_what_was_changed_after_it_was_read_stays(bin_: Trash, file: Path) -> None:
    proof = trash.read(file)
    bin_.take(file, COPY, proof)
    file.write_bytes(b"edited")
    with pytest.raises(Refused, match="changed"):
        trash.set_aside(file, 4, proof)
    assert file.read_bytes() == b"edited"
    with pytest.raises(Refused):
        bin_.take(file, "3/5/a.jpg", proof)
    assert not bin_.path("3/5/a.jpg").exists()
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.usefixtures("disks")
def test_what_replaced_it_after_it_was_read_stays(bin_: Trash, file: Path, tmp_path: Path) -> None:
    proof = trash.read(file)
    bin_.take(file, COPY, proof)
    other = tmp_path / "other.jpg"
    other.write_bytes(file.read_bytes())
    os.utime(other, ns=(5, proof.modified_ns))
    other.replace(file)  # same bytes, same time, another file
    with pytest.raises(Refused, match="changed"):
        trash.set_aside(file, 4, proof)
    assert file.exists()


def test_what_is_set_aside_is_found_again_and_put_back(file: Path) -> None:
    aside = trash.set_aside(file, 4, trash.read(file))
    assert (file.exists(), trash.asides(file, 4), trash.asides(file, 40)) == (False, [aside], [])
    trash.put_back(aside, file)
    assert list(file.parent.iterdir()) == [file]
    aside = trash.set_aside(file, 4, trash.read(file))
    file.write_bytes(b"new")
    with pytest.raises(Refused, match=aside.name):
        trash.put_back(aside, file)
    assert (file.read_bytes(), aside.exists()) == (b"new", True)


def test_leftovers_are_swept_only_where_they_are_the_same(file: Path) -> None:
    same, other, half = (file.with_name(f".lumina-4-{name}") for name in ("aaa", "bbb", "back-ccc"))
    same.write_bytes(file.read_bytes())
    other.write_bytes(b"the last copy of something")
    half.write_bytes(b"a pic")
    trash.sweep(file, 4, blake3(file.read_bytes()).digest())
    assert sorted(file.parent.iterdir()) == sorted([file, other])


def test_a_spoilt_copy_is_noticed(bin_: Trash, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = leave(bin_, file)
    bin_.path(COPY).write_bytes(b"a picture" * 999 + b"a pictura")
    with pytest.raises(Refused, match="no longer what was put there"):
        bin_.check(COPY, proof.checksum)
    bin_.drop(COPY)
    with pytest.raises(Refused, match="In the trash: It is no longer there"):
        bin_.check(COPY, proof.checksum)


def test_a_bad_disk_under_the_trash_is_noticed(bin_: Trash, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: Any, **__: Any) -> None:
        raise OSError(18, "Invalid cross-device link")

    def half(_source: Path, beside: Path, _tick: Callable[[], None]) -> None:
        beside.write_bytes(b"a pic")

    monkeypatch.setattr(os, "link", no_link)
    monkeypatch.setattr(trash, "write", half)
    with pytest.raises(Refused, match="not what the file was"):
        bin_.take(file, COPY, trash.read(file))
    assert not bin_.path(COPY).exists()


@pytest.mark.parametrize("path", ["a", "1/2", "1/2/..", "../2/a", "1//a", "1/2/3/4", "/2/a", "1/2/a\0b"])
def test_no_path_leads_out_of_the_trash(bin_: Trash, path: str) -> None:
    with pytest.raises(NotFound):
        bin_.path(path)


@pytest.mark.skipif(os.name != "posix", reason="names of bytes")
def test_names_of_any_bytes_and_of_any_length(bin_: Trash, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe" + b"x" * 249 + b".jpg")
    path = tmp_path / name
    path.write_bytes(b"odd")
    copy = Trash.name(7, 8, names.stored(f"folder/{name}"))
    proof = trash.read(path)
    bin_.take(path, copy, proof)
    trash.discard(trash.set_aside(path, 8, proof))
    bin_.bring_back(copy, path, bin_.check(copy, proof.checksum), proof.modified_ns)
    assert path.read_bytes() == b"odd"


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="no file"):
        trash.read(tmp_path / "pipe")
    with pytest.raises(Refused, match="no longer there"):
        trash.read(tmp_path / "nothing")
