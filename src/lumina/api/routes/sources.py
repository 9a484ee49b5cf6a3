"""Sources: read them again, change them, say where a node sees them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.catalogs import NewMount, Source, SourceChange
from lumina.api.schemas.jobs import Job
from lumina.services import shelf

router = APIRouter(prefix="/sources", tags=["catalogs"])
SourceId = Annotated[int, Path(ge=1, lt=2**63)]
NodeName = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")]


@router.post("/{source_id}/scan", status_code=202, responses=documented(404, 409, 422, 503))
def scan(context: Context, source_id: SourceId) -> Job:
    """Look for new, changed and missing files, and run what is due."""
    return Job.model_validate(context.work.ingest(source_id))


@router.patch("/{source_id}", responses=documented(404, 409, 422, 503))
def change(context: Context, source_id: SourceId, body: SourceChange) -> Source:
    """Change a source's folder or what it ignores; the next scan goes by it."""
    with context.store.transaction() as tx:
        context.catalogs.change_source(tx, source_id, path=body.path, ignore_patterns=body.ignore_patterns)
        return Source.model_validate(shelf.source(tx, source_id))


@router.put("/{source_id}/mounts/{node}", status_code=204, responses=documented(404, 422, 503))
def mount(context: Context, source_id: SourceId, node: NodeName, body: NewMount) -> None:
    """Say where a node sees the source."""
    with context.store.transaction() as tx:
        context.catalogs.mount(tx, source_id, node, body.path)
