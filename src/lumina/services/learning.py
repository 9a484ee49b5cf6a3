"""Teach the tagger: a thing or a sort of things from examples, proposed first and applied by a person's yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lumina.domain.curation import Action, Change, Field
from lumina.domain.taxonomy import Node, NodeKind, folded
from lumina.domain.work import Job
from lumina.engine import learn
from lumina.engine.dispatch import Dispatcher
from lumina.engine.training import Proposal, Trainer
from lumina.errors import BadInput, Conflict, NotFound
from lumina.services import curation, taxonomy, wording
from lumina.store import Store, Transaction, heads, journal, teaching, vectors
from lumina.store import taxonomy as tree

MOST = 2_000
"""Images that are named at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taught.

    Attributes:
        node: a number, a name or a path; one that is not there is made.
        images, refused: that show it, and that do not.
        kind: of a node that is made: an entity unless it is said. Where it is said, a node of this name and another
            kind is not taken for it.
        parent: below which it is made.
    """

    node: int | str
    images: Sequence[int] = ()
    refused: Sequence[int] = ()
    kind: NodeKind | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of it: the node, whether it was made, what was written of the examples, and the head that is proposed.

    Attributes:
        reason: why some of the examples could not be learnt from, in a sentence; None where all could.
    """

    node: Node
    created: bool
    action: Action | None
    proposal: Proposal
    reason: str | None


@dataclass(frozen=True, slots=True)
class Applied:
    """The action that undoes it, None where nothing was proposed that is not applied; and the job that tags."""

    action: Action | None
    job: Job


def teach(store: Store, trainer: Trainer, wanted: Wanted) -> Lesson:
    """Write down what a person says of the examples, train the node, and propose the result.

    Raises:
        NotFound: an image or node is not there.
        Conflict: several nodes have the name; or one has it that is of another kind than was said.
        BadInput: there is no example, an image is said to be both, or no example has a vector; nothing is written then.
    """
    _check(wanted)
    space = trainer.space()
    with store.transaction() as tx:
        node_id, made = _node(tx, wanted)
        said = {**dict.fromkeys(wanted.images, True), **dict.fromkeys(wanted.refused, False)}
        ids, catalog = curation.chosen(tx, list(said))
        before = () if made else _examples(tx, node_id)
        there, _ = vectors.load(tx, space, sorted({*wanted.images, *before}))
        if not len(there):
            raise BadInput(_none(trainer, len({*wanted.images, *before})))
        journal.lock(tx, ids)
        name = made[-1].value["name"] if made else tree.get(tx, node_id).name
        changes = [*made, *(Change(image, Field.VERDICT, yes, node_id) for image, yes in sorted(said.items()))]
        title = f'Taught "{name}" with {wording.images(len(ids))}'
        action = journal.perform(
            tx, catalog_id=catalog, kind="tag", title=title, changes=changes, parameters={"node": node_id}
        )
        kept = curation.kept(tx, action)
    proposal = trainer.propose(node_id)
    with store.transaction() as tx:
        return Lesson(tree.get(tx, node_id), bool(made), kept, proposal, _reason(trainer, proposal))


def _check(wanted: Wanted) -> None:
    if isinstance(wanted.node, str):
        for step in wanted.node.replace("|", "/").split("/"):
            taxonomy.named(step)
    if both := sorted(set(wanted.images) & set(wanted.refused)):
        raise BadInput(f"Image {both[0]} is said to show it and not to show it.")
    if len(wanted.images) + len(wanted.refused) > MOST:
        raise BadInput(f"More than {MOST:,} images at once; a few dozen are enough to begin with.")


def _node(tx: Transaction, wanted: Wanted) -> tuple[int, list[Change]]:
    """The node to be taught, and the changes that make it where it is not there."""
    tree.lock_tree(tx)
    try:
        found = _found(tx, wanted)
    except NotFound:
        if isinstance(wanted.node, int) or wanted.node.isdecimal() or not wanted.images:
            raise
        return _made(tx, wanted)
    node = tree.get(tx, found)
    if _other(tx, node, wanted) and wanted.images:
        return _made(tx, wanted)
    if not wanted.images and not _examples(tx, found):
        raise BadInput(f'There is no example of "{node.name}" yet: name at least one image that shows it.')
    return found, []


def _other(tx: Transaction, node: Node, wanted: Wanted) -> bool:
    """Whether a node that was found by name is not the one that is meant, so that a new one is to be made.

    A dog called Luna is not the moon, though that is called so in Spanish: then the kind has to be said.
    """
    if not isinstance(wanted.node, str) or wanted.node.isdecimal():
        return False
    own = folded(node.name) == folded(wanted.node.replace("|", "/").split("/")[-1])
    path = "/".join(tree.paths(tx, [node.id])[node.id])
    if wanted.kind is None and not own:
        raise Conflict(
            f'"{wanted.node}" is another name of "{node.name}" ({path}, node {node.id}): give that number, or say'
            " whether the new one is an entity (one thing) or a concept (a sort of things)."
        )
    if wanted.kind is None or wanted.kind is node.kind:
        return False
    if own:
        raise Conflict(
            f'"{node.name}" is {_KIND[node.kind]} already ({path}, node {node.id}): give the new one another name, or a'
            " parent that has no node of this name."
        )
    return True


