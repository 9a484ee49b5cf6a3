"""`lumina doctor`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.output import emit, emit_json, plain
from lumina.cli.session import app as open_app
from lumina.cli.session import settings
from lumina.errors import LuminaError

if TYPE_CHECKING:
    from lumina.services.doctor import Check


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Check whether everything that Lumina needs is there, in plain words; exit 1 where something is broken."""
    found = _examine(context)
    broken = any(check.state == "failed" for check in found)
    if as_json:
        emit_json({"ok": not broken, "checks": plain(found)})
    else:
        for check in found:
            emit(f"{check.state:7}  {check.title}: {check.sentence}")
            if check.remedy:
                emit(f"         {check.remedy}")
    raise typer.Exit(int(broken))


def _examine(context: typer.Context) -> list[Check]:
    from lumina.broker.probe import problem
    from lumina.services import doctor as service
    from lumina.services import model_checks

    given = settings(context)
    found = list(service.machine(given.home))
    try:
        with open_app(context) as app:
            models = partial(
                model_checks.examine, models=app.models, setting=given.models, cutout_model=given.cutout_model
            )
            return [*found, *service.installation(app.store, given.node, partial(problem, app.broker), models)]
    except LuminaError as error:
        return [*found, service.unreachable(error)]
