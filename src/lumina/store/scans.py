"""What a scan has seen, kept in tables of its database session: comparing a million files takes no memory here.

`scan_seen` holds the files that the disk shows, `scan_unread` the folders whose listing says nothing about what is
gone, `scan_diff` the files that are new or not as they were, `scan_gone` those that were there and are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from lumina.domain.scan import Seen
from lumina.errors import Conflict
from lumina.store.database import Row, Store, Transaction, translated

WAIT_SECONDS = 1.0
"""For another scan of the same source to end. Not longer: whoever waits holds a worker that could do other work."""
_LOCK_SPACE = 0x5343 << 48
_TABLES = """
CREATE TEMP TABLE scan_seen (path text COLLATE "C" NOT NULL, folder text COLLATE "C" NOT NULL, key text NOT NULL,
    size bigint NOT NULL, modified_ns bigint NOT NULL, device bigint NOT NULL, inode numeric(20) NOT NULL,
    media boolean NOT NULL);
CREATE TEMP TABLE scan_unread (folder text COLLATE "C" NOT NULL, device bigint);
CREATE TEMP TABLE scan_diff (path text COLLATE "C" NOT NULL, file_id bigint);
CREATE TEMP TABLE scan_gone (id bigint NOT NULL);
CREATE TEMP TABLE scan_due (number bigint NOT NULL, folder text COLLATE "C" NOT NULL, key text NOT NULL);
CREATE TEMP TABLE scan_same (number bigint NOT NULL, id bigint NOT NULL, image_id bigint NOT NULL,
    device bigint NOT NULL, inode numeric(20) NOT NULL);
CREATE TEMP TABLE scan_free (id bigint NOT NULL, taken boolean NOT NULL);
CREATE TEMP TABLE scan_move (file_id bigint NOT NULL, path text COLLATE "C" NOT NULL, same_bytes boolean NOT NULL)
"""
_NAMES = "scan_seen, scan_unread, scan_diff, scan_gone, scan_due, scan_same, scan_free, scan_move"
_SEEN = "path, folder, key, size, modified_ns, device, inode"


@dataclass(frozen=True, slots=True)
class Area:
    """The part of a source that a scan judges."""

    source_id: int
    scope: str

    @property
    def parameters(self) -> dict[str, object]:
        """For `IN_AREA`."""
        return {"source": self.source_id, "scope": self.scope}


LYING = """(SELECT file.id, file.path, file.device, file.missing_since,
        array_to_string(part[1:depth], '/') COLLATE "C" AS folder
    FROM {table} JOIN file USING (id), string_to_array(file.path, '/') AS part,
        generate_series(0, cardinality(part)) AS depth OFFSET 0) AS lying JOIN scan_unread u USING (folder)"""
"""The files of a table of ids, each with every unread folder at or above its path. OFFSET 0 keeps the planner from
comparing each file with each folder before it looks at their names: at a million files that has no end."""

IN_AREA = "file.source_id = :source AND (:scope = '' OR file.path = :scope OR starts_with(file.path, :scope || '/'))"


class Session:
    """One database connection that holds the source's lock and the scan's tables over many transactions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block, rolls back when it raises.

        Raises:
            Unavailable: the database cannot be used any more, or not now.
        """
        transaction = Transaction(self._connection)
        with translated(), self._connection.begin():
            yield transaction
        transaction.committed()


@contextmanager
def session(store: Store, source_id: int, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[Session]:
    """Lock the source for one scan; ends with the connection, however that ends.

    Raises:
        Conflict: another scan of this source is running and did not end in time.
        Unavailable: the database cannot be used.
    """
    key = _LOCK_SPACE | source_id
    with translated(), store.engine.connect() as connection:
        _lock(connection, key, wait_seconds, source_id)
        try:
            with connection.begin():
                connection.execute(text(_TABLES))
            yield Session(connection)
        finally:
            _release(connection, key)


def lock_until_end(tx: Transaction, source_id: int) -> None:
    """Keep scans away from the source until the transaction ends.

    Raises:
        Conflict: it is being scanned.
    """
    if not tx.value("SELECT pg_try_advisory_xact_lock(:key)", key=_LOCK_SPACE | source_id):
        raise Conflict(f"Source {source_id} is being scanned: try again when that is done, or stop it.")


def _lock(connection: Connection, key: int, wait_seconds: float, source_id: int) -> None:
    try:
        with connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = '{int(wait_seconds * 1000) or 1}ms'"))
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise Conflict(f"Source {source_id} is being scanned already.") from error
        raise


def _release(connection: Connection, key: int) -> None:
    if connection.closed or connection.invalidated:
        return
    connection.rollback()
    connection.execute(text(f"DROP TABLE IF EXISTS {_NAMES}"))
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
    connection.commit()


def catalog_is_empty(tx: Transaction, source_id: int) -> bool:
    """True where the source's catalog has no file at all yet."""
    return not tx.value(
        """SELECT EXISTS (SELECT 1 FROM file JOIN source s ON s.id = file.source_id
        WHERE s.catalog_id = (SELECT catalog_id FROM source WHERE id = :source))""",
        source=source_id,
    )


