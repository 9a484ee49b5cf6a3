"""`lumina worker`."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Annotated

import typer

from lumina.cli.logs import configure_logs
from lumina.cli.session import database, settings
from lumina.errors import BadInput


def worker(
    context: typer.Context,
    lanes: Annotated[str, typer.Option(help="Lanes to work on, separated by commas: io, cpu, gpu.")] = "io,cpu",
    slots: Annotated[int | None, typer.Option(min=1, help="Processes; default: the setting slots.")] = None,
    supervised: Annotated[bool, typer.Option("--supervised", hidden=True, help="End with the parent process.")] = False,
) -> None:
    """Work on lanes until stopped. `lumina up` starts its own; use this to add a machine."""
    from lumina.domain.stage import Lane
    from lumina.worker import environment
    from lumina.worker.orphan import end_with_parent

    if supervised and sys.platform != "linux":  # there the launcher has asked the kernel for it
        end_with_parent(os.getppid())
    given = settings(context)
    configure_logs(given.log_level)
    names = [name.strip() for name in lanes.split(",") if name.strip()]
    known = [lane.value for lane in Lane]
    for name in names:
        if name not in known:
            raise BadInput(f"--lanes: there is no lane {name!r}; the lanes are {', '.join(known)}.")
    if not names:
        raise BadInput(f"--lanes: name at least one of {', '.join(known)}.")
    environment.ensure()
    # Messages carry numbers in JSON, so root is no worse an account for a worker than for the rest of Lumina.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser", category=Warning)
    with database(given) as ready:
        from lumina.worker.main import run

        raise typer.Exit(run(ready, [Lane(name) for name in names], slots or given.slots))
