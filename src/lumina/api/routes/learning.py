"""Tag catalogs, teach nodes by examples, and ask people about what is in doubt."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.curation import Action
from lumina.api.schemas.jobs import Job
from lumina.api.schemas.learning import (
    Apply,
    Corrections,
    DoubtfulNode,
    LearntApplied,
    Lesson,
    NewTagJob,
    Teach,
    correction,
    lesson,
)
from lumina.api.schemas.taxonomy import NodeNumber
from lumina.domain.card import ImageCard
from lumina.engine.tagging import AUTO_TAG
from lumina.engine.training import Proposal
from lumina.services import corrections, learning
from lumina.store import cards

router = APIRouter(tags=["learning"])
NodeId = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("/jobs/auto-tag", status_code=202, responses=documented(404, 409, 422, 503))
def auto_tag(context: Context, body: NewTagJob) -> Job:
    """Tag a catalog by the vectors that it has: what is untagged or no longer true, or everything."""
    return jobs.view(context, context.work.detect(AUTO_TAG, body.catalog_id, {"all": True} if body.all else None))


@router.get("/corrections", responses=documented(404, 422, 503))
def queue(
    context: Context,
    node: NodeNumber | None = None,
    catalog: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Corrections:
    """Images that the tagger is in doubt of, none of them judged yet. Answers go to POST /api/images/tags."""
    with context.store.transaction() as tx:
        found, nodes = corrections.queue(tx, context.settings.tag_model, node=node, catalog=catalog, limit=limit)
    return Corrections(
        items=[correction(each) for each in found], nodes=[DoubtfulNode.model_validate(each) for each in nodes]
    )


@router.post("/learn", responses=documented(404, 409, 422, 503))
def teach(context: Context, body: Teach) -> Lesson:
    """Teach a node by examples. What comes of it is a proposal: nothing is tagged by it before it is applied."""
    done = learning.teach(context.store, context.app.trainer, body.wanted())
    return lesson(
        done.node,
        done.proposal,
        _cards(context, done.proposal),
        created=done.created,
        action=done.action,
        reason=done.reason,
    )


@router.get("/learn/{node_id}", responses=documented(404, 422, 503))
def proposed(context: Context, node_id: NodeId) -> Lesson:
    """What was trained for a node and waits for being applied, with what it would change now."""
    node, proposal = learning.proposed(context.store, context.app.trainer, node_id)
    return lesson(node, proposal, _cards(context, proposal))


@router.post("/learn/{node_id}/apply", status_code=202, responses=documented(404, 409, 422, 503))
def apply(context: Context, node_id: NodeId, body: Apply | None = None) -> LearntApplied:
    """Let a node be recognised as it was taught. Undoing the action brings back what held before, with its labels."""
    seen = None if body is None else body.trained_at
    with context.store.transaction() as tx:
        done = learning.apply(tx, context.app.dispatcher, node_id, seen=seen)
    return LearntApplied(action=None if done.action is None else Action.model_validate(done.action), job=done.job.id)


@router.delete("/learn/{node_id}/proposal", status_code=204, responses=documented(404, 422, 503))
def forget(context: Context, node_id: NodeId) -> None:
    """Drop a proposal. What was said of images stays."""
    with context.store.transaction() as tx:
        learning.forget(tx, node_id)


def _cards(context: Context, proposal: Proposal) -> dict[int, ImageCard]:
    with context.store.transaction() as tx:
        return cards.cards(tx, {*proposal.preview.added, *proposal.preview.removed})
