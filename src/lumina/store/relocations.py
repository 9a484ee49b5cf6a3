"""Files of a marketplace's images that move to a backup disk and back."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.vectors import Space
from lumina.store import leftovers, spaces
from lumina.store.database import Row, Transaction
from lumina.store.markets import BACKUP, SOURCE

ADOPTED = "adopted"
"""Kind of a source that another program has filled, and whose files stay there."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file and where it lies; all paths are in stored form.

    Attributes:
        revision: of the image. checksum: BLAKE3 of the bytes.
        home_source_id, home_path: where it lay before it was moved; itself where it never was.
        left_source_id, left_path: where it lay until the last move, if it has still to be removed there.
    """

    file_id: int
    image_id: int
    revision: int
    source_id: int
    path: str
    size: int
    checksum: bytes
    home_source_id: int
    home_path: str
    left_source_id: int | None
    left_path: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """A file that is copied, and where to. `laid`: until it is known, the copy is remembered as one to remove."""

    file: Placed
    source_id: int
    path: str
    laid: bool = False


_READ = """f.checksum IS NOT NULL AND NOT EXISTS (SELECT FROM stage_state s JOIN stage g ON g.id = s.stage_id
    WHERE s.image_id = f.image_id AND g.name = 'checksum' AND s.status <> 1)"""
"""Its bytes are known as they are now."""
_PLACED = f"""SELECT f.id AS file_id, f.image_id, i.revision, f.source_id, f.path, f.size, f.checksum,
    coalesce(r.home_source_id, f.source_id) AS home_source_id, coalesce(r.home_path, f.path) AS home_path,
    r.left_source_id, r.left_path
    FROM file f JOIN image i ON i.id = f.image_id LEFT JOIN relocation r ON r.file_id = f.id
    WHERE f.role = 'original' AND f.missing_since IS NULL AND {_READ}"""


def movable(
    tx: Transaction, source_id: int, of: Sequence[Space], after: int, span: int, *, adopted: bool = False
) -> list[Row]:
    """Images that may go: not their listing's first, embedded in all these spaces, their file where it was fetched to.

    Args:
        tx: the transaction.
        source_id: the marketplace.
        of: spaces; at least one.
        after: images beyond this number.
        span: up to so many beyond it; with a limit on what is found, all beyond would be worked out for each page.
        adopted: also files of a folder that another program has filled.

    Returns:
        Rows of `image_id` and `size`, ascending.
    """
    terms = "".join(
        f""" AND EXISTS (SELECT FROM {spaces.table(space)} v WHERE v.image_id = l.image_id)
        AND EXISTS (SELECT FROM stage_state s JOIN stage g ON g.id = s.stage_id WHERE s.image_id = l.image_id
            AND s.status = 1 AND g.name = :stage_{space.id:d} AND s.version >= {space.version:d})"""
        for space in of
    )
    names = {f"stage_{space.id:d}": spaces.stage(space) for space in of}
    return list(
        tx.rows(
            f"""SELECT l.image_id, f.size FROM listing_image l JOIN image i ON i.id = l.image_id
            JOIN file f ON f.image_id = l.image_id AND f.role = 'original' AND f.missing_since IS NULL
            JOIN source o ON o.id = f.source_id
            WHERE l.source_id = :source AND NOT l.is_primary AND o.kind = ANY(:kinds)
                AND {_READ} AND i.missing_since IS NULL AND i.trashed_at IS NULL
                AND l.image_id > :after AND l.image_id <= CAST(:after AS bigint) + :span {terms}
            ORDER BY l.image_id""",
            source=source_id,
            after=after,
            span=span,
            kinds=[SOURCE, ADOPTED] if adopted else [SOURCE],
            **names,
        )
    )


def moved(tx: Transaction, source_id: int, after: int, span: int) -> list[Row]:
    """Images of a marketplace whose file lies on a backup disk; as `movable`."""
    return list(
        tx.rows(
            f"""SELECT l.image_id, f.size FROM listing_image l JOIN file f ON f.image_id = l.image_id
            JOIN source o ON o.id = f.source_id
            WHERE l.source_id = :source AND o.kind = '{BACKUP}' AND f.role = 'original' AND f.missing_since IS NULL
                AND {_READ} AND l.image_id > :after AND l.image_id <= CAST(:after AS bigint) + :span
            ORDER BY l.image_id""",
            source=source_id,
            after=after,
            span=span,
        )
    )


def last(tx: Transaction, source_id: int) -> int:
    """The highest number of a marketplace's images; 0 where it has none."""
    return int(tx.value("SELECT coalesce(max(image_id), 0) FROM listing_image WHERE source_id = :id", id=source_id))


