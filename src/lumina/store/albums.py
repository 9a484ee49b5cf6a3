"""Albums. Names and members change through the journal; an album without a name is one that undo may bring back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lumina.domain.album import Album
from lumina.store.database import Transaction


def add(tx: Transaction, catalog_id: UUID) -> int:
    """A new album, which is none until it is given a name; returns its id."""
    made: int = tx.value("INSERT INTO album (catalog_id) VALUES (:catalog) RETURNING id", catalog=catalog_id)
    return made


def listed(tx: Transaction, *, catalog_id: UUID | None = None, only: int | None = None) -> list[Album]:
    """Albums of all catalogs, of one, or one, by name."""
    rows = tx.rows(
        """SELECT a.id, a.catalog_id, a.name, a.created_at, n.images, n.start, n."end", n.cover FROM album a
        CROSS JOIN LATERAL (
            SELECT count(*) AS images, min(i.taken_at) AS start, max(i.taken_at) AS "end",
                (array_agg(i.id ORDER BY i.taken_at DESC NULLS LAST, i.id DESC))[1] AS cover
            FROM album_image m JOIN image i ON i.id = m.image_id
            WHERE m.album_id = a.id AND i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden) n
        WHERE a.name IS NOT NULL AND (CAST(:catalog AS uuid) IS NULL OR a.catalog_id = :catalog)
          AND (CAST(:only AS bigint) IS NULL OR a.id = :only) ORDER BY lower(a.name), a.id""",
        catalog=catalog_id,
        only=only,
    )
    return [Album(**row) for row in rows]


def named(tx: Transaction, name: str, catalog_id: UUID | None = None) -> list[int]:
    """Ids of the albums of this name: one per catalog at most."""
    rows = tx.rows(
        "SELECT id FROM album WHERE name = :name AND (CAST(:catalog AS uuid) IS NULL OR catalog_id = :catalog)",
        name=name,
        catalog=catalog_id,
    )
    return [row["id"] for row in rows]


def lock(tx: Transaction, album_id: int) -> UUID | None:
    """Let nobody else name or remove it until the end of the transaction; returns its catalog, None without album."""
    sql = "SELECT catalog_id FROM album WHERE id = :id AND name IS NOT NULL"
    catalog: UUID | None = tx.value(sql, id=album_id)
    if catalog is not None:
        lock_names(tx, catalog)
        catalog = tx.value(sql, id=album_id)
    return catalog


def lock_names(tx: Transaction, catalog_id: UUID) -> None:
    """Let nobody else name an album of this catalog until the end of the transaction."""
    tx.execute("SELECT pg_advisory_xact_lock(hashtext('lumina.album ' || :catalog))", catalog=str(catalog_id))


def lock_of_action(tx: Transaction, action_id: int) -> None:
    """As `lock_names`, for the catalogs of the albums that an action has named; before it locks images."""
    rows = tx.rows(
        """SELECT DISTINCT catalog_id FROM album WHERE id IN (
            SELECT key FROM journal WHERE action_id = :action AND field = 'album-name') ORDER BY catalog_id""",
        action=action_id,
    )
    for row in rows:
        lock_names(tx, row["catalog_id"])


def of_images(tx: Transaction, image_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Image -> its albums, as id and name."""
    rows = tx.rows(
        """SELECT m.image_id, a.id, a.name FROM album_image m JOIN album a ON a.id = m.album_id
        WHERE m.image_id = ANY(:ids) AND a.name IS NOT NULL ORDER BY lower(a.name), a.id""",
        ids=list(image_ids),
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for row in rows:
        found.setdefault(row["image_id"], []).append((row["id"], row["name"]))
    return found
