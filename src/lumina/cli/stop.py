"""`lumina stop`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.output import emit, emit_json
from lumina.cli.session import settings
from lumina.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from lumina.supervisor.home import HomeLock

LONGEST = 35.0
"""Seconds; the supervisor promises 30."""


def stop(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[STAGE|LANE]", help="Only this stage or lane.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Return when everything has stopped.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be stopped.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Stop Lumina, or one stage or lane of it, within 30 seconds. Nothing is lost; `lumina up` goes on."""
    from lumina.services.killfiles import KillFiles
    from lumina.supervisor.home import HomeLock

    home = settings(context).home
    _check(name, home)
    lock, kills = HomeLock(home), KillFiles(home)
    running = lock.running()
    what = name or "Lumina"
    if running is None and name is None:
        message = "Lumina is not running."
    elif dry_run:
        message = f"Would stop {what}."
    else:
        home.mkdir(parents=True, exist_ok=True)
        file = kills.stop(name)
        if name is None and wait:
            _wait(lock)
        message = f"{what} {'is stopped' if wait or name else 'stops'}; {file} keeps it so until `lumina up`."
    if as_json:
        emit_json({"running": running is not None, "stopped": name or "all", "dry_run": dry_run, "message": message})
    else:
        emit(message)


def _check(name: str | None, home: Path) -> None:
    if name is None:
        return
    from lumina.bootstrap import MODELS, stages
    from lumina.domain.stage import Lane
    from lumina.engine.sync import SYNC
    from lumina.files.derived import DerivedStore
    from lumina.inference.models import Models

    known = [
        *(stage.name for stage in stages(DerivedStore(home), Models(home / MODELS))),
        *(lane.value for lane in Lane),
        SYNC,
    ]
    if name not in known:
        raise BadInput(f"There is no stage or lane {name!r}: {', '.join(known)}.")


def _wait(lock: HomeLock) -> None:
    until = time.monotonic() + LONGEST
    while lock.running() is not None:
        if time.monotonic() > until:
            raise Unavailable(f"Lumina was asked to stop, but still runs after {LONGEST:.0f} s.")
        time.sleep(0.05)
