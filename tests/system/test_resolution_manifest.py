"""Thousands of groups resolved and undone: database and files are as they were, by manifest."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from lumina.domain.work import JobState
from lumina.store import Store
from tests.support.leaving import Household, house, one_house
from tests.support.library import jpeg, sidecar

__all__ = ["house", "one_house"]
pytestmark = [pytest.mark.integration]


def fill(house: Household, groups: int) -> None:
    """Groups of two or three copies; every third with a sidecar, some with ratings, keywords and albums."""
    sets: list[list[Path]] = []
    for n in range(groups):
        good = jpeg(house.photos / f"good{n // 500}" / f"{n:05}.jpg", seed=n)
        paths = [good]
        for at in range(1 + n % 2):
            path = house.photos / f"copy{at}" / f"{n // 500}" / f"{n:05}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(good.read_bytes())
            if n % 3 == 0:
                sidecar(path.with_suffix(".xmp"), rating=1 + at)
            paths.append(path)
        sets.append(paths)
    house.scan()
    describe(house.store, house.library.catalog.id)
    ids = {row["path"]: row["image_id"] for row in house.library.rows("SELECT path, image_id FROM file")}
    relative = [[str(path.relative_to(house.photos)) for path in paths] for paths in sets]
    house.publish_groups([house.group([ids[path] for path in paths]) for paths in relative])


def describe(store: Store, catalog: Any) -> None:
    with store.transaction() as tx:
        tx.execute(
            """INSERT INTO curation (image_id, rating, flag, keywords)
            SELECT id, id % 6, CASE WHEN id % 5 = 0 THEN 'pick' END,
                CASE WHEN id % 4 = 0 THEN ARRAY['word ' || id % 7] ELSE '{}' END FROM image"""
        )
        tx.execute("INSERT INTO metadata (image_id, title) SELECT id, 'Title ' || id FROM image WHERE id % 3 = 0")
        album = tx.value("INSERT INTO album (catalog_id, name) VALUES (:c, 'Best') RETURNING id", c=catalog)
        tx.execute("INSERT INTO album_image (album_id, image_id) SELECT :a, id FROM image WHERE id % 8 = 0", a=album)


def there_and_back(house: Household, groups: int, action: str) -> None:
    fill(house, groups)
    before, files = house.tables(), house.files()
    dry = house.plan(action=action)
    assert (dry.groups, len(dry.steps)) == (groups, groups + groups // 2)
    assert (house.tables(), house.files()) == (before, files)
    job = house.resolve(action=action)
    assert (job.state, job.done, job.failed) == (JobState.SUCCESS, len(dry.steps), 0), job.result
    left = house.files()
    if action == "hide":
        assert left == files
    else:
        assert len(files) - len(left) == len(house.trashed()) >= len(dry.steps)
    assert house.value("SELECT count(*) FROM image WHERE shown") == groups
    undone = house.undo()
    assert undone is None or (undone.state, undone.failed) == (JobState.SUCCESS, 0), undone.result
    assert house.files() == files
    assert house.trashed() == []
    after = house.tables()
    for table, rows in before.items():
        differing = [pair for pair in zip_longest(rows, after[table]) if pair[0] != pair[1]]
        assert not differing, (table, len(differing), differing[0])


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("action", "groups"), [("hide", 60), ("trash", 36)])
def test_some_groups_and_back(house: Household, action: str, groups: int) -> None:
    there_and_back(house, groups, action)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("action", ["hide", "trash"])
def test_5000_groups_and_back(house: Household, action: str) -> None:
    there_and_back(house, 5000, action)
