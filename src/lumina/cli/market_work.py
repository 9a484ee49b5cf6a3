"""What the commands share that run stages over the images of marketplaces."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from lumina.cli.detect import see_through
from lumina.cli.output import emit, emit_json, note, plain
from lumina.cli.session import app as open_app
from lumina.errors import Unavailable

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from lumina.domain.work import Job
    from lumina.services.market_stages import Due

EVERY_SECONDS = 60.0
"""Between two looks at what has become due."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for.

    Attributes:
        stages: their names.
        market: its name; None for all.
        failed: whether failures are tried again.
    """

    stages: Callable[[App], Sequence[str]]
    market: str | None = None
    failed: bool = False


def work(context: typer.Context, wish: Wish, *, watch: bool, dry_run: bool, as_json: bool) -> None:
    """Do what is due, once or again and again; exit 1 where it could not be done, 3 where some images failed."""
    if dry_run:
        _say_only(_due(context, wish), as_json=as_json)
        return
    code = _round(context, wish, as_json=as_json)
    while watch:
        time.sleep(EVERY_SECONDS)
        if stopped := _stopped(context, wish):
            note(f"Stopped by a kill file: {', '.join(stopped)}.")
            break
        code = _round(context, Wish(wish.stages, wish.market), as_json=as_json, quiet=True)
    raise typer.Exit(code)


def _round(context: typer.Context, wish: Wish, *, as_json: bool, quiet: bool = False) -> int:
    """Exit code. `quiet`: nothing is said where nothing is due."""
    found = _due(context, wish)
    able = [name for name in found.images if name not in found.waiting]
    if not able:
        raise Unavailable(" ".join(dict.fromkeys(found.waiting.values())) or "No model is wanted or installed.")
    for reason in dict.fromkeys([] if quiet else found.waiting.values()):
        note(reason)
    ready = sum(found.images.values()) + (sum(found.failed.values()) if wish.failed else 0)
    jobs = see_through(context, lambda app: _asked(app, wish), quiet=as_json) if ready else []
    if jobs or not quiet:
        _report(jobs, as_json=as_json)
    return 1 if any(job.state != "SUCCESS" for job in jobs) else 3 if any(job.failed for job in jobs) else 0


def _stopped(context: typer.Context, wish: Wish) -> list[str]:
    """Names of the stages that kill files stop; a person who starts anew removes these, who merely watches does not."""
    from lumina.services.killfiles import KillFiles

    with open_app(context) as app:
        kills = KillFiles(app.settings.home)
        return [name for name in wish.stages(app) if kills.stops(name)]


def _asked(app: App, wish: Wish) -> list[Job]:
    from lumina.services import market_stages

    return market_stages.run(app.work, wish.stages(app), wish.market, failed=wish.failed)


def _due(context: typer.Context, wish: Wish) -> Due:
    from lumina.services import market_stages

    with open_app(context) as app, app.store.transaction() as tx:
        return market_stages.due(tx, [app.registry[name] for name in wish.stages(app)], wish.market)


def _report(jobs: Sequence[Job], *, as_json: bool) -> None:
    if as_json:
        emit_json({"dry_run": False, "jobs": plain(list(jobs))})
    elif not jobs:
        emit("Nothing is due.")
    else:
        emit("\n".join(str(job.result.get("message", job.state.value)) for job in jobs))


def _say_only(found: Due, *, as_json: bool) -> None:
    if as_json:
        emit_json({"dry_run": True, **plain(found)})
        return
    for name, images in found.images.items():
        emit(f"{name}: {found.waiting.get(name) or f'{images:,} images are due'}")
