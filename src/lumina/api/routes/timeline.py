"""The timeline: where everything is, and one bucket of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from lumina.api import caching
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.filters import BucketQuery, Filters
from lumina.api.schemas.timeline import BucketColumns, ShelfColumns, TimelineBucket, TimelineBuckets
from lumina.domain.timeline import BucketKey
from lumina.services import timeline

router = APIRouter(prefix="/timeline", tags=["timeline"])
NOT_MODIFIED = {304: {"description": "The client has it already."}}


@router.get("/buckets", response_model=TimelineBuckets, responses=documented(404, 422, 503) | NOT_MODIFIED)
def buckets(request: Request, context: Context, query: Annotated[Filters, Query()]) -> Response:
    """All buckets of a view, newest first; none has more than 2,000 images."""
    with context.store.transaction() as tx:
        found = timeline.buckets(tx, query.selection())
    columns = BucketColumns.model_construct(
        key=[bucket.key for bucket in found.buckets],
        start=[bucket.start for bucket in found.buckets],
        end=[bucket.end for bucket in found.buckets],
        count=[bucket.count for bucket in found.buckets],
    )
    shelf = ShelfColumns.model_construct(key=[key for key, _ in found.shelf], count=[count for _, count in found.shelf])
    body = TimelineBuckets.model_construct(
        total=found.total, undated=found.undated, buckets=columns, undated_buckets=shelf
    )
    return caching.answer(request, body)


@router.get("/bucket", response_model=TimelineBucket, responses=documented(404, 422, 503) | NOT_MODIFIED)
def bucket(request: Request, context: Context, query: Annotated[BucketQuery, Query()]) -> Response:
    """The images of one bucket, newest first."""
    key = BucketKey.parse(query.key)
    with context.store.transaction() as tx:
        rows = timeline.bucket(tx, query.selection(), key)
    body = TimelineBucket.model_construct(**{name: getattr(rows, name) for name in TimelineBucket.model_fields})
    return caching.answer(request, body)
