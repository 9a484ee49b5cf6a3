"""Copies: look for them, look through them, say which one is kept and which are none."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from lumina.api import cursor as cursors
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.curation import Action, Curated
from lumina.api.schemas.duplicates import (
    CopyGroup,
    CopyGroups,
    CopySummary,
    Distinct,
    DuplicateSettings,
    DuplicateSettingsChange,
    FindDuplicates,
    JobGlance,
    Keeper,
    NewDuplicatesJob,
    RunOfCopies,
    TierName,
    copy_group,
)
from lumina.api.schemas.jobs import Job
from lumina.domain.copies import CopyFilter, Sort
from lumina.domain.duplicates import Tier
from lumina.services import duplicates as service
from lumina.services import progress

router = APIRouter(tags=["duplicates"])
GroupId = Annotated[int, Path(ge=0, lt=2**52)]


@router.post("/jobs/detect-duplicates", status_code=202, responses=documented(404, 409, 422, 503))
def detect(context: Context, body: NewDuplicatesJob) -> Job:
    """Look for copies in a catalog. Where a search is under way already, the answer names it."""
    return _detect(context, body.catalog_id, body.similarity_threshold)


@router.post("/catalogs/{catalog_id}/detect-duplicates", status_code=202, responses=documented(404, 409, 422, 503))
def detect_in(context: Context, catalog_id: UUID, body: FindDuplicates | None = None) -> Job:
    """Look for copies in this catalog."""
    return _detect(context, catalog_id, body.similarity_threshold if body else None)


def _detect(context: Context, catalog_id: UUID, threshold: int | None) -> Job:
    return jobs.view(context, service.detect(context.store, context.work, catalog_id, threshold))


@router.get("/catalogs/{catalog_id}/duplicates", responses=documented(404, 422, 503))
def settings(context: Context, catalog_id: UUID) -> DuplicateSettings:
    """How copies are found and resolved in this catalog."""
    with context.store.transaction() as tx:
        return DuplicateSettings.model_validate(service.settings(tx, catalog_id))


@router.patch("/catalogs/{catalog_id}/duplicates", responses=documented(404, 422, 503))
def change_settings(context: Context, catalog_id: UUID, body: DuplicateSettingsChange) -> DuplicateSettings:
    """Change that. The threshold and `turned` take effect with the next search."""
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    with context.store.transaction() as tx:
        return DuplicateSettings.model_validate(service.change_settings(tx, catalog_id, changes))


@router.get("/duplicates", responses=documented(404, 422, 503))
def listed(
    context: Context,
    catalog: UUID | None = None,
    tier: TierName | None = None,
    decided: bool | None = None,
    sort: Sort = Sort.GAIN,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> CopyGroups:
    """Groups of copies, by default those first that take up the most space."""
    wanted = CopyFilter(Tier[tier.upper()] if tier else None, decided, sort)
    with context.store.transaction() as tx:
        page = service.page(tx, catalog, wanted, after=cursors.to_place(cursor), limit=limit)
        job = progress.views(tx, [page.job])[0] if page.job else None
    return CopyGroups(
        run=RunOfCopies.model_validate(page.run) if page.run else None,
        job=JobGlance(id=job.id, progress=job.progress) if job else None,
        summary=CopySummary.model_validate(page.summary) if page.summary else None,
        items=[copy_group(group) for group in page.items],
        next=cursors.of_place(*page.next) if page.next else None,
    )


@router.get("/duplicates/{group_id}", responses=documented(404, 422, 503))
def one(context: Context, group_id: GroupId) -> CopyGroup:
    """One group."""
    with context.store.transaction() as tx:
        return copy_group(service.one(tx, group_id))


@router.post("/duplicates/{group_id}/keeper", responses=documented(404, 422, 503))
def keeper(context: Context, group_id: GroupId, body: Keeper) -> CopyGroup:
    """Keep another image of a group; this holds for later searches, too."""
    with context.store.transaction() as tx:
        return copy_group(service.choose_keeper(tx, group_id, body.image_id))


@router.post("/duplicates/distinct", responses=documented(404, 422, 503))
def distinct(context: Context, body: Distinct) -> Curated:
    """Say that images are no copies of each other; no search brings them together again."""
    with context.store.transaction() as tx:
        if body.group is not None:
            action = service.take_out(tx, body.group, body.images or ())
        else:
            action = service.say_distinct(tx, body.groups or ())
    return Curated(action=Action.model_validate(action), images=action.images)
