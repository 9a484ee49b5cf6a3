"""The search for bursts, killed hard at random moments: no set half-published, no orphan row, and it ends."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lumina.domain.work import JobState
from lumina.engine.follow import DETECT_BURSTS
from tests.support.copies import new_twins, searching
from tests.support.frames import view, world
from tests.support.series import Series

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

KILLS, BURSTS = 30, 60
WORKER = """
import sys
from pathlib import Path
from lumina.domain.stage import Lane
from lumina.engine import sequence
from lumina.store.ledger import Worker
from tests.support.copies import searching

sequence.SLICE = 12  # many small transactions
with searching(sys.argv[1], Path(sys.argv[2])) as (app, messages):
    print("ready", flush=True)
    while any(app.engine.run_one(lane, 0, Worker("victim", "1/1")) for lane in (Lane.CPU, Lane.IO)):
        pass
"""
HALF = """SELECT count(*) FROM published p JOIN run r ON r.id = p.run_id WHERE r.published_at IS NULL
    OR r.counts -> 'kinds' -> 'burst' <> jsonb_build_object(
        'bursts', (SELECT count(*) FROM burst b WHERE b.run_id = r.id),
        'images', (SELECT count(*) FROM burst_member m WHERE m.run_id = r.id))"""
UNDER_WAY = "SELECT count(DISTINCT run_id) FROM burst JOIN run ON run.id = run_id WHERE published_at IS NULL"
ORPHANS = """SELECT count(*) FROM run r WHERE r.published_at IS NULL
    AND NOT EXISTS (SELECT FROM job j WHERE j.id = r.job_id AND j.finished_at IS NULL)"""


def test_a_worker_killed_at_any_moment_leaves_no_half_set(database_url: str, tmp_path: Path) -> None:
    choice = random.Random(7)
    with searching(database_url, tmp_path) as parts:
        series = Series(new_twins(*parts))
        for number in range(BURSTS):
            scene = world(number)
            for n in range(3):
                series.take(view(scene, 1, noise=n + 1), 100 * number + 0.2 * n)
        app = series.twins.app
        began, halfway = time.monotonic(), 0
        series.detect()
        usual = time.monotonic() - began
        for _ in range(KILLS):
            series.twins.run("DELETE FROM job WHERE kind <> :kind", kind=DETECT_BURSTS)
            if not series.twins.value("SELECT count(*) FROM job WHERE finished_at IS NULL"):
                app.work.detect(DETECT_BURSTS, series.twins.catalog)
            command = [sys.executable, "-c", WORKER, database_url, str(tmp_path)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
                assert worker.stdout is not None
                assert worker.stdout.readline() == "ready\n"
                time.sleep(choice.uniform(0, 3 * usual))
                worker.kill()
            app.leases.release_node("victim")
            halfway += series.twins.value(UNDER_WAY)
            app.reaper.tick()  # a job that three workers died of is given up; the reaper sweeps up behind it
            assert series.twins.value(HALF) == 0
            assert series.twins.value(ORPHANS) == 0
            assert len(series.bursts()) == BURSTS
        assert halfway > 0, "some of them when something was written already"
        job = series.twins.value("SELECT id FROM job WHERE finished_at IS NULL AND kind = :kind", kind=DETECT_BURSTS)
        app.dispatcher.top_up()
        series.twins.run("UPDATE batch SET ready_at = now() WHERE state = 'ready'")
        app.dispatcher.top_up()
        series.twins.work()
        assert job is None or app.work.get(job).state is JobState.SUCCESS
        assert [len(images) for _, images in series.bursts()] == [3] * BURSTS
        assert series.twins.value("SELECT count(*) FROM run WHERE kind = 'bursts'") == 1
