"""Long loops of a scan give a sign of life, and end where that says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lumina.engine import alive, moves, scan
from lumina.engine.moves import Moves
from lumina.engine.scan import Scanner
from lumina.errors import LeaseLost
from lumina.files.judge import Judge
from lumina.store import Store, Transaction
from tests.support.library import NOON, Library, jpeg

pytestmark = pytest.mark.integration


@pytest.fixture
def library(store: Store, photos: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Ten pictures, scanned and hashed; from now on every item of a loop is worth a sign."""
    found = Library(store, photos)
    for number in range(10):
        jpeg(found.root / f"{number}.jpg", seed=number, taken=NOON)
    found.scan()
    found.hash_all()
    monkeypatch.setattr(alive, "ALIVE_SECONDS", 0.0)
    return found


def _scan_until(library: Library, stop: Callable[[], bool]) -> None:
    def on_chunk(_: Transaction, images: Sequence[int]) -> None:
        if stop():
            raise LeaseLost("stopped")

    with pytest.raises(LeaseLost):
        Scanner(library.store, offline_share=0.5, node="server").scan(library.source_id, on_chunk=on_chunk)


def test_while_files_of_unknown_names_are_opened(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        (library.root / f"{number}.txt").write_text(f"text {number}")
    looked: list[str] = []
    look = Judge.look
    monkeypatch.setattr(Judge, "look", lambda judge, path, size: (looked.append(path), look(judge, path, size))[1])
    _scan_until(library, lambda: len(looked) >= 3)
    assert len(looked) == 3


def test_while_edits_are_told_from_moves(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        path = library.root / f"{number}.jpg"
        path.rename(library.root / f"{number}_original.jpg")
        jpeg(path, seed=100 + number, taken=NOON)
    looked: list[int] = []
    is_edit = Moves._is_edit
    monkeypatch.setattr(Moves, "_is_edit", lambda me, doubt: (looked.append(doubt.file_id), is_edit(me, doubt))[1])
    _scan_until(library, lambda: len(looked) >= 3)
    assert len(looked) == 3


def test_while_one_file_is_read(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    checksum = moves._checksum
    reading = False

    def read(path: Path, tick: Callable[[], None]) -> bytes | None:
        nonlocal reading
        reading = True
        try:
            return checksum(path, tick)
        finally:
            reading = False

    monkeypatch.setattr(moves, "_checksum", read)
    shutil.copyfile(library.root / "1.jpg", library.root / "b.jpg")
    (library.root / "1.jpg").unlink()
    _scan_until(library, lambda: reading)
    assert library.scan().moved == 1


def test_while_what_is_gone_is_counted(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        (library.root / f"{number}.jpg").unlink()
    looked: list[Path] = []
    is_there = scan._is_there
    monkeypatch.setattr(scan, "_is_there", lambda path: (looked.append(path), is_there(path))[1])
    _scan_until(library, lambda: len(looked) >= 3)
    assert len(looked) == 3
    assert library.missing() == set()