def unfinished(tx: Transaction, source_id: int) -> list[int]:
    """Images whose file has moved and still lies where it was as well, as a worker that died has left it."""
    rows = tx.rows(
        """SELECT DISTINCT l.image_id FROM relocation r JOIN file f ON f.id = r.file_id
        JOIN listing_image l ON l.image_id = f.image_id
        WHERE r.left_path IS NOT NULL AND l.source_id = :source ORDER BY 1""",
        source=source_id,
    )
    return [row["image_id"] for row in rows]


def files(tx: Transaction, image_ids: Collection[int]) -> list[Placed]:
    """The originals of these images that are there and whose bytes are known as they are now, by image."""
    rows = tx.rows(f"{_PLACED} AND f.image_id = ANY(:ids) ORDER BY f.image_id, f.path", ids=list(image_ids))
    return [Placed(**row) for row in rows]


def switch(tx: Transaction, moves: Sequence[Move]) -> list[Move]:
    """Let files be known where their copies lie; returns those that were still as they had been read.

    A copy that was laid and is remembered no more has been removed by somebody else meanwhile.

    The images are locked until the end of the transaction, and neither they nor what was made of them is due again.
    """
    tx.rows(
        "SELECT id FROM image WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE",
        ids=sorted({move.file.image_id for move in moves}),
    )
    now = {file.file_id: file for file in files(tx, {move.file.image_id for move in moves})}
    same = [move for move in moves if now.get(move.file.file_id) == move.file and not taken(tx, move)]
    there = leftovers.forget(tx, [(move.source_id, move.path) for move in same])
    same = [move for move in same if not move.laid or (move.source_id, move.path) in there]
    if not same:
        return []
    given = {
        "ids": [move.file.file_id for move in same],
        "sources": [move.source_id for move in same],
        "paths": [move.path for move in same],
    }
    said = "unnest(CAST(:ids AS bigint[]), CAST(:sources AS bigint[]), CAST(:paths AS text[])) AS n (id, source, path)"
    tx.execute(
        f"""INSERT INTO relocation (file_id, home_source_id, home_path, left_source_id, left_path)
        SELECT f.id, f.source_id, f.path, f.source_id, f.path FROM file f JOIN {said} ON n.id = f.id
        ON CONFLICT (file_id) DO UPDATE SET left_source_id = excluded.left_source_id, left_path = excluded.left_path,
            home_source_id = CASE WHEN EXISTS (SELECT FROM source WHERE id = excluded.home_source_id
                AND kind = '{BACKUP}') THEN relocation.home_source_id ELSE excluded.home_source_id END,
            home_path = CASE WHEN EXISTS (SELECT FROM source WHERE id = excluded.home_source_id
                AND kind = '{BACKUP}') THEN relocation.home_path ELSE excluded.home_path END""",
        **given,
    )
    tx.execute(f"UPDATE file SET source_id = n.source, path = n.path FROM {said} WHERE file.id = n.id", **given)
    return same


def taken(tx: Transaction, move: Move) -> bool:
    """Whether another file is known at the place that a file is to have."""
    return bool(
        tx.value(
            """SELECT EXISTS (SELECT FROM file WHERE source_id = :source AND path = :path AND missing_since IS NULL
            AND id <> :id)""",
            source=move.source_id,
            path=move.path,
            id=move.file.file_id,
        )
    )


def close(tx: Transaction, file_ids: Sequence[int]) -> None:
    """These files are no longer where they were; of those that are at home again nothing more is remembered."""
    tx.execute(
        "UPDATE relocation SET left_source_id = NULL, left_path = NULL WHERE file_id = ANY(:ids)", ids=list(file_ids)
    )
    tx.execute(
        """DELETE FROM relocation r USING file f WHERE f.id = r.file_id AND r.file_id = ANY(:ids)
        AND f.source_id = r.home_source_id AND f.path = r.home_path""",
        ids=list(file_ids),
    )


def note(tx: Transaction, job_id: UUID, moved_bytes: int, refused: Sequence[dict[str, object]]) -> None:
    """Add to a running job's result what a batch has moved, and what it had to leave where it was (the first 200)."""
    tx.execute(
        """UPDATE job SET result = result || jsonb_build_object(
            'bytes', coalesce((result->>'bytes')::bigint, 0) + :bytes,
            'refused', CASE WHEN jsonb_array_length(coalesce(result->'refused', '[]')) < 200
                THEN coalesce(result->'refused', '[]') || CAST(:refused AS jsonb) ELSE result->'refused' END)
        WHERE id = :id""",
        id=job_id,
        bytes=moved_bytes,
        refused=json.dumps(list(refused)),
    )
