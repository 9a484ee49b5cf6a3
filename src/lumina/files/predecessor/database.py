"""A copy of another program's SQLite database, taken without touching it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from lumina.errors import BadInput

TRIES = 5
"""How often a database that is being written is copied before we give up."""
_BESIDE = ("-journal", "-wal")
"""What SQLite keeps beside a database that is open, or was when its program died."""
_WAL_AT, _WAL = 18, 2
_PAGES = 4_096
_BUSY_SECONDS = 2.0


def copy(database: Path, to: Path, tick: Callable[[], None]) -> Path:
    """A whole and consistent copy of a database, in a folder of ours.

    One that nobody has open is copied page by page by SQLite itself. One that is locked, or was left with a journal,
    is copied with what lies beside it, and put in order there: to do so with the original would change it.

    Args:
        database: the file.
        to: an empty folder.
        tick: called now and then; may raise.

    Returns:
        The copy's path.

    Raises:
        BadInput: it is no database, damaged beyond what can be copied, or being written all the time.
    """
    copied = to / database.name
    if not database.is_file():
        raise BadInput(f"{database} is not there.")
    if database.stat().st_size == 0:
        raise BadInput(f"{database.name} is empty (0 bytes).")
    if _has_log(database) or not _by_pages(database, copied, tick):
        _as_files(database, copied, tick)
    return copied


def _has_log(database: Path) -> bool:
    """Opening such a database would write beside it, even where it is only read."""
    if any(database.with_name(database.name + end).exists() for end in _BESIDE):
        return True
    with database.open("rb") as file:
        return file.read(100)[_WAL_AT : _WAL_AT + 1] == bytes([_WAL])


def _by_pages(database: Path, copied: Path, tick: Callable[[], None]) -> bool:
    """SQLite's own backup; False where the database is locked."""
    began = time.monotonic()

    def progress(status: int, _left: int, _total: int) -> None:
        tick()
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() - began > _BUSY_SECONDS:
            raise sqlite3.OperationalError("locked")

    try:
        with (
            closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=0.5)) as old,
            closing(sqlite3.connect(copied)) as new,
        ):
            old.backup(new, pages=_PAGES, progress=progress, sleep=0.05)
    except sqlite3.OperationalError:
        copied.unlink(missing_ok=True)
        return False
    except sqlite3.DatabaseError as error:
        raise BadInput(f"{database.name} cannot be read: {error}.") from error
    return True


def _as_files(database: Path, copied: Path, tick: Callable[[], None]) -> None:
    parts = {database.with_name(database.name + end): copied.with_name(copied.name + end) for end in ("", *_BESIDE)}
    for _ in range(TRIES):
        before = _state(parts)
        for old, new in parts.items():
            new.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                shutil.copyfile(old, new)
            tick()
        if _state(parts) == before:
            return
        time.sleep(0.2)
    raise BadInput(f"{database.name} is being written all the time: stop the program that does.")


def _state(parts: dict[Path, Path]) -> list[tuple[int, int]]:
    found = []
    for path in parts:
        try:
            stat = path.stat()
            found.append((stat.st_size, stat.st_mtime_ns))
        except FileNotFoundError:
            found.append((-1, 0))
    return found


def check(copied: Path) -> None:
    """Make sure that a copy can be read to its end.

    Raises:
        BadInput: it is damaged; the message says which tables can be read and how far.
    """
    try:
        with closing(sqlite3.connect(copied)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said != ["ok"]:
        raise BadInput(f"{copied.name} is damaged ({said[0]}). {_readable(copied)}")


def _readable(copied: Path) -> str:
    try:
        with closing(sqlite3.connect(copied)) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = [f"{name}: {_rows(connection, name)}" for name in names if not name.startswith("sqlite_")]
    except sqlite3.DatabaseError:
        found = []
    what = "; ".join(found)
    return f"What can be read: {what}. Nothing was taken over." if what else "Not even its tables can be read."


def _rows(connection: sqlite3.Connection, table: str) -> str:
    count = 0
    quoted = table.replace('"', '""')
    try:
        for _ in connection.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608  # a name that the file itself gave
            count += 1
    except sqlite3.DatabaseError:
        return f"the first {count:,} rows"
    return f"all {count:,} rows"
