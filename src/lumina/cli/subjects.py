"""`lumina duplicates --tier subject`: images of one subject, which are no copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from lumina.cli.detect import detect_here
from lumina.cli.output import emit, emit_json, note, table
from lumina.cli.session import app as open_app
from lumina.cli.session import catalog_id

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from lumina.domain.subjects import ShownSubject

SHOWN = 50


def subjects(context: typer.Context, catalog: str | None, limit: int | None, *, as_json: bool) -> None:
    """Show groups of one subject, the largest first. Looks for them where that was never done."""
    from lumina.engine.follow import DETECT_SUBJECTS
    from lumina.services import subjects as service

    with open_app(context) as lumina:
        due = _due(lumina, catalog_id(lumina, catalog))
    if due:
        detect_here(context, due, {}, kind=DETECT_SUBJECTS, quiet=as_json)
    with open_app(context) as lumina, lumina.store.transaction() as tx:
        most = limit or (1_000_000 if as_json else SHOWN)
        run, found, more = service.page(tx, catalog_id(lumina, catalog), limit=most)
    if as_json:
        emit_json({"run": run.id if run else None, "groups": [_group(group) for group in found]})
        return
    _print(found)
    if more:
        note(f"The first {len(found):,}; --limit shows more.")


def _due(lumina: App, only: UUID | None) -> list[UUID]:
    from lumina.store import browse, runs
    from lumina.store.runs import RunKind

    with lumina.store.transaction() as tx:
        chosen = browse.catalog_ids(tx) if only is None else [only]
        return [each for each in chosen if runs.published(tx, each, RunKind.SUBJECTS) is None]


def _group(group: ShownSubject) -> dict[str, Any]:
    return {
        "id": group.id,
        "tier": "subject",
        "similarity": group.similarity,
        "members": [
            {"id": image.id, "path": image.path, "similarity": similarity} for image, similarity in group.members
        ],
    }


def _print(found: list[ShownSubject]) -> None:
    if not found:
        emit("No images of one subject.")
    for group in found:
        emit(f"\n{len(group.members):,} images of one subject")
        rows = [[f"{similarity:.3f}", image.path] for image, similarity in group.members[:20]]
        emit(table(["alike", "path"], rows))
