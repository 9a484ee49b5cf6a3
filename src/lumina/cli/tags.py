"""`lumina tags`: what images show, and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.images_given import given_images
from lumina.cli.output import emit, emit_json, note, plain
from lumina.cli.session import app as open_app
from lumina.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lumina.services.curation import Curated
    from lumina.services.tags import TagFact
    from lumina.store import Transaction

Nodes = list[str] | None


def tags(
    context: typer.Context,
    images: Annotated[
        list[str], typer.Argument(metavar="IMAGE...", help="Numbers, paths of files, or folders for all in them.")
    ],
    add: Annotated[Nodes, typer.Option(metavar="NODE", help="They show this (name, path or number).")] = None,
    refuse: Annotated[Nodes, typer.Option(metavar="NODE", help="They do not show this, for ever.")] = None,
    forget: Annotated[Nodes, typer.Option(metavar="NODE", help="Take back what was said of this.")] = None,
    create: Annotated[bool, typer.Option("--create", help="Make nodes that are missing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show the tags of images, or tag and refuse. `lumina undo` takes it back."""
    words = [(node, yes) for nodes, yes in ((add, True), (refuse, False), (forget, None)) for node in nodes or ()]
    if words:
        _say(context, images, words, create=create, dry_run=dry_run, as_json=as_json)
        return
    if create or dry_run:
        raise BadInput("--create and --dry-run go with --add, --refuse or --forget.")
    from lumina.services import tags as service

    with open_app(context) as app, app.store.transaction() as tx:
        found = {image: service.of_image(tx, image) for image in given_images(tx, images)}
    if as_json:
        emit_json({"images": [{"image": image, "tags": plain(facts)} for image, facts in found.items()]})
        return
    for image, facts in found.items():
        emit(f"image {image}: " + ("; ".join(map(_line, facts)) if facts else "no tags"))


def _line(fact: TagFact) -> str:
    path = "/".join(fact.path)
    if fact.tag is None:
        return f"{path} (refused)" if fact.verdict and not fact.verdict.yes else f"{path} (implied)"
    if fact.tag.source == "human":
        return f"{path} (a person)"
    model = next((e.model for e in fact.evidence if e.source == fact.tag.source), "")
    return f"{path} ({fact.tag.confidence:.0%}, {model or 'file'})"


def _say(
    context: typer.Context,
    images: list[str],
    words: Sequence[tuple[str, bool | None]],
    *,
    create: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    from lumina.engine import learn
    from lumina.services import tags as service
    from lumina.services.attempt import attempt

    def say(tx: Transaction) -> list[Curated]:
        ids = given_images(tx, images)
        done = [service.say(tx, ids, node, yes, create=create and yes is True) for node, yes in words]
        for each in done:
            if each.action is not None:
                learn.noticed(tx, app.dispatcher, each.action.parameters["node"])
        return done

    with open_app(context) as app:
        done = attempt(app.store, say, dry_run=dry_run)
    if as_json:
        emit_json({"dry_run": dry_run, "done": plain(done)})
        return
    for each in done:
        if each.action is None:
            note(f"Nothing to change: all {each.images:,} are so already.")
        else:
            emit(f"{'Would have: ' if dry_run else ''}{each.action.title}")
