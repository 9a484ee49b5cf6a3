"""Copies leave and come back: hidden, or with their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lumina.domain.work import JobState
from tests.support.leaving import Household, household

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def house(database_url: str, tmp_path: Path, photos: Path) -> Iterator[Household]:
    made = household(database_url, tmp_path / "home", photos)
    yield made
    made.app.close()


def test_hidden_copies_stay_where_they_are_and_come_back(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    house.publish([good, copy])
    before, files = house.tables(), house.files()
    job = house.resolve()
    assert (job.state, job.done, job.failed) == (JobState.SUCCESS, 1, 0)
    assert house.value("SELECT hidden FROM image WHERE id = :i", i=house.image(copy))
    assert not house.value("SELECT hidden FROM image WHERE id = :i", i=house.image(good))
    assert house.files() == files
    assert house.undo() is None
    assert house.tables() == before
    assert house.states() == {"undone": 1}


def test_files_go_to_the_trash_and_come_back_as_they_were(house: Household) -> None:
    good, copy = house.pair("a", side=True)
    house.scan()
    (group,) = house.publish([good, copy])
    before, files = house.tables(), house.files()
    job = house.resolve(action="trash", keepers={group: house.image(good)})
    assert (job.state, job.done, job.failed) == (JobState.SUCCESS, 1, 0), job.result
    assert job.result["message"] == "1 images moved to the trash"
    assert set(house.files()) == {"good/a.jpg"}
    assert house.trashed() == ["a.jpg", "a.xmp"]
    assert house.value("SELECT missing_since IS NOT NULL AND trashed_at IS NOT NULL FROM image WHERE id = :i",
                       i=house.image(copy))  # fmt: skip
    undone = house.undo()
    assert undone is not None
    assert (undone.state, undone.done, undone.failed) == (JobState.SUCCESS, 1, 0), undone.result
    assert house.files() == files
    assert house.tables() == before
    assert house.trashed() == []
    assert house.value("SELECT state FROM action") == "undone"