_KIND = {NodeKind.CONCEPT: "a sort of things", NodeKind.ENTITY: "one thing"}


def _found(tx: Transaction, wanted: Wanted) -> int:
    if wanted.parent is None or isinstance(wanted.node, int):
        return taxonomy.resolve(tx, wanted.node)
    tree.get(tx, wanted.parent)
    below = tree.children_called(tx, [(wanted.parent, wanted.node)])
    if not below:
        raise NotFound(f"There is no node {wanted.node!r} there.")
    return below[0]


def _made(tx: Transaction, wanted: Wanted) -> tuple[int, list[Change]]:
    kind = wanted.kind or NodeKind.ENTITY
    *above, name = [taxonomy.named(step) for step in str(wanted.node).replace("|", "/").split("/")]
    parent = wanted.parent if not above else taxonomy.resolve(tx, "/".join(above))
    change = taxonomy.new(tx, name, parent, kind=kind)
    return change.key, [change]


def _examples(tx: Transaction, node_id: int) -> tuple[int, ...]:
    return teaching.examples(tx, node_id).yes


def _none(trainer: Trainer, count: int) -> str:
    waiting = trainer.recognisers.models.waiting(trainer.model)
    why = waiting or f"the stage embed:{trainer.model} has not come to them"
    if not count:
        return "There is no example: name at least one image that shows it."
    return f"None of the {wording.images(count)} has a vector of {trainer.model} yet, so nothing can be learnt: {why}."


def _reason(trainer: Trainer, proposal: Proposal) -> str | None:
    if not proposal.without:
        return None
    waiting = trainer.recognisers.models.waiting(trainer.model)
    why = waiting or f"the stage embed:{trainer.model} has not come to them, or failed"
    return f"{wording.images(len(proposal.without))} could not be learnt from, since they have no vector: {why}."


def proposed(store: Store, trainer: Trainer, node: int | str) -> tuple[Node, Proposal]:
    """What waits for a person at a node, with what it would change now.

    Raises:
        NotFound: there is no such node, or nothing is proposed for it.
    """
    with store.transaction() as tx:
        found = tree.get(tx, taxonomy.resolve(tx, node))
        head = heads.proposal(tx, found.id)
        said = teaching.examples(tx, found.id)
    space = trainer.space()
    if head is None or head.space_id != space.id:
        raise NotFound(f'Nothing is proposed for "{found.name}".')
    return found, Proposal(head, trainer.preview(head, space), said, ())


def apply(tx: Transaction, dispatcher: Dispatcher, node: int | str, *, seen: datetime | None = None) -> Applied:
    """Let what is proposed for a node hold: one action that can be undone, and a job that tags by it.

    Args:
        tx: the transaction.
        dispatcher: of messages.
        node: a number, a name or a path.
        seen: when the head that a person has looked at was trained, to the millisecond.

    Raises:
        NotFound: there is no such node, or nothing is proposed for it.
        Conflict: what is proposed now was trained after `seen`: a person has not seen what it would change.
    """
    tree.lock_tree(tx)
    found = tree.get(tx, taxonomy.resolve(tx, node))
    head = heads.proposal(tx, found.id)
    if head is None:
        raise NotFound(f'Nothing is proposed for "{found.name}".')
    if seen is not None and head.trained_at is not None and abs(head.trained_at - _aware(seen)) >= _TICK:
        raise Conflict(f'"{found.name}" was trained anew meanwhile: look again at what would change.')
    action = journal.perform(
        tx,
        catalog_id=None,
        kind="learn",
        title=f'Let "{found.name}" be recognised as it was taught',
        changes=[Change(None, Field.HEAD, head.revision, found.id)],
        parameters={"node": found.id, "revision": head.revision},
    )
    return Applied(curation.kept(tx, action), learn.start(tx, dispatcher, found.id))


_TICK = timedelta(milliseconds=1)
"""The API tells times so exactly."""


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def forget(tx: Transaction, node: int | str) -> None:
    """Drop what is proposed for a node; what was said of images stays.

    Raises:
        NotFound: there is no such node, or nothing is proposed for it.
    """
    found = tree.get(tx, taxonomy.resolve(tx, node))
    if not heads.discard(tx, found.id):
        raise NotFound(f'Nothing is proposed for "{found.name}".')
