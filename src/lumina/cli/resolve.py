"""`lumina duplicates resolve`: keep the best of each group, and let the others go out of sight."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lumina.cli.detect import see_through
from lumina.cli.output import emit, emit_json, note, plain, table
from lumina.cli.session import app as open_app
from lumina.cli.session import catalog_id

if TYPE_CHECKING:
    from uuid import UUID

    from lumina.bootstrap import App
    from lumina.domain.card import ImageCard
    from lumina.domain.resolution import Plan, Wish
    from lumina.domain.work import Job

SHOWN = 50
"""Images on the terminal."""


def resolve(
    context: typer.Context,
    policy: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, readable=True, help="Rules, instead of the catalog's own."),
    ] = None,
    action: Annotated[
        Literal["hide", "trash"] | None,
        typer.Option(help="hide: files stay where they are; trash: they go to Lumina's (setting vault_writable)."),
    ] = None,
    tier: Annotated[
        list[str] | None,
        typer.Option(metavar="bytes|pixels|picture", help="Only copies that are so sure; may be repeated."),
    ] = None,
    group: Annotated[list[int] | None, typer.Option(help="Only this group; may be repeated.")] = None,
    catalog: Annotated[str | None, typer.Option(help="Only this catalog (name or id).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say exactly what would happen.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Keep the best of each group of copies; the others are hidden, or their files go to Lumina's trash.

    Nothing is deleted, and `lumina undo` takes all of it back. What is too close to call stays.
    """
    text = _text(policy)
    with open_app(context) as lumina:
        wishes = [_wish(each, text, action, tier, group) for each in _catalogs(lumina, catalog)]
        plans = [_plan(lumina, wish) for wish in wishes]
        shown = [_document(lumina, plan, everything=as_json) for plan in plans]
    if not dry_run:
        due = [wish for wish, plan in zip(wishes, plans, strict=True) if plan.steps]
        jobs = see_through(context, lambda app: [_begin(app, wish) for wish in due], quiet=as_json) if due else []
        _report(shown, jobs, as_json=as_json)
        raise typer.Exit(_code(jobs))
    if as_json:
        emit_json({"dry_run": True, "plans": shown})
    else:
        for each in shown:
            _print(each)


def _text(policy: Path | None) -> str | None:
    from lumina.errors import BadInput

    if policy is None:
        return None
    try:
        return policy.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{policy} cannot be read: {error}") from None


def _catalogs(lumina: App, given: str | None) -> list[UUID]:
    """The catalog that was named, or all in which copies were looked for."""
    from lumina.errors import BadInput
    from lumina.store import browse, runs
    from lumina.store.runs import RunKind

    only = catalog_id(lumina, given)
    if only is not None:
        return [only]
    with lumina.store.transaction() as tx:
        found = [each for each in browse.catalog_ids(tx) if runs.published(tx, each, RunKind.DUPLICATES)]
    if not found:
        raise BadInput("Copies were not looked for yet: `lumina duplicates` does.")
    return found


def _wish(
    catalog: UUID, policy: str | None, action: str | None, tiers: list[str] | None, groups: list[int] | None
) -> Wish:
    from lumina.domain.resolution import Wish
    from lumina.errors import BadInput
    from lumina.services.resolution import TIERS

    for tier in tiers or ():
        if tier not in TIERS:
            raise BadInput(f"--tier {tier}: there is no such tier; known are {', '.join(TIERS)}.")
    return Wish(
        catalog,
        groups=tuple(dict.fromkeys(groups)) if groups else None,
        policy=policy,
        action=action,
        tiers=tuple(TIERS[tier] for tier in tiers) if tiers else None,
    )


def _plan(lumina: App, wish: Wish) -> Plan:
    from lumina.services import resolution

    return resolution.plan(lumina.store, wish, writable=lumina.settings.vault_writable)


def _begin(lumina: App, wish: Wish) -> Job:
    from lumina.services import resolution

    return resolution.resolve(lumina.store, lumina.dispatcher, wish, writable=lumina.settings.vault_writable)[0]


def _document(lumina: App, plan: Plan, *, everything: bool) -> dict[str, Any]:
    from lumina.store import cards

    steps = plan.steps if everything else plan.steps[:SHOWN]
    refused = plan.refused if everything else plan.refused[:SHOWN]
    images = {image for step in steps for image in (step.image_id, step.keeper_id)}
    with lumina.store.transaction() as tx:
        known = cards.cards(tx, images | {each.image_id for each in refused})
    return {
        "digest": plan.digest,
        "run": plan.run,
        "groups": plan.groups,
        "leaving": len(plan.steps),
        "size": plan.size,
        "freed": plan.freed,
        "kept": plan.kept,
        "undecided": plan.undecided,
        "notes": plan.notes,
        "actions": [
            {
                "group": step.group,
                "operation": step.operation,
                "tier": step.tier.word,
                "path": _path(known, step.image_id),
                "keeper": _path(known, step.keeper_id),
                "merged": step.merged,
                "reasons": step.reasons,
            }
            for step in steps
        ],
        "refused": [
            {"group": each.group, "path": _path(known, each.image_id), "reason": each.reason} for each in refused
        ],
    }


def _path(known: dict[int, ImageCard], image_id: int) -> str | None:
    return known[image_id].path if image_id in known else None


def _print(plan: dict[str, Any]) -> None:
    rows = [[a["operation"], a["path"], a["keeper"], "; ".join(a["reasons"][:1])] for a in plan["actions"]]
    if rows:
        emit(table(["", "copy", "kept", "because"], rows))
    if (more := plan["leaving"] - len(rows)) > 0:
        emit(f"... and {more:,} more; --json lists all.")
    emit(f"{plan['leaving']:,} images of {plan['groups']:,} groups would leave ({plan['size'] / 1e6:,.1f} MB).")
    for each in plan["refused"]:
        note(f"stays: {each['path']}: {each['reason']}")
    if plan["undecided"]:
        emit(f"{plan['undecided']:,} groups are too close to call and stay for you to decide.")
    for line in plan["notes"]:
        note(line)


def _report(shown: list[dict[str, Any]], jobs: list[Job], *, as_json: bool) -> None:
    if as_json:
        emit_json({"dry_run": False, "plans": shown, "jobs": plain(jobs)})
        return
    for plan in shown:
        if plan["undecided"]:
            emit(f"{plan['undecided']:,} groups are too close to call and stay for you to decide.")
        for line in plan["notes"]:
            note(line)
    for job in jobs:
        emit(
            f"{job.result.get('message', job.state.value)}. `lumina undo {job.result.get('action', '')}` takes it back."
        )
        for each in job.result.get("refused", ())[:SHOWN]:
            note(f"stays: {each['path']}: {each['reason']}")
    if not jobs:
        emit("Nothing was resolved.")


def _code(jobs: list[Job]) -> int:
    """3 where some images had to stay, 1 where a job did not come to its end."""
    if any(job.state != "SUCCESS" for job in jobs):
        return 1
    return 3 if any(job.failed for job in jobs) else 0
