"""What a run that ended has done, as JSON and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lumina.cli.coverage import as_catalogs, coverage_table
from lumina.cli.output import emit, emit_json, note, plain

if TYPE_CHECKING:
    from lumina.supervisor.once import Outcome

MOST_FAILURES = 30
"""Lines of failures on the terminal."""


def report(outcome: Outcome, *, as_json: bool) -> None:
    """Everything as JSON, or the table and the first failures."""
    if as_json:
        document = {
            "exit_code": outcome.exit_code,
            "seconds": round(outcome.seconds, 3),
            "catalogs": as_catalogs(outcome.catalogs),
            "jobs": plain(list(outcome.jobs)),
            "failures": plain(list(outcome.failures)),
        }
        emit_json(document)
        return
    emit(coverage_table(outcome.catalogs))
    for job in outcome.jobs:
        if job.state != "SUCCESS":
            note(f"Job {job.id}: {job.state}: {job.result.get('message', '')}")
    for failure in outcome.failures[:MOST_FAILURES]:
        note(f"failed: {failure.path}: {failure.reason} ({', '.join(failure.stages)})")
    if (more := len(outcome.failures) - MOST_FAILURES) > 0:
        note(f"... and {more:,} more: `lumina status --failed`, or all of them with --json.")
    done = sum(job.done for job in outcome.jobs if job.kind in ("ingest", "stages"))
    for job in outcome.jobs:
        if job.kind.startswith("detect-") and job.state == "SUCCESS":
            emit(f"{job.result.get('message', '')}")
    emit(f"{done:,} images done, {len(outcome.failures):,} failed, in {outcome.seconds:.1f} s")
