"""Tags of images."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.curation import Curated
from lumina.api.schemas.taxonomy import ImageTags, Say, tag_answer
from lumina.engine import learn
from lumina.services import tags

router = APIRouter(prefix="/images", tags=["tags"])


@router.get("/{image_id}/tags", responses=documented(404, 422, 503))
def of_image(context: Context, image_id: Annotated[int, Path(ge=1, lt=2**63)]) -> ImageTags:
    """An image's tags, with who says so."""
    with context.store.transaction() as tx:
        return ImageTags(items=[tag_answer(fact) for fact in tags.of_image(tx, image_id)])


@router.post("/tags", responses=documented(404, 409, 422, 503))
def say(context: Context, body: Say) -> Curated:
    """Say of some images, or of all that a view shows, that they show something, or that they do not."""
    node = body.node if body.node is not None else body.name or ""
    with context.store.transaction() as tx:
        done = tags.say(tx, body.chosen(), node, body.yes, create=body.create)
        if done.action is not None:
            learn.noticed(tx, context.app.dispatcher, done.action.parameters["node"])
        return Curated.model_validate(done)
