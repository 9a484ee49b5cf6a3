"""`lumina serve`: the process that answers HTTP; `lumina up` starts it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from lumina.cli.logs import configure_logs
from lumina.cli.session import configuration


def serve(
    context: typer.Context,
    supervised: Annotated[bool, typer.Option("--supervised", hidden=True, help="End with the parent process.")] = False,
) -> None:
    """Answer HTTP on the settings' host and port, on a database that runs already."""
    from lumina.worker.orphan import end_with_parent

    if supervised and sys.platform != "linux":  # there the launcher has asked the kernel for it
        end_with_parent(os.getppid())
    found = configuration(context)
    configure_logs(found.settings.log_level)
    import uvicorn

    from lumina.api.app import create_app
    from lumina.api.context import Lumina
    from lumina.api.security import check_binding
    from lumina.bootstrap import build

    check_binding(found.settings.host)
    uvicorn.run(
        create_app(Lumina(build(found.settings), found)),
        host=found.settings.host,
        port=found.settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
