"""Tell files that moved from files that are new: the same file, or the same bytes, at a path where they were not.

A row may move only when its file is not where the row says: gone, missing, or its place taken by another that moved.
What Lumina has taken to its trash has not moved: it would drag what is new out of sight.
Works on the tables of `lumina.store.scans`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lumina.domain.values import FileFormat
from lumina.store.database import Row, Transaction
from lumina.store.scans import IN_AREA, LYING, Area

_SAME_CATALOG = """file.source_id IN (SELECT id FROM source WHERE catalog_id =
    (SELECT catalog_id FROM source WHERE id = :source))"""
_IDENTITY = "device, inode, size, modified_ns"


@dataclass(frozen=True, slots=True)
class Match:
    """A row whose file is at `path` now; without `same_bytes` it was retagged as well."""

    file_id: int
    path: str
    same_bytes: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """A move from a path where a file still stands: another picture, or the same one edited and its former self kept.

    Attributes:
        file_id: the row.
        old_path, new_path: where it says it is, and where its bytes are.
        old_size: of what stands at `old_path` now, bytes.
        taken_at, utc_offset: what the row's image is known by.
    """

    file_id: int
    old_path: str
    new_path: str
    old_size: int
    taken_at: datetime | None
    utc_offset: int | None


def _of(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in _IDENTITY.split(", "))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of the catalog says its file is."""

    id: int
    source_id: int
    path: str
    missing: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that is gone, or in whose place another stands (`taken`), by what is known of its bytes."""

    id: int
    path: str
    size: int
    content_format: FileFormat
    checksum: bytes | None
    content: bytes | None
    taken: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A file at a path where there was none, or another."""

    path: str
    size: int
    replaces: bool


def elsewhere(tx: Transaction, area: Area, limit: int) -> list[Place]:
    """Rows outside the area that may have moved into it: missing ones, and those whose size turned up here."""
    rows = tx.rows(
        f"""SELECT file.id, file.source_id, file.path, file.missing_since IS NOT NULL AS missing FROM file
        LEFT JOIN (SELECT DISTINCT s.size FROM scan_seen s JOIN scan_diff d ON d.path = s.path) AS new
            ON new.size = file.size
        WHERE {_SAME_CATALOG} AND NOT ({IN_AREA}) AND file.trash_path IS NULL
          AND (file.missing_since IS NOT NULL OR new.size IS NOT NULL)
        ORDER BY file.missing_since DESC NULLS LAST, file.id LIMIT :limit""",
        limit=limit,
        **area.parameters,
    )
    return [Place(**row) for row in rows]


def find_free(tx: Transaction, area: Area, elsewhere_gone: Sequence[int]) -> None:
    """Fill `scan_free`: rows whose file is not where they say, and whether another stands in that place.

    Args:
        tx: the transaction.
        area: what the scan has judged.
        elsewhere_gone: of `elsewhere`, the rows whose files are not there.
    """
    tx.execute(
        f"""INSERT INTO scan_free SELECT file.id, s.path IS NOT NULL
        FROM file LEFT JOIN scan_seen s ON s.path = file.path
        WHERE {IN_AREA} AND file.trash_path IS NULL
          AND (s.path IS NULL OR s.size <> file.size OR s.modified_ns <> file.modified_ns)""",
        **area.parameters,
    )
    tx.execute("ANALYZE scan_free")
    tx.execute(
        f"""DELETE FROM scan_free WHERE EXISTS (SELECT 1 FROM scan_unread) AND id IN (
            SELECT lying.id FROM {LYING.format(table="scan_free")}
            WHERE lying.missing_since IS NULL AND u.device IS NULL AND folder <> lying.path)"""
    )
    tx.execute("INSERT INTO scan_free SELECT unnest(CAST(:ids AS bigint[])), false", ids=list(elsewhere_gone))
    tx.execute("ANALYZE scan_free")


def match_identity(tx: Transaction) -> None:
    """Same device, inode, size and time of change: the same file, without reading it."""
    tx.execute(
        f"""WITH new AS MATERIALIZED (
            SELECT s.path, {_of("s")}, row_number() OVER (PARTITION BY {_of("s")} ORDER BY s.path) AS n
            FROM scan_seen s JOIN scan_diff d ON d.path = s.path),
        old AS (
            SELECT file.id, {_of("file")}, row_number() OVER (
                PARTITION BY {_of("file")} ORDER BY file.missing_since NULLS FIRST, file.path) AS n
            FROM scan_free JOIN file USING (id) WHERE file.inode <> 0)
        INSERT INTO scan_move (file_id, path, same_bytes)
        SELECT old.id, new.path, true FROM new JOIN old USING ({_IDENTITY}, n)"""
    )
    analyze(tx)


def doubtful(tx: Transaction, area: Area, decided: Sequence[int]) -> list[Doubt]:
    """Moves of rows at whose own path a file still stands, though no other row moves into that place.

    Args:
        tx: the transaction.
        area: what the scan judges.
        decided: rows whose moves a closer look has confirmed.
    """
    rows = tx.rows(
        f"""SELECT m.file_id, file.path AS old_path, m.path AS new_path, s.size AS old_size, taken_at, utc_offset
        FROM scan_move m JOIN file ON file.id = m.file_id JOIN image ON image.id = file.image_id
        JOIN scan_seen s ON s.path = file.path
        WHERE {IN_AREA} AND file.missing_since IS NULL AND NOT file.id = ANY(:decided)
          AND NOT EXISTS (SELECT 1 FROM scan_move other WHERE other.path = file.path)
        ORDER BY file.path""",
        decided=list(decided),
        **area.parameters,
    )
    return [Doubt(**row) for row in rows]


