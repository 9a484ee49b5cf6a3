"""Catalogs."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from fastapi import APIRouter

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.catalogs import Catalog, NewCatalog, NewSource, Source, SourceAdded
from lumina.domain.work import Priority
from lumina.errors import BadInput
from lumina.files import names
from lumina.services import catalogs as service
from lumina.services import shelf, sources

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
        made = service.create(tx, body.name, destination_path=body.destination_path, import_mode=body.import_mode)
        return Catalog.model_validate(shelf.catalog(tx, made.id))


@router.get("/{catalog_id}", responses=documented(404, 422, 503))
def one(context: Context, catalog_id: UUID) -> Catalog:
    """One catalog with its sources."""
    with context.store.transaction() as tx:
        return Catalog.model_validate(shelf.catalog(tx, catalog_id))


@router.post("/{catalog_id}/sources", status_code=201, responses=documented(404, 409, 422, 503))
def add_source(context: Context, catalog_id: UUID, body: NewSource) -> SourceAdded:
    """Add a folder of the server and start to read it."""
    path = Path(names.native(body.path))
    if not path.is_absolute():
        raise BadInput(f"path: {body.path!r} is not an absolute path.")
    with context.store.transaction() as tx:
        place = sources.add(tx, catalog_id, path, ignore_patterns=body.ignore_patterns)
    job = context.work.ingest(place.catalog_id, place.source_id, place.scope, priority=Priority.ASKED)
    with context.store.transaction() as tx:
        source = Source.model_validate(shelf.source(tx, place.source_id))
    return SourceAdded(source=source, job=jobs.view(context, job))
