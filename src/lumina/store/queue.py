"""The message queue inside PostgreSQL: tables and functions that the broker's transport uses."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.engine import make_url

from lumina.store.database import Store
from lumina.store.migrate import LOCK


def install_queues(store: Store, names: Sequence[str]) -> None:
    """Create the queues' schema and these queues where they are missing, under the lock of the migrations."""
    with store.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        if connection.execute(text("SELECT to_regnamespace('pgmq')")).scalar() is None:
            from pgmq.install import get_embedded_install_sql  # slow to import, and needed once in a database's life

            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(get_embedded_install_sql())
        there = set(connection.execute(text("SELECT queue_name FROM pgmq.list_queues()")).scalars())
        for name in names:
            if name not in there:
                connection.execute(text("SELECT pgmq.create(:name)"), {"name": name})


def keyword_dsn(url: str) -> str:
    """A database URL in libpq's keyword form, for the transport."""
    parsed = make_url(url)
    given = {
        "host": parsed.host,
        "port": parsed.port,
        "user": parsed.username,
        "password": parsed.password,
        "dbname": parsed.database,
        **parsed.query,
    }
    return " ".join(f"{name}={value}" for name, value in given.items() if value)
