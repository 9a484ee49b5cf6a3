"""`lumina market status`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.output import emit, emit_json, plain, table
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from lumina.services.market_status import LimitStatus, MarketStatus, StageStatus

WATCH_SECONDS = 2.0


def status(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="Again and again, until Ctrl+C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show what is known of each marketplace, how far and how fast each stage is, and what may be asked."""
    from lumina.services import coverage, market_status

    while True:
        with open_app(context) as app, app.store.transaction() as tx:
            stages = coverage.describe(app.shown_stages)
            found = market_status.status(tx, stages, app.settings.market_rate, app.settings.node)
        if as_json:
            emit_json({"markets": plain(found)})
        else:
            emit(("\x1b[2J\x1b[H" if watch else "") + ("\n\n".join(map(shown, found)) or "No marketplace is known."))
        if not watch:
            return
        time.sleep(WATCH_SECONDS)


def shown(found: MarketStatus) -> str:
    """One marketplace for people."""
    known = found.known
    rows: list[list[object]] = [
        [stage.name, stage.done, stage.missing, stage.failed, f"{stage.rate:,.0f}", _left(stage)]
        for stage in found.stages
    ]
    waits = dict.fromkeys(stage.waiting for stage in found.stages if stage.waiting and stage.missing)
    parts = [
        f"{found.title}: {known.listings:,} listings ({known.gone:,} gone), {known.shops:,} shops,"
        f" {known.reviews:,} reviews, {known.images:,} images: {known.awaited:,} to download,"
        f" {known.images - known.awaited:,} downloaded, {known.cut_out:,} cut out",
        _limit(found.limit),
        *(f"{each.title or each.value}: {each.error or _synced(each.synced_at is not None)}" for each in found.follows),
        table(["stage", "done", "missing", "failed", "per minute", "left"], rows),
        *(f"waits: {reason}" for reason in waits),
        *(f"failed {each.stage}: {each.count:,} x {each.reason or each.code}" for each in found.failures),
    ]
    return "\n".join(parts)


def _synced(is_synced: bool) -> str:
    return "synced" if is_synced else "not yet synced"


def _limit(limit: LimitStatus) -> str:
    day = "" if limit.remaining is None else f", {limit.remaining:,} of {limit.per_day or 0:,} left today"
    if limit.blocked_until is not None:
        return f"Nothing may be asked until {limit.blocked_until:%Y-%m-%d %H:%M} UTC: {limit.reason}"
    return f"{limit.rate:.1f} of {limit.allowed:.1f} requests per second{day}"


def _left(stage: StageStatus) -> str:
    return "waits" if stage.waiting and stage.missing else _time(stage.eta_seconds)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes = int(seconds // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min" if minutes else "< 1 min"
