"""`lumina models pull`."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lumina.cli.model_follow import follow
from lumina.cli.output import emit, emit_json, note
from lumina.cli.session import settings
from lumina.errors import LuminaError

if TYPE_CHECKING:
    from lumina.domain.model import ModelEntry
    from lumina.remote.hub import Hub, Pulled
    from lumina.remote.progress import Progress


def pull(
    context: typer.Context,
    models: Annotated[list[str], typer.Argument(metavar="NAME...", help="`lumina models list` shows them.")],
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="You have read the model's own terms and accept them.")
    ] = False,
    accept_change: Annotated[
        bool, typer.Option("--accept-change", help="Trust a file that has changed since it was installed.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Download also what is installed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be downloaded, and from where.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Download models. What broke off goes on from there; nothing is installed before it is complete and checked."""
    from lumina.bootstrap import models_of
    from lumina.services.models import usable

    known, hub = models_of(settings(context))
    entries = [known.entry(name) for name in models]
    if dry_run:
        _say_only(hub, [entry for entry in entries if again or not usable(known, entry.name)], as_json=as_json)
        return
    results, errors = [], []
    for entry in entries:
        with _Meter(entry.name) as meter:
            try:
                done = hub.pull(
                    entry, accept_terms=accept_terms, accept_change=accept_change, again=again, tell=meter.tell
                )
            except LuminaError as error:
                errors.append(error)
                results.append({"name": entry.name, "state": "failed", "detail": str(error)})
                continue
        results.append(_result(done) | {"job": None if done.unchanged else follow(context, entry.name)})
    _report(results, errors, as_json=as_json)


def _report(results: list[dict[str, Any]], errors: list[LuminaError], *, as_json: bool) -> None:
    if as_json:
        emit_json({"models": results})
    for result in [] if as_json else results:
        if result["state"] == "failed":
            note(f"{result['name']}: {result['detail']}")
            continue
        emit(f"{result['name']}: " + ("is installed already" if result["state"] == "unchanged" else "installed"))
        for path in result["first_use"]:
            note(
                f"{result['name']}: Lumina knew no SHA-256 of {path}: the one that the server states was taken and "
                f"is kept from now on ({result['files'][path]['sha256']})."
            )
    if errors:
        raise typer.Exit(3 if len(errors) < len(results) else errors[0].exit_code)


def _result(done: Pulled) -> dict[str, Any]:
    files = {path: {"size": file.size, "sha256": file.sha256} for path, file in done.manifest.files.items()}
    return {
        "name": done.manifest.model,
        "state": "unchanged" if done.unchanged else "installed",
        "source": done.manifest.source,
        "files": files,
        "first_use": list(done.first_use),
    }


def _say_only(hub: Hub, entries: list[ModelEntry], *, as_json: bool) -> None:
    from lumina.services.models import megabytes

    plans: list[dict[str, Any]] = []
    for entry in entries:
        had = hub.progress(entry)
        files = {file.path: file.package or hub.address(file) for file in entry.files}
        terms = entry.terms.title if entry.terms else None
        plans.append(
            {"name": entry.name, "size": entry.size, "have": had.done if had else 0, "terms": terms, "files": files}
        )
    if as_json:
        emit_json({"dry_run": True, "models": plans})
        return
    for entry, plan in zip(entries, plans, strict=True):
        emit(f"{entry.name}: would download {megabytes(entry.size)}, of which {plan['have']:,} bytes are here")
        emit("\n".join(f"  {path}  from {place}" for path, place in plan["files"].items()))
    if not entries:
        emit("All of them are installed already.")


class _Meter:
    """Progress on stderr: one line that is written over on a terminal, a line each tenth elsewhere."""

    def __init__(self, name: str) -> None:
        self._name, self._tenth, self._width = name, -1, 0
        self._began, self._first = time.monotonic(), -1

    def __enter__(self) -> _Meter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._width:
            sys.stderr.write("\n")

    def tell(self, progress: Progress) -> None:
        """One more step."""
        if self._first < 0:
            self._first = progress.done
        tenth = progress.done * 10 // max(1, progress.total)
        if sys.stderr.isatty():
            line = self._line(progress)
            sys.stderr.write("\r" + line.ljust(self._width))
            sys.stderr.flush()
            self._width = len(line)
        elif tenth > self._tenth:
            note(self._line(progress))
        self._tenth = max(self._tenth, tenth)

    def _line(self, progress: Progress) -> str:
        seconds = max(1e-3, time.monotonic() - self._began)
        rate = (progress.done - self._first) / seconds
        left = f", {(progress.total - progress.done) / rate:,.0f} s left" if rate > 0 and seconds > 1 else ""
        share = progress.done * 100 // max(1, progress.total)
        return (
            f"{self._name}: {share} % ({progress.done / 1e6:,.0f} of {progress.total / 1e6:,.0f} MB), "
            f"{rate / 1e6:,.1f} MB/s{left}  {progress.file}"
        )
