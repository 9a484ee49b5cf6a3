"""The index of a space's vectors: built beside the tables' traffic, put in its place when it is whole."""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from lumina.domain.vectors import Space
from lumina.errors import Unavailable
from lumina.store import spaces
from lumina.store.database import Store, Transaction, translated
from lumina.store.nearest import has_index

__all__ = ["Building", "broken", "has_index", "memory"]

NEIGHBOURS, CONSTRUCTION = 16, 160
"""HNSW's m and ef_construction."""
_LOCK = 583_021
"""Advisory, with the space's id: held by whoever builds its index, until his connection ends."""
_NO_ROOM = ("53100", "53200")
"""Shared memory for several builders could not be had."""
ELEMENT = 128 + 16 * 2 * NEIGHBOURS + 16 * NEIGHBOURS
"""Bytes that one vector takes in memory besides itself while its index is built."""


def memory(space: Space, vectors: int) -> int:
    """Bytes that building takes; with fewer it is many times slower."""
    return int(1.15 * vectors * (ELEMENT + 2 * space.dimensions)) + (16 << 20)


class Building:
    """An index that is being built by a connection of its own, in a thread; `wait` looks after it.

    The index gets its final name at the very end, so whatever kills the worker or the server, an index of that name is
    whole. What was left behind is dropped by whoever builds next. Without a client the server gives up by itself.

    Args:
        store: the database.
        space: whose index.
        megabytes: memory for it. workers: processes of the server beside the first.
    """

    def __init__(self, store: Store, space: Space, *, megabytes: int, workers: int) -> None:
        self.store = store
        self.space = space
        self.megabytes = megabytes
        self.workers = workers
        self.error: BaseException | None = None
        self._pid: int | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="build-index")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not self._over.wait(0.2):
            if self._pid is not None:
                with self.store.transaction() as tx:
                    tx.value("SELECT pg_cancel_backend(:pid)", pid=self._pid)
        self._thread.join()

    def wait(self, seconds: float) -> bool:
        """True once the index stands in its place.

        Raises:
            Unavailable: somebody else builds it, or the server cannot.
        """
        if not self._over.wait(seconds):
            return False
        self._thread.join()
        if self.error is not None:
            raise self.error
        return True

    def share(self, tx: Transaction) -> float:
        """How far it is, 0 to 1."""
        row = tx.row(
            """SELECT greatest(blocks_done::float / nullif(blocks_total, 0),
                tuples_done::float / nullif(tuples_total, 0)) AS share
            FROM pg_stat_progress_create_index WHERE pid = :pid""",
            pid=self._pid,
        )
        return 0.0 if row is None or row["share"] is None else min(float(row["share"]), 1.0)

    def _run(self) -> None:
        try:
            with translated(), self.store.engine.connect() as connection:
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                alone.detach()  # its settings and its lock end with it
                self._build(alone)
        except BaseException as error:  # noqa: BLE001  # it belongs to whoever waits
            self.error = error
        finally:
            self._pid = None
            self._over.set()

    def _build(self, connection: Connection) -> None:
        key = {"lock": _LOCK, "space": self.space.id}
        if not connection.execute(text("SELECT pg_try_advisory_lock(:lock, :space)"), key).scalar():
            raise Unavailable(f"The index of {self.space.model} is being built by somebody else.")
        self._pid = int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        for name, value in self._settings().items():
            connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
        with suppress(DBAPIError):  # not on every system
            connection.exec_driver_sql("SET client_connection_check_interval = '5s'")
        try:
            self._create(connection)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _NO_ROOM or not self.workers:
                raise
            connection.exec_driver_sql("SET max_parallel_maintenance_workers = 0")
            self._create(connection)
        self._put_in_place()
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {spaces.index(self.space)}_old")
        connection.execute(text("SELECT pg_advisory_unlock(:lock, :space)"), key)

    def _settings(self) -> dict[str, str]:
        return {
            "maintenance_work_mem": f"{self.megabytes}MB",
            "max_parallel_maintenance_workers": str(self.workers),
            "statement_timeout": "0",
        }

    def _create(self, connection: Connection) -> None:
        name, table = spaces.index(self.space), spaces.table(self.space)
        for left in ("new", "old"):
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}_{left}")
        connection.exec_driver_sql(
            f"CREATE INDEX CONCURRENTLY {name}_new ON {table} USING hnsw (vector halfvec_ip_ops)"
            f" WITH (m = {NEIGHBOURS}, ef_construction = {CONSTRUCTION})"
        )

    def _put_in_place(self) -> None:
        """By names alone, for which nobody who reads has to be waited for, nor has to wait."""
        name = spaces.index(self.space)
        with self.store.transaction() as tx:
            tx.execute(f"ALTER INDEX IF EXISTS {name} RENAME TO {name}_old")
            tx.execute(f"ALTER INDEX {name}_new RENAME TO {name}")


def broken(tx: Transaction, space: Space) -> bool:
    """Whether an index was left half-built, and nobody is building it."""
    return bool(
        tx.value(
            """SELECT EXISTS (SELECT FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
                WHERE x.indrelid = to_regclass(:table) AND c.relname LIKE :names
                  AND (NOT x.indisvalid OR c.relname <> :name))
            AND NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = :lock AND objid = :space)""",
            table=spaces.table(space),
            name=spaces.index(space),
            names=f"{spaces.index(space)}%",
            lock=_LOCK,
            space=space.id,
        )
    )
