"""What the engine costs: ledger transactions, empty batches through Celery, and how soon a job starts.

    .venv/bin/python bench/engine.py [--items 100000]

The peer in the same run: the same rows inserted bare, with no ledger around them. Uses an embedded PostgreSQL
of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "worker"))

from small_worker import small_build  # noqa: E402

from lumina.bootstrap import App, Settings  # noqa: E402
from lumina.domain.stage import Lane  # noqa: E402
from lumina.domain.work import Batch, BatchKind, Status  # noqa: E402
from lumina.store import Store, jobs, ledger, outcomes  # noqa: E402
from lumina.store import statistics as statistics_of_tables  # noqa: E402
from lumina.store.embedded import EmbeddedPostgres  # noqa: E402
from lumina.store.ledger import Worker  # noqa: E402
from lumina.store.outcomes import Outcome  # noqa: E402
from lumina.worker.environment import DECODERS  # noqa: E402

BATCH, PROCESSES = 100, 4


def add_images(store: Store, count: int) -> tuple[UUID, list[int]]:
    with store.transaction() as tx:
        catalog = tx.value("INSERT INTO catalog (name) VALUES (gen_random_uuid()::text) RETURNING id")
        source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/nowhere') RETURNING id", c=catalog)
        rows = tx.rows(
            """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem)
                SELECT :catalog, :source, '', 'i' FROM generate_series(1, :count) RETURNING id),
            f AS (INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
                SELECT id, :source, id || '.jpg', 'original', 'jpeg', 1, 1 FROM i)
            SELECT id FROM i ORDER BY id""",
            catalog=catalog,
            source=source,
            count=count,
        )
        statistics_of_tables.refresh(tx)  # as a scan does
    return catalog, [row["id"] for row in rows]


def ledger_rates(app: App, count: int) -> tuple[float, float]:
    """Items per second through the ledger's transaction (guard, record, count off), and with the claim before it.

    Four processes, as workers are; batches of 100.
    """
    catalog, images = add_images(app.store, 2 * count)
    parts = [images[start : start + BATCH] for start in range(0, 2 * count, BATCH)]
    with app.store.transaction() as tx:
        job = jobs.create(tx, "bench", catalog, {}, priority=10)
        ledger.add(tx, job.id, BatchKind.WORK, Lane.CPU, stages=["measure"], items=parts)
        tx.execute("ANALYZE batch")
    barrier = multiprocessing.Barrier(PROCESSES + 1)
    share = count // BATCH // PROCESSES
    workers_ = [
        multiprocessing.Process(target=_work, args=(app.store.url, number, share, barrier))
        for number in range(PROCESSES)
    ]
    for worker in workers_:
        worker.start()
    seconds = []
    for _ in range(2):
        barrier.wait()
        begun = time.perf_counter()
        barrier.wait()
        seconds.append(time.perf_counter() - begun)
    for worker in workers_:
        worker.join()
    done = share * PROCESSES * BATCH
    with app.store.transaction() as tx:
        assert tx.value("SELECT done FROM job WHERE id = :id", id=job.id) == 2 * done
        tx.execute("DELETE FROM batch")
    return done / seconds[0], done / seconds[1]


def _work(url: str, number: int, share: int, barrier: Any) -> None:
    store = Store(url, pool_size=1)
    me = Worker("bench", f"0/{number}")
    claimed = [_claim(store, me) for _ in range(share)]
    barrier.wait()
    for batch in claimed:
        _end(store, batch)
    barrier.wait()
    barrier.wait()
    for _ in range(share):
        _end(store, _claim(store, me))
    barrier.wait()


def _claim(store: Store, me: Worker) -> Batch:
    with store.transaction() as tx:
        batch = ledger.claim(tx, Lane.CPU, 0, me, 600)
    assert batch is not None
    return batch


def _end(store: Store, batch: Batch) -> None:
    with store.transaction() as tx:
        outcomes.record(tx, [Outcome(item, "measure", 1, Status.DONE) for item in batch.items])
        ledger.end(tx, batch, done=len(batch.items))


def bare_rate(app: App, count: int) -> float:
    """The peer: the same rows, one INSERT ... SELECT FROM unnest per batch and transaction, nothing else."""
    _, images = add_images(app.store, count)
    parts = [images[start : start + BATCH] for start in range(0, count, BATCH)]
    barrier = multiprocessing.Barrier(PROCESSES + 1)
    workers_ = [
        multiprocessing.Process(target=_insert, args=(app.store.url, parts[number::PROCESSES], barrier))
        for number in range(PROCESSES)
    ]
    for worker in workers_:
        worker.start()
    barrier.wait()
    begun = time.perf_counter()
    for worker in workers_:
        worker.join()
    return count / (time.perf_counter() - begun)


def _insert(url: str, parts: list[list[int]], barrier: Any) -> None:
    store = Store(url, pool_size=1)
    store.check()
    barrier.wait()
    for part in parts:
        with store.transaction() as tx:
            tx.execute(
                """INSERT INTO stage_state (image_id, stage_id, version, status)
                SELECT id, 1, 1, 1 FROM unnest(CAST(:ids AS bigint[])) AS id""",
                ids=part,
            )


@contextmanager
def workers(app: App, slots: int, batch: int) -> Iterator[None]:
    environment = {
        **os.environ,
        **DECODERS,
        "LUMINA_HOME": str(app.settings.home),
        "LUMINA_DATABASE_URL": app.settings.database_url,
        "LUMINA_BROKER_URL": app.settings.broker_url,
        "LUMINA_TEST_BEHAVIOUR": json.dumps({"batch": batch, "basis": "file"}),
    }
    script = str(ROOT / "tests" / "worker" / "small_worker.py")
    with (app.settings.home / "workers.log").open("ab") as log:
        started = [
            subprocess.Popen([sys.executable, script, lane, str(n)], env=environment, stdout=log, stderr=log)
            for lane, n in (("io", 1), ("cpu", slots))
        ]
        try:
            yield
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(30)


def wait(app: App, job_id: UUID, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not app.work.get(job_id).state.ended:
        assert time.monotonic() < until, "the job does not end"
        app.reaper.tick()
        time.sleep(0.02)


def through_celery(app: App, count: int) -> float:
    """Items per second of a job with an empty stage, from its start to its end."""
    catalog, _ = add_images(app.store, count)
    job = app.work.run_stages(catalog_id=catalog)
    wait(app, job.id)
    ended = app.work.get(job.id)
    assert ended.done == count
    assert ended.started_at is not None
    assert ended.finished_at is not None
    return count / (ended.finished_at - ended.started_at).total_seconds()


def start_latency(app: App, jobs_count: int) -> list[float]:
    """Milliseconds from asking for a job to its first batch being claimed, by the database's clock."""
    found = []
    for _ in range(jobs_count):
        job = app.work.run_stages(images=[])
        wait(app, job.id)
        ended = app.work.get(job.id)
        assert ended.started_at is not None
        found.append((ended.started_at - ended.created_at).total_seconds() * 1000)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--slots", type=int, default=os.cpu_count() or 1)
    items = (arguments := parser.parse_args()).items
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as server:
        app = small_build(Settings(home=Path(folder), database_url=server.url))
        app.set_up_database()
        for _ in range(2):
            bare, (ours, claimed) = bare_rate(app, items), ledger_rates(app, items)
            print(
                f"ledger: {ours:,.0f} items/s, {claimed:,.0f} with the claim; bare inserts {bare:,.0f} items/s; "
                f"ratio {ours / bare:.2f}"
            )
        with workers(app, arguments.slots, BATCH):
            start_latency(app, 3)
            for _ in range(2):
                print(f"through Celery: {through_celery(app, items):,.0f} items/s with an empty stage")
            found = sorted(start_latency(app, 60))
            print(f"a job starts after {statistics.median(found):.1f} ms (median), {found[-4]:.1f} ms (p95)")


if __name__ == "__main__":
    main()
