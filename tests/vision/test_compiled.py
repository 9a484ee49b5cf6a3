from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lumina.vision import compiled as module
from lumina.vision.compiled import compiled

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

LOOP = "from lumina.vision.compiled import compiled\n"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sources that takes the place of `lumina.vision`."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(module, "__file__", str(tmp_path / "compiled.py"))
    (tmp_path / "scan.py").write_text(LOOP)
    (tmp_path / "planes.py").write_text(LOOP)
    return tmp_path


def place() -> Path:
    found = module._place()
    assert found is not None
    return Path(found)


def test_a_change_of_any_compiled_source_leads_to_another_folder(sources: Path) -> None:
    before = place()
    assert before == place()
    (sources / "hashes.py").write_text("nothing compiled in here")
    assert before == place()
    (sources / "planes.py").write_text(LOOP + "# changed")
    assert place() != before


def test_the_folder_is_where_a_person_says(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(sources / "elsewhere"))
    assert place().parent == sources / "elsewhere"


def test_without_a_place_there_is_none(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sources / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(sources / "file"))
    assert module._place() is None


def test_files_left_empty_and_folders_long_unused_are_taken_away(sources: Path) -> None:
    folder = place()
    for name in ("empty.nbi", "full.nbi"):
        (folder / name).write_text(name.removeprefix("empty.nbi"))
    old, recent = folder.parent / "compiled-0123", folder.parent / "compiled-4567"
    for other in (old, recent):
        other.mkdir()
    os.utime(old, (0, time.time() - 40 * 86400))
    assert place() == folder
    assert [path.name for path in folder.iterdir()] == ["full.nbi"]
    assert not old.exists()
    assert recent.exists()


def test_code_without_a_file_is_compiled_all_the_same() -> None:
    names: dict[str, Callable[[int], int]] = {}
    exec("def double(number):\n    return 2 * number", names)
    assert compiled(names["double"])(21) == 42
