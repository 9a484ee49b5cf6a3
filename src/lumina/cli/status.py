"""`lumina status`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lumina.cli.coverage import as_catalogs, coverage_table
from lumina.cli.output import emit, emit_json, plain, table
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from lumina.domain.coverage import CatalogCoverage, FailureGroup
    from lumina.store.failures import FailedFile


def status(
    context: typer.Context,
    failed: Annotated[
        bool, typer.Option("--failed", help="Also every file that failed or was left out, and why.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show per stage how many images are done, missing, failed, stale or waiting; open jobs; nodes."""
    from lumina.domain.work import JobState
    from lumina.services import coverage, model_checks
    from lumina.store import failures, nodes

    with open_app(context) as app:
        with app.store.transaction() as tx:
            catalogs = coverage.coverage(tx, coverage.describe(app.shown_stages))
            known = nodes.listed(tx)
            groups = [] if as_json else coverage.failures(tx)
            files = failures.since(tx, frozenset()) if failed else []
            models = model_checks.examine(tx, app.models, app.settings.models, app.settings.cutout_model)
        jobs = app.work.listed(states=(JobState.PENDING, JobState.STARTED), limit=100)
    if as_json:
        document = {
            "catalogs": as_catalogs(catalogs),
            "jobs": plain(jobs),
            "nodes": plain(known),
            "models": plain(models),
        }
        emit_json(document | (_failed(files, catalogs) if failed else {}))
        return
    emit(coverage_table(catalogs, waiting=False))
    if remarks := [f"{check.sentence} {check.remedy or ''}" for check in models if check.state != "ok"]:
        emit("\n" + "\n".join(remarks))
    if groups:
        emit(f"\n{table(['failed stage', 'files', 'cause', 'reason'], _failure_rows(groups))}")
    if files:
        emit("\n" + "\n".join(f"{file.path}: {file.reason} ({', '.join(file.stages)})" for file in files))
    if failed:
        emit("".join(f"\nleft out: {path}: {reason}" for catalog in catalogs for path, reason in catalog.left_out))
    if jobs:
        rows = [[str(job.id), job.kind, job.state.value, job.done, job.failed, job.total] for job in jobs]
        emit(f"\n{table(['job', 'kind', 'state', 'done', 'failed', 'of'], rows)}")


def _failed(files: Sequence[FailedFile], catalogs: Sequence[CatalogCoverage]) -> dict[str, Any]:
    left_out = [{"path": path, "reason": reason} for catalog in catalogs for path, reason in catalog.left_out]
    return {"failures": plain(list(files)), "left_out": left_out}


def _failure_rows(groups: Sequence[FailureGroup]) -> list[list[object]]:
    return [[group.stage, group.count, group.code or "", group.reason or ""] for group in groups]
