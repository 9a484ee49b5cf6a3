"""The timeline: where everything is, and one bucket of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from lumina.api.caching import Answer
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.filters import BucketQuery, Filters
from lumina.api.schemas.timeline import BucketColumns, ShelfColumns, TimelineBucket, TimelineBuckets
from lumina.domain.timeline import BucketKey, Timeline

router = APIRouter(prefix="/timeline", tags=["timeline"])
NOT_MODIFIED = {304: {"description": "The client has it already."}}


@router.get("/buckets", response_model=TimelineBuckets, responses=documented(404, 422, 503, more=NOT_MODIFIED))
def buckets(request: Request, context: Context, query: Annotated[Filters, Query()]) -> Response:
    """All buckets of a view, newest first; none has more than 2,000 images."""
    selection = query.selection()
    with context.store.transaction() as tx:
        state = context.timeline.state(tx, selection)

        def make() -> Answer:
            return Answer.of(_columns(context.timeline.buckets(tx, selection)))

        answer = make() if state is None else context.answers.get(state, make)
    return answer.response(request)


@router.get("/bucket", response_model=TimelineBucket, responses=documented(404, 422, 503, more=NOT_MODIFIED))
def bucket(request: Request, context: Context, query: Annotated[BucketQuery, Query()]) -> Response:
    """The images of one bucket, newest first."""
    key = BucketKey.parse(query.key)
    with context.store.transaction() as tx:
        rows = context.timeline.bucket(tx, query.selection(), key)
    body = TimelineBucket.model_construct(**{name: getattr(rows, name) for name in TimelineBucket.model_fields})
    return Answer.of(body).response(request)


def _columns(found: Timeline) -> TimelineBuckets:
    key, start, end, count = zip(*found.buckets, strict=True) if found.buckets else ((), (), (), ())
    shelf_key, shelf_count = zip(*found.shelf, strict=True) if found.shelf else ((), ())
    return TimelineBuckets.model_construct(
        total=found.total,
        undated=found.undated,
        buckets=BucketColumns.model_construct(key=list(key), start=list(start), end=list(end), count=list(count)),
        undated_buckets=ShelfColumns.model_construct(key=list(shelf_key), count=list(shelf_count)),
    )
