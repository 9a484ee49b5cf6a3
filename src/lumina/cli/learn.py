"""`lumina learn`: teach a name by examples."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lumina.cli.detect import see_through
from lumina.cli.images_given import given_images
from lumina.cli.output import emit, emit_json, note, plain
from lumina.cli.session import app as open_app
from lumina.cli.session import node_id
from lumina.errors import Unavailable

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from lumina.domain.work import Job
    from lumina.services.learning import Lesson

Files = list[str] | None


class Kind(StrEnum):
    """What a new name is of."""

    ENTITY = "entity"
    CONCEPT = "concept"


def learn(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name, path or number; a new name becomes a node.")],
    images: Annotated[
        Files, typer.Argument(metavar="[IMAGE]...", help="That show it: numbers, paths of files, or folders.")
    ] = None,
    no: Annotated[Files, typer.Option("--no", metavar="IMAGE", help="That do not show it; may be repeated.")] = None,
    kind: Annotated[
        Kind | None, typer.Option(help="Of a new name: entity (one dog) unless it is a concept (dogs).")
    ] = None,
    parent: Annotated[str | None, typer.Option(metavar="NODE", help="Below which a new name comes.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Tag by it at once; `lumina undo` takes it back.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Teach a name by examples, and say what it would change. Nothing is tagged by it without --apply."""
    from lumina.domain.taxonomy import NodeKind
    from lumina.services import learning

    with open_app(context) as app:
        with app.store.transaction() as tx:
            yes, refused = given_images(tx, images or []), given_images(tx, no or [])
        wanted = learning.Wanted(
            name, yes, refused, None if kind is None else NodeKind(kind.value), node_id(app, parent)
        )
        lesson = learning.teach(app.store, app.trainer, wanted)
    job = _apply(context, lesson.node.id, quiet=as_json) if apply else None
    if as_json:
        emit_json(_document(lesson, job))
    else:
        _print(lesson, job)


def _apply(context: typer.Context, node: int, *, quiet: bool) -> Job:
    from lumina.services import learning

    def request(app: App) -> list[Job]:
        with app.store.transaction() as tx:
            return [learning.apply(tx, app.dispatcher, node).job]

    done = see_through(context, request, quiet=quiet)
    if not done or done[0].state != "SUCCESS":
        why = done[0].result.get("message", done[0].state.value) if done else "it was stopped"
        raise Unavailable(f"It was learnt, but not all images have been tagged by it: {why}")
    return done[0]


def _document(lesson: Lesson, job: Job | None) -> dict[str, Any]:
    proposal = lesson.proposal
    return {
        "node": lesson.node.id,
        "name": lesson.node.name,
        "created": lesson.created,
        "examples": {
            "yes": list(proposal.examples.yes),
            "no": list(proposal.examples.no),
            "without_vector": list(proposal.without),
            "reason": lesson.reason,
        },
        "head": {
            "kind": proposal.head.kind.value,
            "revision": proposal.head.revision,
            "threshold": proposal.head.threshold,
            "figures": plain(proposal.head.figures),
        },
        "preview": plain(proposal.preview),
        "applied": job is not None,
        "job": None if job is None else str(job.id),
    }


def _print(lesson: Lesson, job: Job | None) -> None:
    proposal, preview = lesson.proposal, lesson.proposal.preview
    made = " (new)" if lesson.created else ""
    said = f"{len(proposal.examples.yes):,} examples, {len(proposal.examples.no):,} counterexamples"
    emit(f'"{lesson.node.name}"{made}: node {lesson.node.id}, {said}, learnt by {proposal.head.kind.value}.')
    if lesson.reason:
        note(lesson.reason)
    about = "about " if preview.estimated else ""
    if job is not None:
        emit(f"Applied: {job.result.get('message', '')}. `lumina undo` takes it back.")
        return
    emit(f"It would add {about}{preview.adds:,} images and remove {preview.removes:,}.")
    if preview.added:
        emit(f"Surest to be added: {', '.join(map(str, preview.added))}")
    emit(f"To apply it: lumina learn {lesson.node.id} --apply")
