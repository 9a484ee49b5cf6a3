"""`lumina market adopt`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lumina.cli.detect import see_through
from lumina.cli.market_export import finish
from lumina.cli.output import emit, emit_json, note, plain, table
from lumina.cli.session import existing, settings


def adopt(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="With etsy_data.db, images/ and embeddings/.")],
    copy: Annotated[bool, typer.Option("--copy", help="Copy the files, instead of using them where they are.")] = False,
    vectors_of: Annotated[
        Literal["image", "cutout"] | None,
        typer.Option(help="What its vectors are of: pictures (unless they say otherwise) or their cut-outs."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is there, without taking it over.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Take over what an earlier program has gathered of Etsy: listings, images, cut-outs, vectors.

    Nothing in FOLDER is changed or moved. What is marked as done and really there is not done again; what does not fit
    together is listed in a report, a line of JSON each; the exit code is 3 where a whole file cannot be used.
    """
    from lumina.domain.vectors import SpaceKind
    from lumina.engine.adopt import Wish
    from lumina.services import market_files

    wish = Wish(existing(folder), copy, SpaceKind(vectors_of) if vectors_of else None)
    if dry_run:
        _say_only(context, wish.folder, as_json=as_json)
        return
    jobs = see_through(context, lambda app: [market_files.adopt(app.store, app.dispatcher, wish)], quiet=as_json)
    job = next(iter(jobs), None)
    if job is not None and not as_json:
        _explain(job.result)
    finish(job, as_json=as_json)


def _say_only(context: typer.Context, folder: Path, *, as_json: bool) -> None:
    from lumina.bootstrap import models_of
    from lumina.services import market_files

    given = settings(context)
    summary = market_files.look_at(given.home, models_of(given)[0], folder)
    if as_json:
        emit_json({"dry_run": True, **plain(summary.document()), "message": summary.message})
    else:
        _explain(summary.document())
        emit(summary.message)
    raise typer.Exit(3 if summary.troubles else 0)


def _explain(found: Mapping[str, Any]) -> None:
    if found.get("odd"):
        emit(table(["disagreement", "rows"], [[kind, count] for kind, count in sorted(found["odd"].items())]))
        note(f"Each of them: {found['report']}")
    for name, columns in found.get("strange", {}).items():
        note(f"{name}: these columns have no place of their own here: {', '.join(columns)}")
    if found.get("absent"):
        note(f"Not there: {', '.join(found['absent'])}")
