"""Bring a database to the schema of this version."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from lumina.errors import Unavailable, VersionMismatch
from lumina.store.database import Store

LOCK = 0x4C756D696E61
"""Advisory lock held while migrating ("Lumina" in ASCII)."""
EXTENSIONS = ("vector", "ltree", "pg_trgm")
_FOLDER = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> str:
    """Run what is missing, one transaction per migration, so that a kill leaves version N or N+1.

    Returns:
        The revision that the database now has.

    Raises:
        Unavailable: an extension is missing on the server.
        VersionMismatch: the database was migrated by a newer Lumina.
    """
    with store.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        connection.commit()
        try:
            _upgrade(connection)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
            connection.commit()
    return head()


def head() -> str:
    """The revision that this version of the program wants."""
    return revisions()[-1]


def revisions() -> list[str]:
    """All revisions that this version knows, oldest first: the files are named `REVISION_subject.py`."""
    return sorted(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def revision(store: Store) -> str | None:
    """The revision that the database has; None for an empty one."""
    with store.engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if connection.execute(text("SELECT to_regclass('lumina_schema')")).scalar() is None:
        return None
    return connection.execute(text("SELECT version_num FROM lumina_schema")).scalar()


def _upgrade(connection: Connection) -> None:
    current = _revision(connection)
    if current is not None and current not in revisions():
        raise VersionMismatch(f"The database has schema {current}, this Lumina knows up to {head()}: update Lumina.")
    if current == head():
        return
    _check_extensions(connection)
    connection.rollback()
    # Only a migration pays for importing Alembic: every process asks for the revision.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _check_extensions(connection: Connection) -> None:
    available = set(connection.execute(text("SELECT name FROM pg_available_extensions")).scalars())
    missing = [name for name in EXTENSIONS if name not in available]
    if missing:
        version = connection.execute(text("SHOW server_version_num")).scalar_one()[:2]
        packages = " ".join(
            sorted({f"postgresql-{version}-pgvector" if name == "vector" else "postgresql-contrib" for name in missing})
        )
        raise Unavailable(
            f"PostgreSQL lacks the extensions {', '.join(missing)}. On Debian or Ubuntu: apt-get install {packages}; "
            "then restart PostgreSQL."
        )