def count_present(tx: Transaction, source_id: int) -> int:
    """Files of the source that are not missing."""
    return int(tx.value("SELECT count(*) FROM file WHERE source_id = :id AND missing_since IS NULL", id=source_id))


def stage(tx: Transaction, files: Iterable[tuple[Seen, bool]]) -> None:
    """Remember files that the disk shows, each with whether its name claims to be media."""
    driver = tx.connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY scan_seen ({_SEEN}, media) FROM STDIN") as copy:
        for seen, media in files:
            copy.write_row(
                (seen.path, seen.folder, seen.key, seen.size, seen.modified_ns, seen.device, seen.inode, media)
            )


def stage_unread(tx: Transaction, folders: Sequence[tuple[str, int | None]]) -> None:
    """Remember folders that say nothing about what is gone.

    Args:
        tx: the transaction.
        folders: the folder, and None where it cannot be read; the folder's device where it is empty: then files that
            were there on another device are not gone, their file system is not mounted.
    """
    tx.execute(
        "INSERT INTO scan_unread SELECT * FROM unnest(CAST(:folders AS text[]), CAST(:devices AS bigint[]))",
        folders=[folder for folder, _ in folders],
        devices=[device for _, device in folders],
    )


def analyze(tx: Transaction) -> None:
    """Let the planner know the sizes of what was staged."""
    tx.execute("ANALYZE scan_seen")
    tx.execute("ANALYZE scan_unread")


def compare(tx: Transaction, area: Area) -> None:
    """Fill `scan_diff` and `scan_gone`."""
    tx.execute("TRUNCATE scan_diff, scan_gone")
    tx.execute(
        """INSERT INTO scan_diff SELECT s.path, file.id FROM scan_seen s
        LEFT JOIN file ON file.source_id = :source AND file.path = s.path AND file.missing_since IS NULL
        WHERE file.id IS NULL OR file.size <> s.size OR file.modified_ns <> s.modified_ns""",
        source=area.source_id,
    )
    tx.execute(
        f"""INSERT INTO scan_gone SELECT file.id FROM file
        WHERE {IN_AREA} AND file.missing_since IS NULL
          AND NOT EXISTS (SELECT 1 FROM scan_seen s WHERE s.path = file.path)""",
        **area.parameters,
    )
    tx.execute("CREATE INDEX IF NOT EXISTS scan_gone_id ON scan_gone (id)")
    tx.execute("ANALYZE scan_gone")
    tx.execute("ANALYZE scan_diff")
    tx.execute(
        f"""DELETE FROM scan_gone WHERE EXISTS (SELECT 1 FROM scan_unread) AND id IN (
            SELECT lying.id FROM {LYING.format(table="scan_gone")}
            WHERE u.device IS NULL OR (u.device <> lying.device AND lying.device <> 0))"""
    )


def any_difference(tx: Transaction) -> bool:
    """True where a file is new or not as it was."""
    return bool(tx.value("SELECT EXISTS (SELECT 1 FROM scan_diff)"))


def new_strangers(tx: Transaction) -> list[tuple[str, int]]:
    """Path and size of new files whose names claim nothing: their content decides."""
    rows = tx.rows(
        """SELECT s.path, s.size FROM scan_seen s JOIN scan_diff d ON d.path = s.path
        WHERE NOT s.media AND d.file_id IS NULL ORDER BY s.path"""
    )
    return [(row["path"], row["size"]) for row in rows]


