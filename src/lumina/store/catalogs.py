"""Catalogs, their sources, and where each node sees them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from lumina.domain.catalog import Catalog, Source
from lumina.domain.duplicates import DuplicateSettings
from lumina.errors import Conflict, NotFound
from lumina.store.database import Row, Transaction

_SOURCE = """SELECT source.*, coalesce((SELECT jsonb_object_agg(node, mount.path) FROM mount
    WHERE source_id = source.id), '{}') AS mounts FROM source"""


def create(
    tx: Transaction,
    name: str,
    *,
    destination_path: str | None = None,
    import_mode: str = "copy",
    source_metadata: Mapping[str, Any] | None = None,
) -> Catalog:
    """A new, empty catalog.

    Raises:
        Conflict: the name is taken.
    """
    row = tx.row(
        """INSERT INTO catalog (name, destination_path, import_mode, source_metadata)
        VALUES (:name, :destination, :mode, CAST(:metadata AS jsonb)) ON CONFLICT (name) DO NOTHING RETURNING *""",
        name=name,
        destination=destination_path,
        mode=import_mode,
        metadata=json.dumps(dict(source_metadata or {})),
    )
    if row is None:
        raise Conflict(f"There is a catalog named {name!r} already.")
    return _catalog(row)


def get(tx: Transaction, catalog_id: UUID) -> Catalog:
    """One catalog.

    Raises:
        NotFound: there is none with this id.
    """
    row = tx.row("SELECT * FROM catalog WHERE id = :id", id=catalog_id)
    if row is None:
        raise NotFound(f"There is no catalog {catalog_id}.")
    return _catalog(row)


def named(tx: Transaction, name: str) -> Catalog | None:
    """The catalog of this name, if there is one."""
    row = tx.row("SELECT * FROM catalog WHERE name = :name", name=name)
    return None if row is None else _catalog(row)


def every(tx: Transaction) -> list[Catalog]:
    """All catalogs, oldest first."""
    return [_catalog(row) for row in tx.rows("SELECT * FROM catalog ORDER BY created_at, id")]


def duplicates(tx: Transaction, catalog_id: UUID) -> DuplicateSettings:
    """A catalog's settings for finding and resolving copies.

    Raises:
        NotFound: there is none with this id.
    """
    get(tx, catalog_id)
    return DuplicateSettings(**tx.value("SELECT duplicates FROM catalog WHERE id = :id", id=catalog_id))


def set_duplicates(tx: Transaction, catalog_id: UUID, settings: DuplicateSettings) -> None:
    """Keep a catalog's settings for finding and resolving copies."""
    tx.execute(
        "UPDATE catalog SET duplicates = CAST(:settings AS jsonb) WHERE id = :id",
        id=catalog_id,
        settings=json.dumps(asdict(settings)),
    )


def lock(tx: Transaction, catalog_id: UUID) -> None:
    """Let no one else change this catalog's sources until the transaction ends."""
    tx.execute("SELECT id FROM catalog WHERE id = :id FOR UPDATE", id=catalog_id)


def lock_names(tx: Transaction) -> None:
    """Let no one else make a catalog until the transaction ends."""
    tx.execute("LOCK TABLE catalog IN SHARE ROW EXCLUSIVE MODE")


def add_source(
    tx: Transaction, catalog_id: UUID, path: str, *, kind: str = "folder", ignore_patterns: Sequence[str] = ()
) -> Source:
    """A new source; `path` is absolute and in stored form.

    Raises:
        Conflict: the catalog has this folder already.
    """
    source_id = tx.value(
        """INSERT INTO source (catalog_id, kind, path, ignore_patterns) VALUES (:catalog, :kind, :path, :patterns)
        ON CONFLICT (catalog_id, path) DO NOTHING RETURNING id""",
        catalog=catalog_id,
        kind=kind,
        path=path,
        patterns=list(ignore_patterns),
    )
    if source_id is None:
        raise Conflict(f"{path} is a source of this catalog already.")
    return source(tx, source_id)


def source(tx: Transaction, source_id: int) -> Source:
    """One source.

    Raises:
        NotFound: there is none with this id.
    """
    row = tx.row(f"{_SOURCE} WHERE id = :id", id=source_id)
    if row is None:
        raise NotFound(f"There is no source {source_id}.")
    return _source(row)


def sources(tx: Transaction, catalog_id: UUID | None = None) -> list[Source]:
    """The sources of one catalog, or of all, in the order they were added."""
    rows = tx.rows(f"{_SOURCE} WHERE CAST(:id AS uuid) IS NULL OR catalog_id = :id ORDER BY id", id=catalog_id)
    return [_source(row) for row in rows]


def set_ignore_patterns(tx: Transaction, source_id: int, patterns: Sequence[str]) -> None:
    """What later scans of this source pass over."""
    tx.execute("UPDATE source SET ignore_patterns = :patterns WHERE id = :id", id=source_id, patterns=list(patterns))


def set_path(tx: Transaction, source_id: int, path: str) -> None:
    """The source's folder is somewhere else now; what lies in it is the same."""
    tx.execute("UPDATE source SET path = :path WHERE id = :id", id=source_id, path=path)


def set_mount(tx: Transaction, source_id: int, node: str, path: str) -> None:
    """Where `node` sees this source, in stored form."""
    tx.execute(
        """INSERT INTO mount (source_id, node, path) VALUES (:id, :node, :path)
        ON CONFLICT (source_id, node) DO UPDATE SET path = excluded.path""",
        id=source_id,
        node=node,
        path=path,
    )


def roots(tx: Transaction, node: str) -> dict[int, str]:
    """Source id -> where this node sees it, in stored form."""
    rows = tx.rows(
        """SELECT source.id, coalesce(mount.path, source.path) AS path FROM source
        LEFT JOIN mount ON mount.source_id = source.id AND mount.node = :node""",
        node=node,
    )
    return {row["id"]: row["path"] for row in rows}


def absorb(tx: Transaction, parent_id: int, child_id: int, prefix: str) -> None:
    """Make everything of the child source part of the parent, below `prefix` (stored form), and drop the child.

    Images and files keep their ids; only where they are counted from changes.
    """
    tx.execute(
        "UPDATE file SET source_id = :parent, path = :prefix || '/' || path WHERE source_id = :child",
        parent=parent_id,
        child=child_id,
        prefix=prefix,
    )
    tx.execute(
        """UPDATE image SET source_id = :parent, folder = CASE folder WHEN '' THEN :prefix
            ELSE :prefix || '/' || folder END WHERE source_id = :child""",
        parent=parent_id,
        child=child_id,
        prefix=prefix,
    )
    tx.execute("DELETE FROM source WHERE id = :child", child=child_id)


def set_state(tx: Transaction, source_id: int, state: str, reason: str | None) -> None:
    """Online, or offline with the reason."""
    tx.execute(
        "UPDATE source SET state = :state, state_reason = :reason WHERE id = :id",
        id=source_id,
        state=state,
        reason=reason,
    )


def set_scanned(tx: Transaction, source_id: int, counts: Mapping[str, Any]) -> None:
    """The figures of a finished scan of the whole source."""
    tx.execute(
        "UPDATE source SET scanned_at = now(), scan_counts = CAST(:counts AS jsonb) WHERE id = :id",
        id=source_id,
        counts=json.dumps(dict(counts)),
    )


def _catalog(row: Row) -> Catalog:
    return Catalog(**{name: row[name] for name in Catalog.__slots__})


def _source(row: Row) -> Source:
    values = {name: row[name] for name in Source.__slots__}
    return Source(**{**values, "ignore_patterns": tuple(values["ignore_patterns"])})
