"""Resolve copies: preview what would happen, then do exactly that."""

from __future__ import annotations

from fastapi import APIRouter

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.curation import Action
from lumina.api.schemas.resolution import SHOWN, Plan, PlanWanted, ResolveWanted, Resolving
from lumina.api.schemas.resolution import plan as shown
from lumina.services import resolution as service
from lumina.store import cards

router = APIRouter(prefix="/duplicates", tags=["duplicates"])


@router.post("/plan", responses=documented(404, 422, 503))
def plan(context: Context, body: PlanWanted) -> Plan:
    """What resolving would do, image by image; nothing is changed."""
    made = service.plan(context.store, body.wish(), writable=context.settings.vault_writable)
    named = {image for step in made.steps[:SHOWN] for image in (step.image_id, step.keeper_id)}
    with context.store.transaction() as tx:
        return shown(made, cards.cards(tx, named))


@router.post("/resolve", status_code=202, responses=documented(404, 409, 422, 503))
def resolve(context: Context, body: ResolveWanted) -> Resolving:
    """Do what the preview has shown. Where anything of it has changed since, nothing is done: look again."""
    job, action = service.resolve(
        context.store,
        context.app.dispatcher,
        body.wish(),
        writable=context.settings.vault_writable,
        digest=body.digest,
    )
    return Resolving(job=jobs.view(context, job), action=Action.model_validate(action))
