"""Files of a marketplace: vectors for other programs, a backup disk, another program's folder. Each is a job."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.jobs import Job
from lumina.api.schemas.market_files import (
    MarketCleanupPlan,
    MarketExportPlan,
    NewMarketAdoption,
    NewMarketCleanup,
    NewMarketExport,
)
from lumina.domain.vectors import SpaceKind
from lumina.engine import adopt as adopting
from lumina.engine import clean as cleaning
from lumina.engine import export as exports
from lumina.errors import BadInput
from lumina.services import folders, market_files

router = APIRouter(prefix="/market", tags=["market"])


def _or_plan(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    return documented(409, 422, 503, more={200: {"description": "With `dry_run`: what would be.", "model": model}})


@router.post("/export", status_code=202, response_model=Job, responses=_or_plan(MarketExportPlan))
def export(context: Context, body: NewMarketExport) -> Job | Response:
    """Write one FAISS file per model, and an index that tells whose vector each row is."""
    app, setting = context.app, context.settings.models.split(",")
    models = None if body.models is None else tuple(body.models)
    wish = exports.Wish(folders.given(body.folder), models, body.market, SpaceKind(body.of))
    if body.dry_run:
        return _planned(MarketExportPlan.model_validate(market_files.plan_export(app.store, wish, setting)))
    return jobs.view(context, market_files.export(app.store, app.dispatcher, wish, setting))


@router.post("/cleanup", status_code=202, response_model=Job, responses=_or_plan(MarketCleanupPlan))
def cleanup(context: Context, body: NewMarketCleanup) -> Job | Response:
    """Move images that are embedded, and not their listing's first one, to a folder on a backup disk, or back."""
    if body.back == (body.folder is not None):
        raise BadInput("Say either folder or back.")
    app, given = context.app, context.settings
    folder = None if body.folder is None else folders.given(body.folder)
    models = () if body.back else market_files.models_to_clean(app.store, app.models, given.models.split(","))
    wish = cleaning.Wish(folder, body.market, body.back, models, given.vault_writable)
    if body.dry_run:
        return _planned(MarketCleanupPlan.model_validate(market_files.plan_clean(app.store, wish, given.node)))
    return jobs.view(context, market_files.clean(app.store, app.dispatcher, wish, given.node))


@router.post("/adopt", status_code=202, responses=documented(409, 422, 503))
def adopt(context: Context, body: NewMarketAdoption) -> Job:
    """Take over what another program has gathered; nothing in its folder is changed."""
    app = context.app
    of = None if body.vectors_of is None else SpaceKind(body.vectors_of)
    wish = adopting.Wish(folders.given(body.folder), body.copy_files, of)
    return jobs.view(context, market_files.adopt(app.store, app.dispatcher, wish))


def _planned(plan: BaseModel) -> Response:
    return JSONResponse(plan.model_dump(mode="json"))
