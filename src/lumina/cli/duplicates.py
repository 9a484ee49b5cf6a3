"""`lumina duplicates`: groups of copies."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lumina.cli import bursts, subjects
from lumina.cli.detect import detect_here
from lumina.cli.output import emit, emit_json, note, table
from lumina.cli.resolve import resolve
from lumina.cli.session import app as open_app
from lumina.cli.session import catalog_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from lumina.bootstrap import App
    from lumina.domain.copies import CopyFilter, CopyGroup, CopySummary, Member, PublishedRun

app = typer.Typer(help="Copies of pictures: show them, resolve them.", no_args_is_help=False)
app.command()(resolve)
TRIES = 3
SHOWN = 50
"""Groups on the terminal, where nothing else is asked for."""
TierName = Literal["bytes", "pixels", "picture", "subject"]


@app.callback(invoke_without_command=True)
def duplicates(
    context: typer.Context,
    threshold: Annotated[
        int | None, typer.Option(help="Look again, by this similarity_threshold (bits of dhash, 0-16).")
    ] = None,
    catalog: Annotated[str | None, typer.Option(help="Only this catalog (name or id).")] = None,
    tier: Annotated[
        TierName | None, typer.Option(help="Only groups of this tier; subject: no copies, but near by looks.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many groups; with --json all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show groups of copies, those first that take up the most space. Looks for them where that was never done."""
    if context.invoked_subcommand is not None:
        return
    if tier == "subject":
        subjects.subjects(context, catalog, limit, as_json=as_json)
        return
    from lumina.services import duplicates as service

    _look(context, catalog, threshold, quiet=as_json)
    with open_app(context) as lumina:
        only = catalog_id(lumina, catalog)
        runs, summary = _overview(lumina, only, _filter(tier))
        most = limit or (None if as_json else SHOWN)
        sequences = list(bursts.every(lumina, only)) if as_json else []
        found = list(islice(service.every(lumina.store, only, _filter(tier)), most or summary.groups))
    if as_json:
        emit_json({**_document(runs, found), "bursts": [bursts.row(each) for each in sequences]})
    else:
        _print(summary, found)


def _look(context: typer.Context, catalog: str | None, threshold: int | None, *, quiet: bool) -> None:
    """Search where that is due; once more where one by another threshold was under way."""
    parameters = {} if threshold is None else {"similarity_threshold": threshold}
    for _ in range(TRIES):
        with open_app(context) as lumina:
            due = _due(lumina, catalog_id(lumina, catalog), threshold)
        if not due:
            return
        detect_here(context, due, parameters, quiet=quiet)


def _filter(tier: TierName | None) -> CopyFilter:
    from lumina.domain.copies import CopyFilter
    from lumina.domain.duplicates import Tier

    return CopyFilter(Tier[tier.upper()] if tier else None)


def _due(lumina: App, only: UUID | None, threshold: int | None) -> list[UUID]:
    """Catalogs in which nobody has looked yet, or not by this threshold.

    Raises:
        BadInput: the threshold is not possible for one of them.
    """
    from lumina.domain.duplicates import check_threshold
    from lumina.store import browse, duplicates, features

    with lumina.store.transaction() as tx:
        chosen = browse.catalog_ids(tx) if only is None else [only]
        if threshold is not None:
            largest = max((features.count_images(tx, each) for each in chosen), default=0)
            check_threshold(threshold, largest)
        published = {run.catalog_id: run.threshold for run in duplicates.published(tx, chosen)}
    return [each for each in chosen if each not in published or threshold not in (None, published[each])]


def _overview(lumina: App, only: UUID | None, wanted: CopyFilter) -> tuple[list[PublishedRun], CopySummary]:
    from lumina.store import browse, duplicates

    with lumina.store.transaction() as tx:
        chosen = browse.catalog_ids(tx) if only is None else [only]
        return duplicates.published(tx, chosen), duplicates.summary(tx, chosen, wanted)


def _document(runs: Sequence[PublishedRun], found: Sequence[CopyGroup]) -> dict[str, Any]:
    """What `--json` prints. `run` and `threshold` are those of the first run; `runs` has one for each catalog."""
    return {
        "run": runs[0].id if runs else None,
        "threshold": runs[0].threshold if runs else None,
        "runs": [
            {"catalog": run.catalog_id, "run": run.id, "threshold": run.threshold, "capped": run.capped} for run in runs
        ],
        "groups": [_group(group) for group in found],
    }


def _group(group: CopyGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "tier": group.tier.word,
        "keeper": group.members[0].image.path,
        "decided": group.decided,
        "margin": group.margin,
        "gain": group.gain,
        "similarity": group.similarity,
        "reasons": group.reasons,
        "members": [_member(member) for member in group.members],
    }


def _member(member: Member) -> dict[str, Any]:
    return {
        "id": member.image.id,
        "path": member.image.path,
        "root": member.image.root,
        "relative": member.image.relative,
        "tier": member.tier.word,
        "distance": member.distance,
        "similarity": member.similarity,
        "relation": member.relation.name.lower(),
        "score": member.score,
        "size": member.image.size,
        "reasons": member.reasons,
    }


def _print(summary: CopySummary, found: Sequence[CopyGroup]) -> None:
    if not found:
        emit("No copies.")
        return
    for group in found:
        open_ = "" if group.decided else ", too close to call"
        emit(f"\n{len(group.members):,} copies ({group.tier.word}), {_bytes(group.gain)} to gain{open_}")
        rows = [_row(member, "keep" if at == 0 else "") for at, member in enumerate(group.members[:20])]
        emit(table(["", "tier", "alike", "score", "path", "because"], rows))
        if (more := len(group.members) - 20) > 0:
            emit(f"... and {more:,} more")
    emit(f"\n{summary.groups:,} groups, {summary.images:,} images, {_bytes(summary.gain)} to gain")
    if summary.groups > len(found):
        note(f"The first {len(found):,}; --limit shows more.")


def _row(member: Member, mark: str) -> list[object]:
    alike = "" if member.similarity is None else f"{member.similarity:.3f}"
    score = "" if member.score is None else f"{member.score:.1f}"
    return [mark, member.tier.word, alike, score, member.image.path, "; ".join(member.reasons[:2])]


def _bytes(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"
