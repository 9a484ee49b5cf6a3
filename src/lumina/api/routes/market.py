"""Marketplaces: follow something, sync it, see how far everything is, remove what may not be kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.routes import jobs
from lumina.api.schemas.jobs import Job
from lumina.api.schemas.market import (
    Market,
    MarketFailures,
    MarketFollow,
    MarketKnown,
    MarketLimit,
    MarketPurge,
    MarketPurged,
    Markets,
    MarketStage,
    MarketSync,
    NewMarketFollow,
)
from lumina.domain.market import Follow, FollowKind
from lumina.engine.purge import describe
from lumina.errors import BadInput
from lumina.services import coverage, market_status
from lumina.services.market_status import MarketStatus
from lumina.store.removals import Doomed

router = APIRouter(prefix="/market", tags=["market"])


@router.get("", responses=documented(503))
def overview(context: Context) -> Markets:
    """All marketplaces: what is followed, per stage how far and how fast, and what may be asked."""
    given = context.settings
    stages = coverage.describe(context.app.shown_stages)
    with context.store.transaction() as tx:
        found = market_status.status(tx, stages, given.market_rate, given.node)
    service = context.app.market
    return Markets(
        items=[_market(each, service.why_waiting(each.market)) for each in found],
        permitted=bool(given.market_permission.strip()),
        keyed=service.opening.has_key,
    )


@router.post("/follows", status_code=201, responses=documented(404, 422, 502, 503))
def follow(context: Context, body: NewMarketFollow) -> MarketFollow:
    """Follow a shop, a search or a category. It is synced at once, and then in its time, while Lumina is up."""
    service = context.app.market
    market = service.named(body.market, make=True)
    return _follow(service.follow(market, FollowKind(body.kind), body.value, body.every_minutes))


@router.delete("/follows/{follow_id}", responses=documented(404, 422, 503))
def unfollow(context: Context, follow_id: Annotated[int, Path(ge=1, lt=2**63)]) -> MarketFollow:
    """Follow it no more; what is known of it stays."""
    return _follow(context.app.market.unfollow_number(follow_id))


@router.post("/sync", status_code=202, responses=documented(404, 422, 503))
def sync(context: Context, body: MarketSync | None = None) -> Job:
    """Sync all that is followed of a marketplace now. One sync for each: of several requests the job is the same."""
    service = context.app.market
    return jobs.view(context, service.sync(service.named(body.market if body else None)))


@router.post(
    "/purge",
    status_code=202,
    response_model=Job,
    responses=documented(404, 409, 422, 503, more={200: {"model": MarketPurged, "description": "A dry run"}}),
)
def purge(context: Context, body: MarketPurge) -> Job | JSONResponse:
    """Remove rows, vectors, downloads and cut-outs for good; or, as a dry run, say how much that would be."""
    if body.everything == (body.listing_id is not None or body.shop_id is not None or body.expired):
        raise BadInput("Name what to remove: expired, listing_id, shop_id or everything.")
    service = context.app.market
    doomed = Doomed(service.named(body.market).source_id, body.expired, body.listing_id, body.shop_id)
    if not body.dry_run:
        return jobs.view(context, service.purge(doomed))
    counts = asdict(service.doomed(doomed))
    return JSONResponse(MarketPurged(what=describe(doomed), counts=counts).model_dump(mode="json"))


def _follow(found: Follow) -> MarketFollow:
    return MarketFollow(
        id=found.id,
        kind=found.kind.value,
        value=found.value,
        title=found.title,
        every_minutes=found.every_minutes,
        synced_at=found.synced_at,
        due_at=found.due_at,
        unfinished="step" in found.cursor,
        error=found.error,
    )


def _market(found: MarketStatus, waits: str | None) -> Market:
    return Market(
        source_id=found.market.source_id,
        catalog_id=found.catalog_id,
        name=found.market.name,
        title=found.title,
        known=MarketKnown(**asdict(found.known)),
        follows=[_follow(each) for each in found.follows],
        stages=[MarketStage(**asdict(each)) for each in found.stages],
        failures=[
            MarketFailures(stage=each.stage, code=each.code, reason=each.reason, count=each.count)
            for each in found.failures
        ],
        limit=MarketLimit(**asdict(found.limit)),
        job=found.job,
        waits=waits,
    )
