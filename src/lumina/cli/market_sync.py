"""`lumina market sync`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.detect import see_through
from lumina.cli.output import emit, emit_json, note, plain
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from lumina.domain.work import Job


def sync(
    context: typer.Context,
    market: Annotated[str | None, typer.Option(help="This marketplace, where there are several.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Again and again, as it is due, until Ctrl+C.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be synced, without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Ask a marketplace what there is of all that is followed, and see everything through that follows from it."""
    if dry_run:
        _say_only(context, market, as_json=as_json)
        return
    failed = _report(_run(context, market), as_json=as_json)
    while watch:
        time.sleep(max(1.0, min(_seconds(context, market), 60.0)))
        if _seconds(context, market) <= 0:
            failed = _report(_run(context, market), as_json=as_json)
    raise typer.Exit(failed)


def _run(context: typer.Context, market: str | None) -> list[Job]:
    def request(app: App) -> list[Job]:
        return [app.market.sync(app.market.named(market))]

    return see_through(context, request, quiet=False)


def _report(jobs: list[Job], *, as_json: bool) -> int:
    """Exit status: 1 where something was refused, 3 where some images failed or it has to go on later."""
    if as_json:
        emit_json({"dry_run": False, "jobs": plain(jobs)})
    status = 0
    for job in jobs:
        if job.kind != "market-sync":
            continue
        status = 1 if job.state != "SUCCESS" else 3 if job.failed or job.result.get("waits") else status
        if not as_json:
            (emit if job.state == "SUCCESS" else note)(str(job.result.get("message", job.state.value)))
            for sentence in job.result.get("left_out", ()):
                note(sentence)
    return status


def _seconds(context: typer.Context, market: str | None) -> float:
    """Until something is due again."""
    from datetime import UTC, datetime

    from lumina.store import follows

    with open_app(context) as app:
        here = app.market.named(market)
        with app.store.transaction() as tx:
            due = [each.due_at for each in follows.every(tx, here.source_id) if each.due_at]
    return min(((each - datetime.now(UTC)).total_seconds() for each in due), default=60.0)


def _say_only(context: typer.Context, market: str | None, *, as_json: bool) -> None:
    from lumina.cli.market_follow import name
    from lumina.store import follows

    with open_app(context) as app:
        here = app.market.named(market)
        with app.store.transaction() as tx:
            found = follows.every(tx, here.source_id)
    if as_json:
        emit_json({"dry_run": True, "market": here.name, "follows": plain(found)})
    else:
        emit("\n".join(name(each) for each in found) or f"Nothing of {here.name} is followed.")
