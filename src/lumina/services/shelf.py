"""Show the catalogs and their sources."""

from __future__ import annotations

from uuid import UUID

from lumina.domain.shelf import CatalogSummary, SourceSummary
from lumina.errors import NotFound
from lumina.store import Transaction, shelf


def catalogs(tx: Transaction) -> list[CatalogSummary]:
    """All catalogs, oldest first."""
    return shelf.catalogs(tx)


def catalog(tx: Transaction, catalog_id: UUID) -> CatalogSummary:
    """One catalog.

    Raises:
        NotFound: it does not exist.
    """
    found = shelf.catalogs(tx, catalog_id)
    if not found:
        raise NotFound(f"There is no catalog {catalog_id}.")
    return found[0]


def source(tx: Transaction, source_id: int) -> SourceSummary:
    """One source.

    Raises:
        NotFound: it does not exist.
    """
    found = shelf.sources(tx, only=source_id)
    if not found:
        raise NotFound(f"There is no source {source_id}.")
    return found[0]
