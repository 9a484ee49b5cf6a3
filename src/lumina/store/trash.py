"""The trash: images that were put there, and files that left the vault for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class TrashCounts:
    """What is in the trash.

    Attributes:
        images: put there, whether their files stay in the vault or not.
        files, size: files that left the vault, and their bytes.
        due_files, due_size: those of them that have been there long enough to be removed.
    """

    images: int
    files: int
    size: int
    due_files: int
    due_size: int


_MOVED = """FROM file f JOIN image i ON i.id = f.image_id
    WHERE f.trash_path IS NOT NULL AND (CAST(:catalog AS uuid) IS NULL OR i.catalog_id = :catalog)"""
# While files are on their way into the trash or out of it, they are left to those who move them. A copy stays for as
# long as the image that was kept instead of it is not there: it may be the last one.
_DUE = """i.trashed_at < now() - :days * interval '1 day' AND NOT EXISTS (
    SELECT FROM resolution r JOIN action a ON a.id = r.action_id LEFT JOIN image k ON k.id = r.keeper_id
    WHERE r.image_id = i.id AND (a.state IN ('doing', 'undoing') OR r.state = 'moved' OR (r.state = 'done'
        AND (k.id IS NULL OR k.missing_since IS NOT NULL OR k.trashed_at IS NOT NULL))))"""


def counts(tx: Transaction, days: int, catalog_id: UUID | None = None) -> TrashCounts:
    """What is in the trash of all catalogs or one; files are due after so many days."""
    images = tx.value(
        "SELECT count(*) FROM image WHERE trashed_at IS NOT NULL"
        " AND (CAST(:catalog AS uuid) IS NULL OR catalog_id = :catalog)",
        catalog=catalog_id,
    )
    row = tx.row(
        f"""SELECT count(*) AS files, coalesce(sum(f.size), 0)::bigint AS size,
            count(*) FILTER (WHERE {_DUE}) AS due_files,
            coalesce(sum(f.size) FILTER (WHERE {_DUE}), 0)::bigint AS due_size {_MOVED}""",
        days=days,
        catalog=catalog_id,
    )
    assert row is not None
    return TrashCounts(images=images, **row)


@dataclass(frozen=True, slots=True)
class TrashedFile:
    """A file in the trash; `path` is relative to the trash, in stored form."""

    id: int
    path: str
    size: int


def due(tx: Transaction, days: int, limit: int, catalog_id: UUID | None = None) -> list[TrashedFile]:
    """Files that have been in the trash for so many days, at most `limit`; their images are locked."""
    rows = tx.rows(
        f"""SELECT f.id, f.trash_path AS path, f.size {_MOVED} AND {_DUE} ORDER BY i.id, f.id LIMIT :limit
        FOR NO KEY UPDATE OF i""",
        days=days,
        catalog=catalog_id,
        limit=limit,
    )
    return [TrashedFile(**row) for row in rows]


def removed(tx: Transaction, file_ids: Sequence[int]) -> None:
    """These files are no longer in the trash, nor anywhere else."""
    tx.execute(
        "UPDATE file SET trash_path = NULL, trash_checksum = NULL, missing_since = coalesce(missing_since, now())"
        " WHERE id = ANY(:ids)",
        ids=list(file_ids),
    )
