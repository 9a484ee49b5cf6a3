"""The search for copies, killed hard at random moments: no set half-published, no orphan row, and it ends."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy.exc import SQLAlchemyError

from lumina.errors import LuminaError
from lumina.store import Store
from lumina.store.embedded import EmbeddedPostgres
from tests.support.copies import new_twins, scene, searching, touched_up

LUMINA = [sys.executable, "-m", "lumina.cli"]

HALF = """SELECT count(*) FROM published JOIN run ON run.id = run_id WHERE published_at IS NULL
    OR counts -> 'groups' <> to_jsonb((SELECT count(*) FROM duplicate_group g WHERE g.run_id = run.id))
    OR counts -> 'members' <> to_jsonb((SELECT count(*) FROM duplicate_member m WHERE m.run_id = run.id))
    OR counts -> 'edges' <> to_jsonb((SELECT count(*) FROM duplicate_edge e WHERE e.run_id = run.id))"""
ORPHANS = """SELECT (SELECT count(*) FROM run WHERE id NOT IN (SELECT run_id FROM published))
    + (SELECT count(*) FROM duplicate_edge WHERE run_id NOT IN (SELECT run_id FROM published))
    + (SELECT count(*) FROM duplicate_member WHERE run_id NOT IN (SELECT run_id FROM published))"""


def fill(home: Path, scenes: int) -> None:
    """A catalog in which each scene is there three times: twice the same file, once touched up."""
    with (
        EmbeddedPostgres(home, shared=True) as server,
        searching(server.url, home) as parts,
    ):
        twins = new_twins(*parts)
        for seed in range(scenes):
            picture = scene(seed)
            pair = twins.add(2, checksum=b"%d" % seed)
            for image in (*pair, *twins.add()):
                twins.show(image, picture if image in pair else touched_up(picture, seed))


def start(home: Path, threshold: int) -> subprocess.Popen[bytes]:
    """The command that looks again, by another threshold than before."""
    environment = {**os.environ, "LUMINA_HOME": str(home), "LUMINA_LEASE_SECONDS": "15", "LUMINA_SLOTS": "2"}
    with (home / "victim.log").open("ab") as log:
        return subprocess.Popen(
            [*LUMINA, "duplicates", "--json", "--threshold", str(threshold)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )


def kill(process: subprocess.Popen[bytes], choice: random.Random) -> None:
    """Everything with the database, or one process, in one blow."""
    if process.poll() is not None:
        return
    whole = psutil.Process(process.pid)
    family = [whole, *whole.children(recursive=True)]
    workers = [each for each in family if "postgres" not in each.name()]
    for member in family if choice.random() < 0.4 else [choice.choice(workers)]:
        with suppress(psutil.NoSuchProcess):
            member.send_signal(signal.SIGKILL)


def value(home: Path, sql: str) -> Any:
    """Ask the database, which may just be dying or starting."""
    until = time.monotonic() + 60
    while True:
        try:
            with EmbeddedPostgres(home, shared=True) as server:
                store = Store(server.url, pool_size=0)
                with store.transaction() as tx:
                    return tx.value(sql)
        except (LuminaError, SQLAlchemyError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def wait_for_search(home: Path, process: subprocess.Popen[bytes]) -> None:
    """Until a search has begun, or the command has ended."""
    while process.poll() is None:
        if value(home, "SELECT count(*) FROM job WHERE state = 'STARTED'"):
            return
        time.sleep(0.05)


def torment(home: Path, scenes: int, kills: int, seed: int) -> None:
    """Kill `kills` times; what is published is whole each time, and in the end everything is as it should be."""
    choice = random.Random(seed)
    for number in range(kills):
        process = start(home, 5 + number % 3)
        if number % 3:
            wait_for_search(home, process)
        time.sleep(choice.uniform(0.0, 1.5))
        kill(process, choice)
        process.communicate(timeout=100)
        assert value(home, HALF) == 0
    process = start(home, 9)
    answer, _ = process.communicate(timeout=100)
    assert process.returncode == 0, (home / "victim.log").read_text()[-3000:]
    found = json.loads(answer)
    assert found["threshold"] == 9
    assert sorted(len(group["members"]) for group in found["groups"]) == [3] * scenes
    assert value(home, HALF) + value(home, ORPHANS) == 0
    assert value(home, "SELECT count(*) FROM job WHERE finished_at IS NULL") == 0
    assert value(home, "SELECT count(*) FROM job WHERE finalised <> 1") == 0
    assert value(home, "SELECT count(*) FROM batch WHERE state <> 'ended'") == 0


@pytest.mark.integration
@pytest.mark.timeout(200)
def test_three_kills_leave_nothing_half_done(tmp_path: Path) -> None:
    fill(tmp_path, 20)
    torment(tmp_path, 20, kills=3, seed=4)


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_thirty_kills_leave_nothing_half_done(tmp_path: Path) -> None:
    fill(tmp_path, 300)
    torment(tmp_path, 300, kills=30, seed=30)
