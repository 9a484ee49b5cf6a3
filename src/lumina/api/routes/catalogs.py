"""Catalogs."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.catalogs import Catalog, NewCatalog, NewSource, Source, SourceAdded
from lumina.api.schemas.jobs import Job
from lumina.services import shelf

router = APIRouter(prefix="/catalogs", tags=["catalogs"])


@router.get("", responses=documented(503))
def listed(context: Context) -> list[Catalog]:
    """All catalogs with their sources."""
    with context.store.transaction() as tx:
        return [Catalog.model_validate(entry) for entry in shelf.catalogs(tx)]


@router.post("", status_code=201, responses=documented(409, 422, 503))
def create(context: Context, body: NewCatalog) -> Catalog:
    """A new, empty catalog."""
    with context.store.transaction() as tx:
        made = context.catalogs.create(
            tx, body.name, destination_path=body.destination_path, import_mode=body.import_mode
        )
        return Catalog.model_validate(shelf.catalog(tx, made))


@router.get("/{catalog_id}", responses=documented(404, 422, 503))
def one(context: Context, catalog_id: UUID) -> Catalog:
    """One catalog with its sources."""
    with context.store.transaction() as tx:
        return Catalog.model_validate(shelf.catalog(tx, catalog_id))


@router.post("/{catalog_id}/sources", status_code=201, responses=documented(404, 409, 422, 503))
def add_source(context: Context, catalog_id: UUID, body: NewSource) -> SourceAdded:
    """Add a folder of the server and start to read it."""
    with context.store.transaction() as tx:
        source_id = context.catalogs.add_source(tx, catalog_id, body.path, ignore_patterns=body.ignore_patterns)
    job = context.work.ingest(source_id)
    with context.store.transaction() as tx:
        return SourceAdded(source=Source.model_validate(shelf.source(tx, source_id)), job=Job.model_validate(job))