def withdraw(tx: Transaction, file_ids: Sequence[int]) -> None:
    """These rows stay where they are."""
    tx.execute("DELETE FROM scan_move WHERE file_id = ANY(:ids)", ids=list(file_ids))


def lost(tx: Transaction) -> list[Lost]:
    """Rows that may still be matched by their bytes, with a checksum or a content hash."""
    rows = tx.rows(
        """SELECT file.id, file.path, file.size, file.format AS content_format, file.checksum, file.content, taken
        FROM scan_free JOIN file USING (id)
        WHERE (file.checksum IS NOT NULL OR file.content IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM scan_move m WHERE m.file_id = file.id)
        ORDER BY file.missing_since NULLS FIRST, file.path, file.id"""
    )
    return [_lost(row) for row in rows]


def found(tx: Transaction) -> list[Found]:
    """New and changed files that are not matched yet."""
    rows = tx.rows(
        """SELECT s.path, s.size, d.file_id IS NOT NULL AS replaces FROM scan_seen s JOIN scan_diff d ON d.path = s.path
        WHERE NOT EXISTS (SELECT 1 FROM scan_move m WHERE m.path = s.path) ORDER BY s.path"""
    )
    return [Found(row["path"], row["size"], row["replaces"]) for row in rows]


def add(tx: Transaction, matches: Sequence[Match]) -> None:
    """Keep these moves, to be applied with the others."""
    tx.execute(
        """INSERT INTO scan_move
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:paths AS text[]), CAST(:same AS boolean[]))""",
        ids=[match.file_id for match in matches],
        paths=[match.path for match in matches],
        same=[match.same_bytes for match in matches],
    )


def analyze(tx: Transaction) -> None:
    """Let the planner know how many moves were found: at a million it must not take them one by one."""
    tx.execute("ANALYZE scan_move")


def moved_images(tx: Transaction, area: Area) -> list[int]:
    """Images that a move concerns: those that move, and those whose place is taken."""
    return list(
        tx.execute(
            f"""SELECT image_id FROM file JOIN scan_move m ON m.file_id = file.id
            UNION SELECT image_id FROM file JOIN scan_move m ON m.path = file.path AND {IN_AREA}
                AND file.missing_since IS NULL""",
            **area.parameters,
        ).scalars()
    )


def apply(tx: Transaction, area: Area) -> int:
    """Write the moves down; rows whose place was taken and that did not move themselves are missing now.

    Returns:
        How many files moved.
    """
    tx.execute(
        f"""UPDATE file SET missing_since = now() WHERE missing_since IS NULL AND id IN (SELECT file_id FROM scan_move
            UNION SELECT file.id FROM file JOIN scan_move m ON m.path = file.path WHERE {IN_AREA})""",
        **area.parameters,
    )
    moved = tx.execute(
        """UPDATE file SET source_id = :source, path = m.path, missing_since = NULL, device = s.device, inode = s.inode,
            size = CASE WHEN m.same_bytes THEN s.size ELSE file.size END,
            modified_ns = CASE WHEN m.same_bytes THEN s.modified_ns ELSE file.modified_ns END
        FROM scan_move m JOIN scan_seen s ON s.path = m.path WHERE m.file_id = file.id""",
        source=area.source_id,
    ).rowcount
    tx.execute(
        f"""UPDATE image SET source_id = :source, missing_since = NULL, folder = regexp_replace(m.path, '/?[^/]*$', ''),
            stem = regexp_replace(regexp_replace(m.path, '^.*/', ''), '(?<=.)\\.[^.]*$', '')
        FROM file JOIN scan_move m ON m.file_id = file.id
        WHERE file.image_id = image.id AND file.role = 'original' AND {_SAME_CATALOG}""",
        source=area.source_id,
    )
    return moved


def gone_of(tx: Transaction, image_ids: Sequence[int]) -> set[int]:
    """Files of these images that this scan did not find, though they are not marked missing yet."""
    return set(
        tx.execute(
            "SELECT file.id FROM file JOIN scan_gone USING (id) WHERE image_id = ANY(:ids)"
            " AND NOT EXISTS (SELECT 1 FROM scan_move m WHERE m.file_id = file.id)",
            ids=list(image_ids),
        ).scalars()
    )


def torn(tx: Transaction) -> list[int]:
    """Images of which not every present master moved along into one folder: they need a closer look."""
    return list(
        tx.execute(
            """SELECT image_id FROM file LEFT JOIN scan_gone g ON g.id = file.id
            LEFT JOIN scan_move m ON m.file_id = file.id
            WHERE missing_since IS NULL AND role <> 'sidecar' AND (g.id IS NULL OR m.file_id IS NOT NULL)
              AND image_id IN (SELECT image_id FROM file JOIN scan_move m ON m.file_id = file.id)
            GROUP BY image_id HAVING count(DISTINCT (source_id, regexp_replace(file.path, '/?[^/]*$', ''))) > 1
                OR NOT bool_or(role = 'original')"""
        ).scalars()
    )


def _lost(row: Row) -> Lost:
    return Lost(**{**row, "content_format": FileFormat(row["content_format"])})
