"""Bursts: look for them, look through them, keep the best frame."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from lumina.api import cursor as cursors
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.bursts import (
    Burst,
    Bursts,
    BurstSummary,
    Keep,
    KeepBest,
    KindName,
    NewBurstsJob,
    RunOfBursts,
    burst,
)
from lumina.api.schemas.curation import Curated
from lumina.api.schemas.duplicates import JobGlance
from lumina.api.schemas.jobs import Job
from lumina.domain.bursts import SequenceKind
from lumina.domain.summary import Position
from lumina.engine.follow import DETECT_BURSTS
from lumina.services import bursts as service
from lumina.services import progress

router = APIRouter(tags=["bursts"])
BurstId = Annotated[int, Path(ge=0, lt=2**52)]


@router.post("/jobs/detect-bursts", status_code=202, responses=documented(404, 409, 422, 503))
def detect(context: Context, body: NewBurstsJob) -> Job:
    """Look for bursts in a catalog. Where a search is under way already, the answer names it."""
    return jobs.view(context, context.work.detect(DETECT_BURSTS, body.catalog_id))


@router.get("/bursts", responses=documented(404, 422, 503))
def listed(
    context: Context,
    catalog: UUID | None = None,
    kind: KindName | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Bursts:
    """Bursts and other sequences, newest first."""
    after = cursors.to_position(cursor)
    with context.store.transaction() as tx:
        page = service.page(
            tx,
            catalog,
            SequenceKind(kind) if kind else None,
            after=(after.taken_at, after.id) if after and after.taken_at else None,
            limit=limit,
        )
        job = service.search(tx, catalog)
        view = progress.views(tx, [job])[0] if job else None
    return Bursts(
        run=RunOfBursts.model_validate(page.run) if page.run else None,
        job=JobGlance(id=view.id, progress=view.progress) if view else None,
        summary=BurstSummary.model_validate(page.summary),
        items=[burst(item) for item in page.items],
        next=cursors.of_position(Position(*page.next)) if page.next else None,
    )


@router.get("/bursts/{burst_id}", responses=documented(404, 422, 503))
def one(context: Context, burst_id: BurstId) -> Burst:
    """One sequence."""
    with context.store.transaction() as tx:
        return burst(service.one(tx, burst_id))


@router.post("/bursts/{burst_id}/keep", responses=documented(404, 409, 422, 503))
def keep(context: Context, burst_id: BurstId, body: Keep | None = None) -> Curated:
    """Pick the best frame of a burst, or another one, and reject the rest."""
    with context.store.transaction() as tx:
        return Curated.model_validate(service.keep(tx, burst_id, body.image_id if body else None))


@router.post("/bursts/keep-best", responses=documented(404, 409, 422, 503))
def keep_best(context: Context, body: KeepBest) -> Curated:
    """The same for many bursts, as one action: of these, or of all about which nothing has been said yet."""
    with context.store.transaction() as tx:
        return Curated.model_validate(service.keep_best(tx, body.catalog, body.bursts))
