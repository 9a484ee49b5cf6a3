"""Tag images and refuse tags, and tell who says what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lumina.domain.curation import Change, Field
from lumina.domain.selection import Selection
from lumina.domain.taxonomy import Evidence, Tag, Verdict
from lumina.errors import NotFound
from lumina.services import browse, curation, taxonomy, wording
from lumina.services.curation import Curated
from lumina.store import Transaction, journal, tags
from lumina.store import taxonomy as tree


@dataclass(frozen=True, slots=True)
class TagFact:
    """One node and an image: whether it holds, and who says so.

    Attributes:
        path: names from the root to the node itself.
        tag: as it holds now, None where it was refused or is implied by one below it.
        verdict: a person's word on this very node, None where nobody has spoken.
        evidence: what models and files say of this node, surest first.
    """

    node_id: int
    path: tuple[str, ...]
    tag: Tag | None
    verdict: Verdict | None
    evidence: tuple[Evidence, ...]


def of_image(tx: Transaction, image_id: int) -> list[TagFact]:
    """An image's tags, surest first, then the nodes of which a person has spoken without their being a tag.

    Raises:
        NotFound: there is no such image.
    """
    browse.image(tx, image_id)
    held = {tag.node_id: tag for tag in tags.tags_of(tx, [image_id]).get(image_id, [])}
    spoken, labels = tags.verdicts(tx, [image_id]).get(image_id, []), tags.evidence_of(tx, image_id)
    targets = tree.targets(tx, {v.node_id for v in spoken} | {label.node_id for label in labels})
    # what counts for a target comes last: the word on itself, or else the newest on a node that was merged into it
    spoken.sort(key=lambda v: (targets.get(v.node_id) == v.node_id, v.decided_at or datetime.min.replace(tzinfo=UTC)))
    words = {targets[v.node_id]: v for v in spoken if v.node_id in targets}
    said: dict[int, list[Evidence]] = {}
    for label in labels:
        if label.node_id in targets:
            said.setdefault(targets[label.node_id], []).append(label)
    about = [*held, *(node for node in words if node not in held)]
    names = tree.paths(tx, about)
    return [TagFact(n, names[n], held.get(n), words.get(n), tuple(said.get(n, ()))) for n in about]


def say(
    tx: Transaction,
    images: Sequence[int] | Selection,
    node: int | str,
    yes: bool | None,
    *,
    create: bool = False,
    kind: str | None = None,
) -> Curated:
    """Say of images that they show something, or that they do not; None takes the word back. One action.

    `node` is a number, a name or a path; with `create` a path whose node is missing is made, level by level.

    Raises:
        NotFound: there is no such node, image or catalog. Conflict: several nodes have this name.
        BadInput: there are too many images.
    """
    made: list[Change] = []
    number = _node(tx, node, made) if create and isinstance(node, str) else taxonomy.resolve(tx, node)
    tree.hold_tree(tx)
    ids, catalog = curation.chosen(tx, images)
    journal.lock(tx, ids)
    name = made[-1].value["name"] if made else tree.get(tx, number).name
    action = journal.perform(
        tx,
        catalog_id=catalog,
        kind=kind or "tag",
        title=_title(name, yes, len(ids)),
        changes=[*made, *(Change(image, Field.VERDICT, yes, number) for image in ids)],
        parameters={"node": number},
    )
    return Curated(curation.kept(tx, action), len(ids))


def _title(name: str, yes: bool | None, count: int) -> str:
    images = wording.images(count)
    if yes is None:
        return f'Took back what was said of "{name}" about {images}'
    return f'Tagged {images} "{name}"' if yes else f'Refused "{name}" for {images}'


def _node(tx: Transaction, path: str, made: list[Change]) -> int:
    """The node of a path; where it is missing, the changes that make it are added to `made`."""
    tree.lock_tree(tx)
    try:
        return taxonomy.resolve(tx, path)
    except NotFound:
        steps = tuple(taxonomy.named(step) for step in path.replace("|", "/").split("/"))
    there = tree.named_paths(tx, [steps[:n] for n in range(1, len(steps) + 1)])
    parent: int | None = None
    for n in range(1, len(steps) + 1):
        if (known := there.get(steps[:n])) is not None:
            parent = known
            continue
        change = taxonomy.new(tx, steps[n - 1], parent)
        made.append(change)
        parent = change.key
    assert parent is not None
    return parent
