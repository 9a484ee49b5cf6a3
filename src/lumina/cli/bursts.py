"""`lumina bursts`: sequences of frames, and the best frame of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lumina.cli.detect import detect_here
from lumina.cli.output import emit, emit_json, note, table
from lumina.cli.session import app as open_app
from lumina.cli.session import catalog_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from lumina.bootstrap import App
    from lumina.domain.bursts import BurstSummary, ShownBurst

PAGE = 200
SHOWN = 50
"""Sequences on the terminal, where nothing else is asked for."""
KindName = Literal["burst", "bracket", "panorama", "hdr", "timelapse"]
WORDS = {
    "burst": "Burst",
    "bracket": "Bracket",
    "panorama": "Panorama",
    "hdr": "HDR pair",
    "timelapse": "Time-lapse",
}


def bursts(
    context: typer.Context,
    catalog: Annotated[str | None, typer.Option(help="Only this catalog (name or id).")] = None,
    kind: Annotated[KindName | None, typer.Option(help="Only sequences of this kind.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; with --json all.")] = None,
    keep_best: Annotated[
        bool, typer.Option("--keep-best", help="Pick the best frame of each burst not yet decided, reject the rest.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what --keep-best would do.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show bursts, brackets and panoramas, newest first. Looks for them where that was never done."""
    with open_app(context) as app:
        due = _due(app, catalog_id(app, catalog))
    if due:
        detect_here(context, due, {}, kind="detect-bursts", quiet=as_json)
    with open_app(context) as app:
        only = catalog_id(app, catalog)
        if keep_best or dry_run:
            _keep(app, only, dry_run=dry_run, as_json=as_json)
            return
        found = list(every(app, only, kind, limit or (None if as_json else SHOWN)))
        summary = _summary(app, only, kind)
    if as_json:
        emit_json({"bursts": [row(each) for each in found]})
    else:
        _print(summary, found)


def every(app: App, only: UUID | None, kind: KindName | None = None, limit: int | None = None) -> Iterator[ShownBurst]:
    """The sequences of one catalog or of all, newest first."""
    from lumina.domain.bursts import SequenceKind
    from lumina.services import bursts as service

    after, left = None, limit
    while left is None or left > 0:
        with app.store.transaction() as tx:
            wanted = SequenceKind(kind) if kind else None
            page = service.page(tx, only, wanted, after=after, limit=min(left or PAGE, PAGE))
        yield from page.items
        left = None if left is None else left - len(page.items)
        if page.next is None:
            return
        after = page.next


def row(found: ShownBurst) -> dict[str, Any]:
    """A sequence as `--json` prints it."""
    paths = {member.image.id: member.image.path for member in found.members}
    return {
        "id": found.id,
        "kind": found.kind.value,
        "best": paths[found.best],
        "started_at": found.started_at,
        "seconds": found.seconds,
        "camera": found.camera,
        "reasons": found.reasons,
        "members": [
            {
                "id": member.image.id,
                "path": member.image.path,
                "root": member.image.root,
                "relative": member.image.relative,
                "score": member.score,
                "flag": member.image.flag,
                "reasons": member.reasons,
            }
            for member in found.members
        ],
    }


def _due(app: App, only: UUID | None) -> list[UUID]:
    """Catalogs in which nobody has looked yet."""
    from lumina.store import browse, burst_list

    with app.store.transaction() as tx:
        chosen = browse.catalog_ids(tx) if only is None else [only]
        looked = {run.catalog_id for run in burst_list.runs(tx, chosen)}
    return [each for each in chosen if each not in looked]


def _summary(app: App, only: UUID | None, kind: KindName | None) -> BurstSummary:
    from lumina.domain.bursts import SequenceKind
    from lumina.services import bursts as service

    with app.store.transaction() as tx:
        return service.page(tx, only, SequenceKind(kind) if kind else None, limit=1).summary


def _keep(app: App, only: UUID | None, *, dry_run: bool, as_json: bool) -> None:
    from lumina.services import bursts as service
    from lumina.store import burst_list

    with app.store.transaction() as tx:
        rows = service.plan(tx, only)
        images = sum(map(len, burst_list.members(tx, rows).values()))
        action = None if dry_run or not rows else service.keep_best(tx, only, [each.id for each in rows]).action
    number = action.id if action else None
    if as_json:
        emit_json({"dry_run": dry_run, "bursts": len(rows), "rejected": images - len(rows), "action": number})
    elif not rows:
        emit("No burst is left to decide about.")
    elif dry_run:
        emit(f"{len(rows):,} bursts: picks {len(rows):,} images and rejects {images - len(rows):,}.")
    elif action:
        emit(f"{action.title}. `lumina undo {action.id}` takes it back.")


def _print(summary: BurstSummary, found: Sequence[ShownBurst]) -> None:
    if not found:
        emit("No bursts.")
        return
    for each in found:
        best = next(member for member in each.members if member.image.id == each.best)
        where = f", {each.camera}" if each.camera else ""
        emit(f"\n{WORDS[each.kind.value]} of {each.started_at:%Y-%m-%d %H:%M:%S}{where}: {each.reasons[0]}")
        rows = [_line(each, member is best, at) for at, member in enumerate(each.members[:20])]
        emit(table(["", "score", "path", "because"], rows))
        if (more := len(each.members) - 20) > 0:
            emit(f"... and {more:,} more")
    word = "sequence" if summary.bursts == 1 else "sequences"
    emit(f"\n{summary.bursts:,} {word}, {summary.images:,} images")
    if summary.bursts > len(found):
        note(f"The first {len(found):,}; --limit shows more.")


def _line(found: ShownBurst, is_best: bool, at: int) -> list[object]:
    member = found.members[at]
    culled = found.kind.value == "burst"
    words = found.reasons[1:] if is_best else member.reasons
    mark = member.image.flag or ("best" if is_best and culled else "")
    return [mark, f"{member.score:.1f}" if culled else "", member.image.path, "; ".join(words[:2])]