def drop_seen(tx: Transaction, paths: Sequence[str]) -> None:
    """These do not count after all."""
    for table in ("scan_seen", "scan_diff"):
        tx.execute(f"DELETE FROM {table} WHERE path = ANY(:paths)", paths=list(paths))


def plan_intake(tx: Transaction) -> int:
    """Number the clusters that hold a new or changed file; returns how many there are."""
    tx.execute("TRUNCATE scan_due")
    tx.execute(
        """INSERT INTO scan_due SELECT row_number() OVER (ORDER BY folder, key), folder, key
        FROM (SELECT DISTINCT s.folder, s.key FROM scan_seen s JOIN scan_diff d ON d.path = s.path) AS due"""
    )
    found = int(tx.value("SELECT count(*) FROM scan_due"))
    if found:
        tx.execute("CREATE INDEX IF NOT EXISTS scan_seen_key ON scan_seen (folder, key)")
        tx.execute("CREATE INDEX IF NOT EXISTS scan_due_number ON scan_due (number)")
        tx.execute("ANALYZE scan_due")
    return found


def due_files(tx: Transaction, first: int, last: int) -> list[Seen]:
    """All seen files of the due clusters `first` to `last`, cluster by cluster."""
    rows = tx.rows(
        f"""SELECT {", ".join("s." + name for name in _SEEN.split(", "))} FROM scan_due d
        JOIN scan_seen s ON s.folder = d.folder AND s.key = d.key
        WHERE d.number BETWEEN :first AND :last ORDER BY d.number, s.path""",
        first=first,
        last=last,
    )
    return [_seen(row) for row in rows]


def count_gone(tx: Transaction) -> int:
    """How many files are gone."""
    return int(tx.value("SELECT count(*) FROM scan_gone"))


def take_gone(tx: Transaction, limit: int) -> list[int]:
    """Some of the gone files, taken off the list."""
    return list(
        tx.execute(
            """DELETE FROM scan_gone WHERE id IN (SELECT id FROM scan_gone ORDER BY id LIMIT :limit) RETURNING id""",
            limit=limit,
        ).scalars()
    )


def gone_paths(tx: Transaction, after: int, limit: int) -> list[tuple[int, str]]:
    """Some of the gone files, those next after a file's id: their ids, and where they were."""
    rows = tx.rows(
        "SELECT id, path FROM file JOIN scan_gone USING (id) WHERE id > :after ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [(row["id"], row["path"]) for row in rows]


def plan_refresh(tx: Transaction, source_id: int) -> int:
    """Number the unchanged files whose device or inode is another now (remounted, restored); returns how many."""
    tx.execute("TRUNCATE scan_same")
    tx.execute(
        """INSERT INTO scan_same
        SELECT row_number() OVER (ORDER BY file.image_id, file.id), file.id, file.image_id, s.device, s.inode
        FROM scan_seen s JOIN file ON file.source_id = :source AND file.path = s.path AND file.missing_since IS NULL
        WHERE file.size = s.size AND file.modified_ns = s.modified_ns
          AND (file.device <> s.device OR file.inode <> s.inode)""",
        source=source_id,
    )
    found = int(tx.value("SELECT count(*) FROM scan_same"))
    if found:
        tx.execute("CREATE INDEX IF NOT EXISTS scan_same_number ON scan_same (number)")
        tx.execute("ANALYZE scan_same")
    return found


def refresh_identity(tx: Transaction, source_id: int, first: int, last: int) -> None:
    """Write the new identity of files `first` to `last`, their images locked as whoever saves a result locks them."""
    numbers = {"first": first, "last": last}
    tx.execute(
        """SELECT 1 FROM image WHERE id IN (SELECT image_id FROM scan_same WHERE number BETWEEN :first AND :last)
        ORDER BY id FOR NO KEY UPDATE""",
        **numbers,
    )
    tx.execute(
        """UPDATE file SET device = n.device, inode = n.inode FROM scan_same n
        WHERE n.number BETWEEN :first AND :last AND file.id = n.id AND file.source_id = :source""",
        source=source_id,
        **numbers,
    )


def _seen(row: Row) -> Seen:
    return Seen(**{**row, "inode": int(row["inode"])})
