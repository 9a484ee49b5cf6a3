"""Catalogs and sources with their counts."""

from __future__ import annotations

from uuid import UUID

from lumina.domain.shelf import CatalogSummary, SourceSummary
from lumina.store.database import Row, Transaction


def catalogs(tx: Transaction, only: UUID | None = None) -> list[CatalogSummary]:
    """All catalogs (or one), oldest first."""
    rows = tx.rows(
        "SELECT c.id, c.name, c.destination_path, c.import_mode, c.created_at,"
        " (SELECT count(*) FROM file f JOIN source s ON s.id = f.source_id"
        "  WHERE s.catalog_id = c.id AND f.missing_since IS NULL) AS files"
        " FROM catalog c WHERE CAST(:only AS uuid) IS NULL OR c.id = :only ORDER BY c.created_at, c.id",
        only=only,
    )
    found = sources(tx, catalog=only)
    return [_catalog(row, tuple(source for source in found if source.catalog_id == row["id"])) for row in rows]


def sources(tx: Transaction, *, catalog: UUID | None = None, only: int | None = None) -> list[SourceSummary]:
    """All sources, of one catalog, or one."""
    rows = tx.rows(
        "SELECT s.id, s.catalog_id, s.kind, s.path, s.state, s.state_reason, s.scanned_at, s.scan_counts,"
        " s.ignore_patterns,"
        " (SELECT count(*) FROM image i WHERE i.source_id = s.id AND i.missing_since IS NULL) AS images"
        " FROM source s WHERE (CAST(:catalog AS uuid) IS NULL OR s.catalog_id = :catalog)"
        " AND (CAST(:only AS bigint) IS NULL OR s.id = :only) ORDER BY s.id",
        catalog=catalog,
        only=only,
    )
    return [
        SourceSummary(
            id=row["id"],
            catalog_id=row["catalog_id"],
            kind=row["kind"],
            path=row["path"],
            state=row["state"],
            state_reason=row["state_reason"],
            scanned_at=row["scanned_at"],
            scan_counts=row["scan_counts"],
            ignore_patterns=tuple(row["ignore_patterns"]),
            images=row["images"],
        )
        for row in rows
    ]


def _catalog(row: Row, sources: tuple[SourceSummary, ...]) -> CatalogSummary:
    return CatalogSummary(
        id=row["id"],
        name=row["name"],
        images=sum(source.images for source in sources),
        files=row["files"],
        sources=sources,
        destination_path=row["destination_path"],
        import_mode=row["import_mode"],
        created_at=row["created_at"],
    )


def names(tx: Transaction) -> dict[UUID, str]:
    """Catalog -> its name."""
    return {row["id"]: row["name"] for row in tx.rows("SELECT id, name FROM catalog")}
