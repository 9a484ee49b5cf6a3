"""Decide about images; what was done, and undoing it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from lumina.api import cursor as cursors
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.curation import Action, Actions, Conflict, Curate, Curated, Undo, Undone
from lumina.services import curation, journal

router = APIRouter(tags=["curation"])


@router.post("/images/curate", responses=documented(404, 409, 422, 503))
def curate(context: Context, body: Curate) -> Curated:
    """Rate, flag, label, archive, trash, describe: some images, or all that a view shows, as one action."""
    with context.store.transaction() as tx:
        done = curation.curate(tx, body.chosen(), body.changes.fields(), add_keywords=body.changes.add_keywords)
    return Curated.model_validate(done)


@router.get("/actions", responses=documented(404, 422, 503))
def actions(
    context: Context,
    catalog: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Actions:
    """What was done, newest first."""
    before = cursors.to_number(cursor)
    with context.store.transaction() as tx:
        found = journal.listed(tx, catalog_id=catalog, before=before, limit=limit + 1)
    items = [Action.model_validate(action) for action in found[:limit]]
    return Actions(items=items, next=cursors.of_number(items[-1].id) if len(found) > limit else None)


@router.post("/undo", responses=documented(404, 409, 422, 503))
def undo(context: Context, body: Undo | None = None) -> Undone:
    """Undo an action, by default the last thing that a person did. What was changed since stays and is listed."""
    wanted = body or Undo()
    came = journal.undo(context.store, context.app.dispatcher, wanted.action_id, catalog_id=wanted.catalog)
    return Undone(
        action=Action.model_validate(came.action),
        changed=came.undone.changed,
        conflicts=came.undone.conflicts,
        left=[Conflict.model_validate(conflict) for conflict in came.undone.left],
        job=came.job.id if came.job else None,
    )
