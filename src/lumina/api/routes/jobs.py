"""Jobs: ask for work, see how far it is, stop it, try failures again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from lumina.api import cursor as cursors
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.jobs import FailureGroup, Job, Jobs, NewJob, NewThumbnailsJob, Retry, State
from lumina.domain import work as values
from lumina.domain.work import JobState
from lumina.services import progress, requests
from lumina.services.requests import Wanted

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("", responses=documented(422, 503))
def listed(
    context: Context,
    state: Annotated[list[State] | None, Query()] = None,
    catalog: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Jobs:
    """Jobs, newest first."""
    states = [JobState(name) for name in state or ()]
    found = context.work.listed(states=states, catalog_id=catalog, before=cursors.to_job(cursor), limit=limit + 1)
    items = _views(context, found[:limit])
    more = len(found) > limit
    return Jobs(items=items, next=cursors.of_job(items[-1].created_at, items[-1].id) if more else None)


@router.post("", status_code=202, responses=documented(404, 409, 422, 503))
def create(context: Context, body: NewJob) -> Job:
    """Ask for work. One scan per source: of several, the first one's job is the answer."""
    wanted = Wanted(
        kind=body.kind,
        catalog_id=body.catalog_id,
        source_id=body.source_id,
        stages=tuple(body.stages),
        paths=tuple(body.paths),
        failed=body.failed,
    )
    return view(context, requests.submit(context.store, context.work, wanted)[0])


@router.post("/thumbnails", status_code=202, responses=documented(404, 409, 422, 503))
def thumbnails(context: Context, body: NewThumbnailsJob) -> Job:
    """Make the thumbnails that a catalog lacks."""
    wanted = Wanted(kind="stages", catalog_id=body.catalog_id, stages=("thumbnail",))
    return view(context, requests.submit(context.store, context.work, wanted)[0])


@router.get("/{job_id}", responses=documented(404, 422, 503))
def one(context: Context, job_id: UUID) -> Job:
    """One job."""
    return view(context, context.work.get(job_id))


@router.post("/{job_id}/cancel", responses=documented(404, 422, 503))
def cancel(context: Context, job_id: UUID) -> Job:
    """Drop what has not begun; what runs ends by itself."""
    return view(context, context.work.cancel(job_id))


@router.post("/{job_id}/pause", responses=documented(404, 409, 422, 503))
def pause(context: Context, job_id: UUID) -> Job:
    """Hold back what has not begun."""
    return view(context, context.work.pause(job_id))


@router.post("/{job_id}/resume", responses=documented(404, 409, 422, 503))
def resume(context: Context, job_id: UUID) -> Job:
    """Go on with a paused job."""
    return view(context, context.work.resume(job_id))


@router.post("/{job_id}/retry", status_code=202, responses=documented(404, 409, 422, 503))
def retry(context: Context, job_id: UUID, body: Retry | None = None) -> Job:
    """A new job for the images of this one that failed: all, or those of one cause."""
    return view(context, context.work.retry(job_id, body.code if body else None))


@router.get("/{job_id}/errors", responses=documented(404, 422, 503))
def errors(context: Context, job_id: UUID) -> list[FailureGroup]:
    """What failed in this job, grouped by stage and cause."""
    return [FailureGroup.model_validate(dict(group)) for group in context.work.failures(job_id)]


def view(context: Context, job: values.Job) -> Job:
    """A job as the API shows it."""
    return _views(context, [job])[0]


def _views(context: Context, jobs: Sequence[values.Job]) -> list[Job]:
    with context.store.transaction() as tx:
        return [Job.model_validate(entry) for entry in progress.views(tx, jobs)]
