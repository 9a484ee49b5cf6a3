"""Sources: read them again, change them, say where a node sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.catalogs import NewMount, Source, SourceChange
from lumina.api.schemas.jobs import Job
from lumina.files import names
from lumina.services import requests, shelf, sources
from lumina.services.requests import Wanted
from lumina.services.work import INGEST

router = APIRouter(prefix="/sources", tags=["catalogs"])
SourceId = Annotated[int, InPath(ge=1, lt=2**63)]
NodeName = Annotated[str, InPath(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")]


@router.post("/{source_id}/scan", status_code=202, responses=documented(404, 409, 422, 503))
def scan(context: Context, source_id: SourceId, accept_losses: bool = False) -> Job:
    """Look for new, changed and missing files, and run what is due.

    A source that has lost most of its files is taken for not mounted and stays offline; with `accept_losses` you say
    that they are really gone. Even then they are only marked missing.
    """
    wanted = Wanted(kind=INGEST, source_id=source_id, accept_losses=accept_losses)
    return jobs.view(context, requests.submit(context.store, context.work, wanted)[0])


@router.patch("/{source_id}", responses=documented(404, 409, 422, 503))
def change(context: Context, source_id: SourceId, body: SourceChange) -> Source:
    """Change a source's folder or what it ignores; the next scan goes by it."""
    path = Path(names.native(body.path)) if body.path else None
    with context.store.transaction() as tx:
        sources.change(tx, source_id, path=path, ignore_patterns=body.ignore_patterns)
        return Source.model_validate(shelf.source(tx, source_id))


@router.put("/{source_id}/mounts/{node}", status_code=204, responses=documented(404, 422, 503))
def mount(context: Context, source_id: SourceId, node: NodeName, body: NewMount) -> None:
    """Say where a node sees the source."""
    with context.store.transaction() as tx:
        sources.mount(tx, source_id, node, body.path)
