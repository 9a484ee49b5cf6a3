"""The message queue inside PostgreSQL: tables and functions that the broker's transport uses."""

from __future__ import annotations

from pgmq.install import get_embedded_install_sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from lumina.store.database import Store
from lumina.store.migrate import LOCK


def install_queue(store: Store) -> None:
    """Create the queue's schema where it is missing, under the lock of the migrations."""
    with store.engine.begin() as connection:
        if connection.execute(text("SELECT to_regprocedure('pgmq.pop(text, integer)')")).scalar() is not None:
            return
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        if connection.execute(text("SELECT to_regnamespace('pgmq')")).scalar() is None:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(get_embedded_install_sql())


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
