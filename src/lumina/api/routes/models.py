"""Models: which there are, and getting them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.models import Model, Models, Pull, Removed
from lumina.errors import Conflict
from lumina.services import models as service

router = APIRouter(prefix="/models", tags=["models"])
Name = Annotated[str, Path(max_length=100)]


@router.get("", responses=documented(503))
def listed(context: Context) -> Models:
    """All models, installed or not, in the order of the catalogue. Ask again while one is `pulling`."""
    return Models(items=_views(context))


@router.post("/{name}/pull", status_code=202, responses=documented(404, 409, 422, 503))
def pull(context: Context, name: Name, body: Pull | None = None) -> Model:
    """Download a model, or go on with it. It goes on when nobody looks; what fails is in `detail` afterwards."""
    wanted = body or Pull()
    entry = context.app.models.entry(name)
    context.pulls.start(entry, accept_terms=wanted.accept_terms, accept_change=wanted.accept_change)
    return _view(context, name)


@router.delete("/{name}/pull", responses=documented(404, 409, 422, 503))
def cancel(context: Context, name: Name) -> Model:
    """Stop a download. What has arrived is kept: the next one goes on from there."""
    context.app.models.entry(name)
    if not context.pulls.cancel(name) and context.app.hub.pulling(name):
        raise Conflict(f"Model {name} is being downloaded by a command: stop it there (Ctrl+C).")
    return _view(context, name)


@router.delete("/{name}", responses=documented(404, 409, 422, 503))
def remove(context: Context, name: Name, dry_run: bool = False) -> Removed:
    """Delete a model's files, also those that a download has left. The vectors that it made stay."""
    context.app.models.entry(name)
    return Removed(name=name, freed=context.app.hub.remove(name, dry_run=dry_run), dry_run=dry_run)


def _view(context: Context, name: str) -> Model:
    return next(view for view in _views(context) if view.name == name)


def _views(context: Context) -> list[Model]:
    app, pulls, given = context.app, context.pulls, context.settings
    with context.store.transaction() as tx:
        wanted = service.wanted(tx, given.models, given.cutout_model)
    found = service.listed(
        app.models,
        app.hub,
        wanted,
        context.embedded_images(),
        pulls.problems,
        pulls.running,
    )
    return [Model.model_validate(view) for view in found]
