"""Copies of files that are being laid, or are needed no more: remembered until they are gone or known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lumina.store.database import Transaction

Place = tuple[int, str]
"""A source and a stored path in it."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A copy that may go. `checksum`: BLAKE3 by which it is known again. `file_id`: whose; that row may be gone."""

    source_id: int
    path: str
    checksum: bytes
    file_id: int


@dataclass(frozen=True, slots=True)
class Owner:
    """Where a file lies itself. `checksum`: BLAKE3 of its bytes; None where it is missing, or has still to be read."""

    source_id: int
    path: str
    checksum: bytes | None


def remember(tx: Transaction, copies: Collection[Leftover]) -> None:
    """To be called before a copy is laid: whoever dies then has left what the next one finds."""
    given = {(each.source_id, each.path): each for each in copies}
    ordered = [given[place] for place in sorted(given)]
    tx.execute(
        """INSERT INTO leftover (source_id, path, checksum, file_id) SELECT * FROM unnest(CAST(:sources AS bigint[]),
            CAST(:paths AS text[]), CAST(:checksums AS bytea[]), CAST(:files AS bigint[]))
        ON CONFLICT (source_id, path) DO UPDATE SET checksum = excluded.checksum, file_id = excluded.file_id""",
        sources=[each.source_id for each in ordered],
        paths=[each.path for each in ordered],
        checksums=[each.checksum for each in ordered],
        files=[each.file_id for each in ordered],
    )


def of(tx: Transaction, source_id: int) -> list[Leftover]:
    """All in the sources of a marketplace's catalog."""
    rows = tx.rows(
        """SELECT n.source_id, n.path, n.checksum, n.file_id FROM leftover n JOIN source s ON s.id = n.source_id
        WHERE s.catalog_id = (SELECT catalog_id FROM source WHERE id = :source) ORDER BY n.source_id, n.path""",
        source=source_id,
    )
    return [Leftover(**row) for row in rows]


def at(tx: Transaction, places: Collection[Place]) -> set[Place]:
    """Those of the places at which something is to be removed."""
    rows = tx.rows(f"SELECT n.source_id, n.path FROM leftover n JOIN {_PLACES}", **_columns(places))
    return {(row["source_id"], row["path"]) for row in rows}


def forget(tx: Transaction, places: Collection[Place]) -> set[Place]:
    """Nothing is to be removed there any more; returns where something was until now."""
    rows = tx.rows(
        f"""DELETE FROM leftover WHERE (source_id, path) IN (SELECT n.source_id, n.path FROM leftover n JOIN {_PLACES}
            ORDER BY 1, 2 FOR UPDATE OF n) RETURNING source_id, path""",
        **_columns(places),
    )
    return {(row["source_id"], row["path"]) for row in rows}


def lock(tx: Transaction, copy: Leftover) -> bool:
    """Whether it is still to be removed; so it stays until the end of the transaction."""
    found = tx.row(
        "SELECT 1 FROM leftover WHERE source_id = :source AND path = :path AND checksum = :sum FOR UPDATE",
        source=copy.source_id,
        path=copy.path,
        sum=copy.checksum,
    )
    return found is not None


def known(tx: Transaction, copy: Leftover) -> bool:
    """Whether a file is known at its place."""
    query = "SELECT EXISTS (SELECT FROM file WHERE source_id = :source AND path = :path AND missing_since IS NULL)"
    return bool(tx.value(query, source=copy.source_id, path=copy.path))


def owner(tx: Transaction, copy: Leftover) -> Owner | None:
    """The file whose copy it is; None where it was removed for good."""
    row = tx.row(
        """SELECT source_id, path, CASE WHEN missing_since IS NULL AND NOT EXISTS (
            SELECT FROM stage_state s JOIN stage g ON g.id = s.stage_id
            WHERE s.image_id = file.image_id AND g.name = 'checksum' AND s.status <> 1) THEN checksum END AS checksum
        FROM file WHERE id = :id""",
        id=copy.file_id,
    )
    return None if row is None else Owner(**row)


_PLACES = """unnest(CAST(:sources AS bigint[]), CAST(:paths AS text[])) AS p (source, path)
    ON p.source = n.source_id AND p.path = n.path"""


def _columns(places: Collection[Place]) -> dict[str, list[object]]:
    return {"sources": [source for source, _ in places], "paths": [path for _, path in places]}
