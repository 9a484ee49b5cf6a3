"""Connections and transactions: one request or task is one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, RowMapping, TextClause, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from lumina.errors import BadSetting, Unavailable

Row = RowMapping

_TROUBLE = ("08", "25P03", "40", "53", "57", "58")
_CONNECT = {
    "connect_timeout": 10,
    "application_name": "lumina",
    # a server that vanished without a word is noticed within a minute
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

_LOOPS = "SELECT set_config('enable_seqscan', :value, true), set_config('enable_material', :value, true)"

REST_SECONDS = 1.0
"""A pooled connection that was idle for longer is tested before it is used again."""


class Transaction:
    """An open transaction. Repositories are modules of functions that take one as their first argument."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._after_commit: list[Callable[[], None]] = []

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the transaction is durable; a rollback forgets it."""
        self._after_commit.append(action)

    def committed(self) -> None:
        """Run what `after_commit` collected."""
        for action in self._after_commit:
            action()

    def execute(self, sql: str, /, **parameters: Any) -> CursorResult[Any]:
        """Run one statement with `:name` parameters; lists become PostgreSQL arrays."""
        return self.connection.execute(_parsed(sql), parameters)

    def rows(self, sql: str, /, **parameters: Any) -> Sequence[Row]:
        """All rows, as mappings."""
        return self.execute(sql, **parameters).mappings().all()

    @contextmanager
    def by_index(self) -> Iterator[None]:
        """Within, statements find each row by an index, whatever the statistics say.

        Tables that fill and empty within seconds are planned by what they were long ago; a guess of no rows makes a
        loop over all of them look cheap, and ten thousand changes take minutes.
        """
        self.execute(_LOOPS, value="off")
        yield
        self.execute(_LOOPS, value="on")

    def row(self, sql: str, /, **parameters: Any) -> Row | None:
        """The first row, or None."""
        return self.execute(sql, **parameters).mappings().first()

    def value(self, sql: str, /, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        return self.execute(sql, **parameters).scalar()


@contextmanager
def translated() -> Iterator[None]:
    """What is the server's trouble and not the statement's fault comes out as `Unavailable`.

    That is: no connection, a lost one, none free in the pool, SQLSTATE 25P03 (silent for too long), and the classes 40
    (deadlock), 53 (disk full, out of memory), 57 (shut down, timed out) and 58 (input or output failed).
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise Unavailable("All connections to the database are in use.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(f"The database went away: {error.orig}") from error
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if state.startswith(_TROUBLE):
            raise Unavailable(f"The database is in trouble: {error.orig}") from error
        if isinstance(error, OperationalError | InterfaceError) and not state:
            raise Unavailable(f"The database does not answer: {error.orig}") from error
        raise


@lru_cache(maxsize=1024)
def _parsed(sql: str) -> TextClause:
    return text(sql)


class Store:
    """A pool of connections to one PostgreSQL database. Safe to share between threads, not across a fork.

    Args:
        url: `postgresql://...`.
        pool_size: connections kept open between transactions; 0 for processes that fork.
        idle_seconds: a transaction in which the client has been silent for so long is ended by the server. A frozen
            process would otherwise keep its locks, and everybody else waiting; 0 lets it.
    """

    def __init__(self, url: str, *, pool_size: int = 5, idle_seconds: float = 0) -> None:
        self.url = url
        self.engine = _engine(url, pool_size, idle_seconds)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block, rolls back when it raises.

        Raises:
            Unavailable: the database cannot be reached, or went away in the middle.
        """
        with translated():
            connection = self.engine.connect()
            transaction = Transaction(connection)
            with connection, connection.begin():
                yield transaction
        transaction.committed()

    def check(self) -> None:
        """Raises `Unavailable` where the database does not answer."""
        with self.transaction() as tx:
            tx.value("SELECT 1")

    def close(self) -> None:
        """Drop all pooled connections."""
        self.engine.dispose()


def _engine(url: str, pool_size: int, idle_seconds: float) -> Engine:
    try:
        parsed = make_url(url)
    except Exception as error:
        raise BadSetting(f"database_url: {url!r} is no database URL: {error}") from error
    if not parsed.drivername.startswith("postgresql"):
        raise BadSetting(f"database_url: {parsed.drivername!r} is not supported, only postgresql")
    url_for_psycopg = parsed.set(drivername="postgresql+psycopg")
    given = parsed.query.get("options", "")
    options = f"{given} -c idle_in_transaction_session_timeout={int(idle_seconds * 1000)}".strip()
    connect = {**_CONNECT, "options": options}
    if pool_size == 0:
        return create_engine(url_for_psycopg, poolclass=NullPool, connect_args=connect)
    engine = create_engine(url_for_psycopg, pool_size=pool_size, max_overflow=2 * pool_size, connect_args=connect)
    _ping_after_a_rest(engine)
    return engine


def _ping_after_a_rest(engine: Engine) -> None:
    """Test a pooled connection before use only where it has rested: a ping each time doubles short transactions."""

    def rested(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rested_at"] = time.monotonic()

    def check(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rested_at", float("inf")) > REST_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error

    event.listen(engine, "checkin", rested)
    event.listen(engine, "checkout", check)
