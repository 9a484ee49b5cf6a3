"""Killed at each step of leaving and of coming back: no file is ever lost, and the job ends as if nothing was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from lumina.domain.work import JobState
from lumina.engine.bring_back import _Batch as Returning
from lumina.engine.leave import _Batch
from lumina.files.trash import Refused, Trash
from lumina.services import resolution
from tests.support.death import Death, Killed
from tests.support.leaving import Household, house, one_house

__all__ = ["house", "one_house"]
pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


def lies_somewhere(house: Household, path: Path, content: bytes) -> bool:
    """In the vault, under its name or one that is found again, or in the trash where the database knows of it."""
    if path.exists() and path.read_bytes() == content:
        return True
    relative = str(path.relative_to(house.photos))
    row = house.value("SELECT trash_path FROM file WHERE path = :p AND trash_path IS NOT NULL", p=relative)
    known = [] if row is None else [house.app.settings.home / "trash" / row]
    return any(each.read_bytes() == content for each in known if each.exists())


@pytest.mark.parametrize("linked", [True, False], ids=["one-disk", "two-disks"])
def test_killed_at_some_steps(house: Household, monkeypatch: pytest.MonkeyPatch, linked: bool) -> None:
    _killed(house, monkeypatch, linked, range(2 + 4 * linked, 75, 8))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("linked", [True, False], ids=["one-disk", "two-disks"])
def test_killed_at_each_step(house: Household, monkeypatch: pytest.MonkeyPatch, linked: bool) -> None:
    _killed(house, monkeypatch, linked, range(1, 90))


def _killed(house: Household, patch: pytest.MonkeyPatch, linked: bool, at: range) -> None:
    if not linked:
        _part(patch)
    pairs = [house.pair(f"picture{n:03}", side=True) for n in at]
    house.scan()
    files = house.files()
    death = Death(patch)
    leaving = coming = 0
    for steps, (good, copy) in zip(at, pairs, strict=True):
        gone = {copy: copy.read_bytes(), copy.with_suffix(".xmp"): copy.with_suffix(".xmp").read_bytes()}
        (group,) = house.publish([good, copy])
        wish = {"action": "trash", "keepers": {group: house.image(good)}}
        resolution.resolve(house.store, house.app.dispatcher, house.wish(**wish), writable=True)
        leaving += death.after(steps, house.work)
        assert all(lies_somewhere(house, *each) for each in gone.items()), f"lost after step {steps}"
        house.wake()
        house.work()
        assert house.files() == {name: file for name, file in files.items() if house.photos / name not in gone}
        assert all(lies_somewhere(house, *each) for each in gone.items())
        action = int(house.value("SELECT max(id) FROM action"))
        with house.store.transaction() as tx:
            resolution.undo(tx, house.app.dispatcher, action)
        coming += death.after(steps, house.work)
        assert all(lies_somewhere(house, *each) for each in gone.items()), f"lost on its way back after step {steps}"
        house.wake()
        house.work()
        assert house.files() == files
        assert house.trashed() == []
    steps = len(at) * at.step
    assert steps > leaving * at.step > 40  # it died everywhere, and lived at last
    assert steps > coming * at.step > 30
    assert house.states() == {"undone": len(pairs)}
    assert house.value("SELECT array_agg(DISTINCT state) FROM job") == [JobState.SUCCESS.value]
    assert house.value("SELECT array_agg(DISTINCT state) FROM action") == ["undone"]


def _part(patch: pytest.MonkeyPatch) -> None:
    """Vault and trash on two disks: no file can have a name on both."""
    link = os.link

    def within_one_folder(old: Any, new: Any, **named: Any) -> None:
        if Path(old).parent != Path(new).parent:
            raise OSError(18, "Invalid cross-device link")
        link(old, new, **named)

    patch.setattr(os, "link", within_one_folder)


@pytest.mark.parametrize("step", ["set_aside", "delete", "close"])
def test_a_worker_that_was_frozen_takes_nothing_that_came_back(
    house: Household, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It freezes before a step; meanwhile another one does its work, and a person undoes it all."""
    good, copy = house.pair("a")
    house.scan()
    files = house.files()
    (group,) = house.publish([good, copy])
    original = getattr(_Batch, step)
    frozen: list[bool] = []

    def freeze(batch: _Batch, *arguments: Any) -> None:
        if not frozen:
            frozen.append(True)
            house.wake()
            house.work()
            assert not copy.exists()
            house.undo()
            assert house.files() == files
        original(batch, *arguments)

    monkeypatch.setattr(_Batch, step, freeze)
    house.resolve(action="trash", keepers={group: house.image(good)})
    assert frozen
    assert house.files() == files
    assert house.states() == {"undone": 1}


