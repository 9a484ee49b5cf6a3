"""A folder that is replaced as a whole, also where two folders cannot change names in one step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lumina.errors import BadInput
from lumina.files import whole_folder
from lumina.files.whole_folder import WholeFolder
from tests.support.death import Death

pytestmark = pytest.mark.unit
LISTED = {"files": {"a": {}}, "index": "b"}


def replace(folder: WholeFolder, text: str) -> None:
    beside = folder.begin()
    for name in ("a", "b"):
        (beside / name).write_text(text)
    folder.finish(beside, {**LISTED, "text": text})


def read(path: Path) -> set[str]:
    """What the files and the manifest say: one thing."""
    texts = {(path / name).read_text() for name in ("a", "b")}
    return texts | {json.loads((path / "list.json").read_text())["text"]}


@pytest.mark.parametrize("swaps", [True, False], ids=["one step", "two steps"])
def test_killed_anywhere_it_is_the_old_one_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swaps: bool
) -> None:
    if not swaps:
        monkeypatch.setattr(whole_folder, "_exchanged", lambda _one, _other: False)
    death = Death(monkeypatch, [(whole_folder.shutil, "rmtree")])
    path = tmp_path / "made"
    replace(WholeFolder(path, "list.json"), "old")
    seen, steps = set(), 0
    while death.after(steps := steps + 1, lambda: replace(WholeFolder(path, "list.json"), "new")):
        WholeFolder(path, "list.json").check()
        (text,) = read(path)
        seen.add(text)
    assert seen == {"old", "new"}
    assert read(path) == {"new"}
    assert [each.name for each in tmp_path.iterdir()] == ["made"]


def test_what_others_have_put_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "made"
    replace(WholeFolder(path, "list.json"), "old")
    (path / "mine").write_text("dear")
    for refused in (path, path / "mine"):
        with pytest.raises(BadInput, match=r"holds other things|is no folder"):
            WholeFolder(refused, "list.json").begin()
    assert (path / "mine").read_text() == "dear"
    assert read(path) == {"old"}


def test_what_others_put_there_while_it_is_made_stays(tmp_path: Path) -> None:
    path = tmp_path / "made"
    replace(WholeFolder(path, "list.json"), "old")
    folder = WholeFolder(path, "list.json")
    beside = folder.begin()
    (path / "mine").write_text("dear")
    with pytest.raises(BadInput, match=r"made holds other things \(mine\)"):
        folder.finish(beside, {**LISTED, "text": "new"})
    assert (path / "mine").read_text() == "dear"
    assert read(path) == {"old"}


def test_a_disk_of_its_own_is_refused_before_anything_is_written() -> None:
    """What grows beside it would be on another disk, and the disk itself cannot be renamed in the end."""
    with pytest.raises(BadInput, match=r"is a disk of its own, which cannot be replaced: name a folder in it"):
        WholeFolder(Path("/"), "list.json").begin()
