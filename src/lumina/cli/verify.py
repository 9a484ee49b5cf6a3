"""`lumina verify`: look whether what Lumina keeps is whole, and put it right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.output import emit, emit_json, note, plain, table
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from lumina.domain.vector_report import SpaceReport
    from lumina.domain.work import Job

app = typer.Typer(help="Check whether what Lumina keeps is whole.", no_args_is_help=True)


@app.callback()
def verify() -> None:
    """Check whether what Lumina keeps is whole."""


@app.command()
def vectors(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build the indexes anew, and mend what is wrong.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Check the vectors that searches use, and their indexes; exit 1 where something is wrong."""
    from lumina.services import vectors as service

    if rebuild:
        _rebuild(context, quiet=as_json)
    with open_app(context) as lumina:
        found = service.check(lumina.store)
    if as_json:
        emit_json({"ok": not any(report.problems for report in found), "spaces": plain(found)})
    else:
        _print(found)
    raise typer.Exit(int(any(report.problems for report in found)))


def _rebuild(context: typer.Context, *, quiet: bool) -> None:
    from lumina.cli.detect import see_through
    from lumina.services import vectors as service

    with open_app(context) as lumina:
        due = service.mend(lumina.store)

    def request(lumina: App) -> list[Job]:
        again = [stage for stage in due if stage in lumina.registry.names]
        stages = [lumina.work.run_stages(again)] if again else []
        return [*stages, service.request(lumina.store, lumina.dispatcher, rebuild=True)]

    for job in see_through(context, request, quiet=quiet):
        note(f"{job.kind}: {job.result.get('message', job.state.value)}")


def _print(found: list[SpaceReport]) -> None:
    if not found:
        emit("No image has been embedded yet.")
        return
    rows = [
        [
            f"{report.model} {report.version}",
            report.state.value,
            f"{report.vectors:,}",
            report.dimensions,
            report.index,
            "" if report.recall is None else f"{report.recall:.3f}",
            "wrong" if report.problems else "whole",
        ]
        for report in found
    ]
    emit(table(["model", "state", "vectors", "dimensions", "index", "recall", ""], rows))
    for report in found:
        for problem in report.problems:
            emit(f"{report.model} {report.version}: {problem}")
    if any(report.problems for report in found):
        note("lumina verify vectors --rebuild puts it right.")