def test_two_workers_at_once_on_one_batch_bring_everything_back_once(
    house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, copy = house.pair("a")
    house.scan()
    files = house.files()
    (group,) = house.publish([good, copy])
    house.resolve(action="trash", keepers={group: house.image(good)})
    original = Returning.place
    frozen: list[bool] = []

    def freeze(batch: Returning) -> None:
        if not frozen:
            frozen.append(True)
            house.wake()
            house.work()
            assert house.files() == files
        original(batch)

    monkeypatch.setattr(Returning, "place", freeze)
    house.undo()
    assert frozen
    assert house.files() == files
    assert house.states() == {"undone": 1}
    assert house.trashed() == []


def test_what_was_set_aside_comes_back_where_its_copy_in_the_trash_is_bad(
    house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is killed once the file has left its place; then the disk of the trash loses the copy."""
    _part(monkeypatch)
    good, copy = house.pair("a", side=True)
    house.scan()
    before, files = house.tables(), house.files()
    (group,) = house.publish([good, copy])

    def die(_batch: _Batch) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(_Batch, "delete", die)
        with pytest.raises(Killed):
            house.resolve(action="trash", keepers={group: house.image(good)})
    assert not copy.exists()
    for name in house.trashed():
        next((house.app.settings.home / "trash").rglob(name)).write_bytes(b"rotten")
    house.wake()
    house.work()
    assert house.files() == files
    assert house.states() == {"refused": 1}
    assert house.trashed() == []
    after = house.tables()
    assert {name: after[name] for name in after if name != "file"} == {n: before[n] for n in before if n != "file"}
    assert house.value("SELECT count(*) FROM file WHERE trash_path IS NOT NULL OR missing_since IS NOT NULL") == 0


def test_what_could_not_come_back_can_be_asked_for_again(house: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills up between an image's two files."""
    good, copy = house.pair("a", side=True)
    house.scan()
    before, files = house.tables(), house.files()
    (group,) = house.publish([good, copy])
    house.resolve(action="trash", keepers={group: house.image(good)})
    bring_back = Trash.bring_back

    def full(trash: Trash, relative: str, *arguments: Any) -> Any:
        if relative.endswith(".xmp"):
            raise Refused("No space left on device")
        return bring_back(trash, relative, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Trash, "bring_back", full)
        undone = house.undo()
    assert undone is not None
    assert (undone.done, undone.failed) == (0, 1)
    assert house.trashed() == ["a.xmp"]
    undone = house.undo()
    assert undone is not None
    assert (undone.done, undone.failed) == (1, 0)
    assert (house.files(), house.tables(), house.trashed()) == (files, before, [])


@pytest.mark.parametrize("released_first", [True, False])
def test_what_had_begun_when_its_worker_died_is_seen_through_though_cancelled(
    house: Household, monkeypatch: pytest.MonkeyPatch, *, released_first: bool
) -> None:
    good, copy = house.pair("a")
    house.scan()
    (group,) = house.publish([good, copy])
    before, files = house.tables(), house.files()
    wish = house.wish(action="trash", keepers={group: house.image(good)})
    job, _ = resolution.resolve(house.store, house.app.dispatcher, wish, writable=True)
    with monkeypatch.context() as patch:
        patch.setattr(_Batch, "delete", _die)  # its file has another name, of which nobody else knows
        with pytest.raises(Killed):
            house.work()
    for act in (house.wake, lambda: house.app.work.cancel(job.id))[:: 1 if released_first else -1]:
        act()
    house.work()
    assert house.job(job).state is JobState.CANCELLED
    assert (house.states(), house.value("SELECT state FROM action")) == ({"done": 1}, "done")
    assert [path for path in house.photos.rglob("*") if path.is_file()] == [good]
    house.undo()
    assert (house.files(), house.tables()) == (files, before)


def _die(_batch: _Batch) -> None:
    raise Killed
