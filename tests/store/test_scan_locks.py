"""Scans and whoever saves results lock the same rows in the same order, and neither waits long for the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from lumina.errors import Conflict, Unavailable
from lumina.store import Store, Transaction, catalogs, intake, outcomes, scans
from lumina.store.scans import Session

pytestmark = pytest.mark.integration


@pytest.fixture
def source(store: Store) -> int:
    """A source of two images of one file each."""
    with store.transaction() as tx:
        catalog = catalogs.create(tx, "c")
        found = catalogs.add_source(tx, catalog.id, "/nowhere")
        tx.execute(
            """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem)
                SELECT :catalog, :source, '', n FROM generate_series(1, 2) n RETURNING *)
            INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
            SELECT id, source_id, stem || '.jpg', 'original', 'jpeg', 1, 1 FROM i ORDER BY id""",
            catalog=catalog.id,
            source=found.id,
        )
    return found.id


def _ids(store: Store) -> tuple[list[int], list[int]]:
    with store.transaction() as tx:
        rows = tx.rows("SELECT image_id, id FROM file ORDER BY id")
    return [row["image_id"] for row in rows], [row["id"] for row in rows]


def _until_somebody_waits(store: Store, other: Future[Any]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and not other.done():
        with store.transaction() as tx:
            if tx.value(
                "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE datname = current_database() AND NOT granted)"
            ):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def _save_meanwhile(store: Store, scan: Callable[[], Any]) -> Any:
    """Save checksums file by file, the last first, as a batch may come; `scan` begins in the middle."""
    images, files = _ids(store)
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as tx:
            outcomes.lock(tx, images)
            _save(tx, files[1])
            scanning = pool.submit(scan)
            _until_somebody_waits(store, scanning)
            _save(tx, files[0])
        return scanning.result(timeout=10)


def _save(tx: Transaction, file: int) -> None:
    tx.execute("UPDATE file SET checksum = '\\x00' WHERE id = :id", id=file)


def test_marking_files_missing_does_not_deadlock_with_saving_results(store: Store, source: int) -> None:
    def scan() -> list[int]:
        with store.transaction() as tx:
            return intake.mark_missing(tx, _ids(store)[1])

    assert _save_meanwhile(store, scan) == []
    with store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM image WHERE missing_since IS NOT NULL") == 2
        assert tx.value("SELECT count(*) FROM file WHERE missing_since IS NOT NULL AND checksum IS NOT NULL") == 2


def _remounted(tx: Transaction) -> None:
    tx.execute("INSERT INTO scan_seen SELECT path, '', path, size, modified_ns, 5, 6, true FROM file")


def test_files_of_a_remounted_disk_do_not_deadlock_with_saving_results(store: Store, source: int) -> None:
    def refresh(session: Session) -> None:
        with session.transaction() as tx:
            scans.refresh_identity(tx, source, 1, 2)

    with scans.session(store, source) as session:
        with session.transaction() as tx:
            _remounted(tx)
            assert scans.plan_refresh(tx, source) == 2
        _save_meanwhile(store, lambda: refresh(session))
    with store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM file WHERE (device, inode) = (5, 6) AND checksum IS NOT NULL") == 2


def test_files_of_a_remounted_disk_are_written_piece_by_piece(store: Store, source: int) -> None:
    with scans.session(store, source) as session:
        with session.transaction() as tx:
            _remounted(tx)
            scans.plan_refresh(tx, source)
        for number, left in ((1, 1), (2, 0)):
            with session.transaction() as tx:
                scans.refresh_identity(tx, source, number, number)
                assert tx.value("SELECT count(*) FROM file WHERE device <> 5") == left


def test_a_second_scan_gives_up_within_about_a_second(store: Store, source: int) -> None:
    with scans.session(store, source):
        start = time.monotonic()
        with pytest.raises(Conflict, match="being scanned"), scans.session(store, source):
            pass
        assert time.monotonic() - start < 3


def _scan_that_loses_its_connection(store: Store, source: int) -> None:
    with scans.session(store, source) as session:
        with session.transaction() as tx:
            backend = tx.value("SELECT pg_backend_pid()")
        with store.transaction() as tx:
            tx.value("SELECT pg_terminate_backend(:pid, 5000)", pid=backend)
        with session.transaction() as tx:
            scans.count_gone(tx)


def test_a_lost_connection_ends_the_session_as_unavailable_and_frees_the_source(store: Store, source: int) -> None:
    with pytest.raises(Unavailable):
        _scan_that_loses_its_connection(store, source)
    with scans.session(store, source) as session, session.transaction() as tx:
        assert scans.count_gone(tx) == 0
