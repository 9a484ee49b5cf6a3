"""Workers that move files, killed hard at random moments: no file is lost, and the jobs come to their end."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lumina.domain.work import JobState
from lumina.services import resolution
from tests.support.leaving import Household, house, manifest, one_house

__all__ = ["house", "one_house"]
pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[2]


def run(house: Household, seconds: float | None) -> None:
    """A worker, killed so long after it has begun; None: left alone."""
    command = [sys.executable, "-m", "tests.support.resolver_process", house.store.url, str(house.app.settings.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
        process.wait(300)
    house.wake()
    house.messages.waiting.clear()


def all_there(house: Household, files: dict[str, tuple[bytes, int, int]]) -> None:
    """Each content is in the vault, or in the trash."""
    digests = {digest for digest, _, _ in house.files().values()}
    digests |= {digest for digest, _, _ in manifest(house.app.settings.home / "trash").values()}
    assert {digest for digest, _, _ in files.values()} <= digests


def test_killed_15_times_there_and_15_times_back(house: Household) -> None:
    choice = random.Random(3)
    sets = [house.pair(f"picture{n:04}", side=True) for n in range(600)]
    house.scan()
    ids = house.publish(*sets)
    files, before = house.files(), house.tables()
    keepers = {id_: house.image(paths[0]) for id_, paths in zip(ids, sets, strict=True)}
    wish = house.wish(action="trash", keepers=keepers)
    job, action = resolution.resolve(house.store, house.app.dispatcher, wish, writable=True)
    for _ in range(15):
        run(house, choice.uniform(0, 0.5))
        all_there(house, files)
    run(house, None)
    assert house.job(job).state is JobState.SUCCESS
    assert house.job(job).done == 600
    assert len(house.files()) == 600
    with house.store.transaction() as tx:
        _, back = resolution.undo(tx, house.app.dispatcher, action.id)
    assert back is not None
    for _ in range(15):
        run(house, choice.uniform(0, 0.5))
        all_there(house, files)
    run(house, None)
    assert house.job(back).state is JobState.SUCCESS, house.job(back).result
    assert house.files() == files
    assert house.trashed() == []
    assert house.tables() == before
