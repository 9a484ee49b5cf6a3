"""Coverage: how far each stage is, and what failed why."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.coverage import CatalogCoverage, Coverage, StageCoverage
from lumina.api.schemas.jobs import FailureGroup
from lumina.domain import coverage as values
from lumina.services import coverage as service

router = APIRouter(prefix="/coverage", tags=["coverage"])


@router.get("", responses=documented(404, 422, 503))
def coverage(context: Context, catalog: UUID | None = None) -> Coverage:
    """Per catalog and stage: images done, missing, failed, stale, waiting."""
    return Coverage(catalogs=[_catalog(entry) for entry in context.coverage(catalog)])


@router.get("/failures", responses=documented(422, 503))
def failures(
    context: Context, catalog: UUID | None = None, stage: Annotated[str | None, Query(max_length=100)] = None
) -> list[FailureGroup]:
    """What failed, grouped by stage and cause, with examples."""
    with context.store.transaction() as tx:
        return [FailureGroup.model_validate(group) for group in service.failures(tx, catalog=catalog, stage=stage)]


def _catalog(entry: values.CatalogCoverage) -> CatalogCoverage:
    return CatalogCoverage(
        id=entry.id,
        name=entry.name,
        images=entry.images,
        files=entry.files,
        ignored=dict(entry.ignored),
        stages=[_stage(stage) for stage in entry.stages],
    )


def _stage(entry: values.StageCoverage) -> StageCoverage:
    return StageCoverage(
        stage=entry.stage.name,
        description=entry.stage.description,
        done=entry.done,
        missing=entry.missing,
        failed=entry.failed,
        stale=entry.stale,
        waiting=entry.waiting,
        waiting_reason=entry.stage.waiting,
        unit="images",
    )
