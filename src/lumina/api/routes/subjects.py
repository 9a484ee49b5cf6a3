"""Images of one subject: look for them, look through them; and the indexes that searches use."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from lumina.api import cursor as cursors
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.jobs import Job
from lumina.api.schemas.subjects import NewSubjectsJob, NewVectorsJob, RunOfSubjects, Subjects, subject
from lumina.engine.follow import DETECT_SUBJECTS
from lumina.services import subjects as service
from lumina.services import vectors

router = APIRouter(tags=["subjects"])


@router.post("/jobs/detect-subjects", status_code=202, responses=documented(404, 409, 422, 503))
def detect(context: Context, body: NewSubjectsJob) -> Job:
    """Look for images of one subject in a catalog. Where a search is under way already, the answer names it."""
    return jobs.view(context, context.work.detect(DETECT_SUBJECTS, body.catalog_id))


@router.post("/jobs/index-vectors", status_code=202, responses=documented(409, 422, 503))
def index(context: Context, body: NewVectorsJob | None = None) -> Job:
    """Build the indexes of vectors that are due, or all anew."""
    rebuild = body is not None and body.rebuild
    return jobs.view(context, vectors.request(context.store, context.app.dispatcher, rebuild=rebuild))


@router.get("/subjects", responses=documented(404, 422, 503))
def listed(
    context: Context,
    catalog: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Subjects:
    """Groups of images of one subject, the largest first."""
    after = cursors.to_place(cursor)
    with context.store.transaction() as tx:
        run, groups, last = service.page(tx, catalog, after=after, limit=limit)
    return Subjects(
        run=RunOfSubjects.model_validate(run) if run else None,
        items=[subject(group) for group in groups],
        next=cursors.of_place(*last) if last else None,
    )
