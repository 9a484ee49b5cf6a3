"""The pipeline of each marketplace, as people see it: what is known, per stage how far and how fast, and the limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from lumina.domain.coverage import FailureGroup, StageInfo
from lumina.domain.market import Follow, Market
from lumina.domain.rate import Rate, allowed
from lumina.engine.sync import MARKET_SYNC
from lumina.services import coverage
from lumina.store import Transaction, catalogs, follows, jobs, market_status, markets, request_rate
from lumina.store.market_status import Known


@dataclass(frozen=True, slots=True)
class StageStatus:
    """One stage of a marketplace's images. `rate`: images per minute now; `eta_seconds`: None where it stands still."""

    name: str
    done: int
    missing: int
    failed: int
    waiting: str | None
    rate: float
    eta_seconds: float | None


@dataclass(frozen=True, slots=True)
class LimitStatus:
    """What may be asked of a marketplace.

    Attributes:
        allowed: requests per second, as far as known. rate: at which it is asked now.
        per_day, remaining: requests; None where it has not said.
        blocked_until, reason: nothing may be asked until then, and why.
    """

    allowed: float
    rate: float
    per_day: int | None
    remaining: int | None
    blocked_until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """One marketplace. `job`: the sync that is under way."""

    market: Market
    catalog_id: UUID
    title: str
    known: Known
    follows: Sequence[Follow]
    stages: Sequence[StageStatus]
    failures: Sequence[FailureGroup]
    limit: LimitStatus
    job: UUID | None


def status(tx: Transaction, stages: Sequence[StageInfo], most: float, node: str = "") -> list[MarketStatus]:
    """All marketplaces. `stages`: that people are told of. `most`: requests per second that the owner allows."""
    return [_status(tx, market, stages, most) for market in markets.every(tx, node)]


def _status(tx: Transaction, market: Market, stages: Sequence[StageInfo], most: float) -> MarketStatus:
    catalog_id = next(source.catalog_id for source in catalogs.sources(tx) if source.id == market.source_id)
    (covered,) = coverage.coverage(tx, stages, catalog=catalog_id)
    rates = market_status.rates(tx, catalog_id)
    job = jobs.running_with(tx, f"{MARKET_SYNC}:{market.source_id}")
    return MarketStatus(
        market=market,
        catalog_id=catalog_id,
        title=covered.name,
        known=market_status.known(tx, market.source_id),
        follows=follows.every(tx, market.source_id),
        stages=[
            StageStatus(
                name=each.stage.name,
                done=each.done,
                missing=(left := each.missing + each.stale + each.waiting),
                failed=each.failed,
                waiting=each.stage.waiting,
                rate=(rate := rates.get(each.stage.name, 0.0)),
                eta_seconds=60 * left / rate if rate and left else None,
            )
            for each in covered.stages
        ],
        failures=coverage.failures(tx, catalog=catalog_id),
        limit=_limit(*request_rate.get(tx, market.source_id), most),
        job=job.id if job else None,
    )


def _limit(rate: Rate, now: float, most: float) -> LimitStatus:
    most = allowed(rate, most)
    is_blocked = rate.blocked_until > now
    return LimitStatus(
        allowed=most,
        rate=0.0 if is_blocked else min(most, most if rate.speed is None else rate.speed),
        per_day=rate.per_day,
        remaining=rate.remaining,
        blocked_until=datetime.fromtimestamp(rate.blocked_until, UTC) if is_blocked else None,
        reason=rate.reason if is_blocked else "",
    )
