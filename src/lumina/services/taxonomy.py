"""Change the tree of what can be seen, each edit as one action that can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lumina.domain import change
from lumina.domain.curation import Action, Change, Field
from lumina.domain.taxonomy import Node, NodeKind, Origin, folded
from lumina.domain.tree import Place, problem
from lumina.errors import BadInput, Conflict, NotFound
from lumina.services import curation, wording
from lumina.store import Transaction, journal, settling, taxonomy

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit came to.

    Attributes:
        node: the node that it was about, as it is now; None where it was removed.
        images: images with labels or verdicts on what was changed.
        nodes: nodes that were changed. action: None where all was so already.
        overridden: images of which people had said the opposite of the node that others were merged into: that stands.
    """

    action: Action | None
    node: Node | None
    images: int
    nodes: int
    overridden: int = 0


def resolve(tx: Transaction, given: str | int) -> int:
    """Id of the node that a person named by number, by any of its names, or by a path such as `vehicle/truck`.

    Raises:
        NotFound: there is none. Conflict: several have this name; the message lists them with their paths.
    """
    if isinstance(given, int):
        return taxonomy.get(tx, given).id
    if given.isdecimal() and len(given) < 19 and (numbered := taxonomy.nodes(tx, [int(given)])):
        return next(iter(numbered))
    found = taxonomy.find(tx, given)
    steps = [step for step in given.replace("|", "/").split("/") if step.strip()]
    if not found and len(steps) > 1:
        found = taxonomy.find(tx, steps[-1])
        found = [node for node, names in _all_names(tx, found).items() if _leads(names, steps)]
    if not found:
        raise NotFound(f"There is no node {given!r} in the taxonomy.")
    if len(found) > 1:
        listed = [f"{'/'.join(names)} ({node})" for node, names in taxonomy.paths(tx, found).items()]
        raise Conflict(f"{given!r} is ambiguous: {', '.join(sorted(listed)[:10])}. Give a path or a number.")
    return found[0]


def _all_names(tx: Transaction, ids: Sequence[int]) -> dict[int, list[set[str]]]:
    """Node -> for each level from the root down to it, all names there, folded."""
    there = taxonomy.nodes(tx, ids)
    above = taxonomy.nodes(tx, {up for node in there.values() for up in node.path})
    called = {up: {folded(name) for name in (node.name, *(n for _, n in node.names))} for up, node in above.items()}
    return {node.id: [called.get(up, set()) for up in node.path] for node in there.values()}


def _leads(levels: list[set[str]], steps: Sequence[str]) -> bool:
    """Whether the steps lead down to the node; levels between them may be left out."""
    *above, _ = [folded(step) for step in steps]
    rest = iter(levels[:-1])
    return all(any(step in names for names in rest) for step in above)


def add(
    tx: Transaction,
    name: str,
    *,
    parent: int | None = None,
    kind: NodeKind = NodeKind.CONCEPT,
    names: Sequence[Sequence[str]] = (),
) -> Edited:
    """A new node.

    Raises:
        NotFound: there is no such parent. Conflict: the parent has a node of this name. BadInput: it is no name.
    """
    taxonomy.lock_tree(tx)
    if parent is not None:
        taxonomy.get(tx, parent)
    clean = named(name)
    _check(tx, {0: {"parent": parent, "name": clean, "removed": False}})
    made = new(tx, clean, parent, kind=kind, names=names)
    return _perform(tx, f'Added "{clean}" to the taxonomy', {made.key: made.value}, made.key)


def new(
    tx: Transaction,
    name: str,
    parent: int | None,
    *,
    kind: NodeKind = NodeKind.CONCEPT,
    names: Sequence[Sequence[str]] = (),
    origin: Origin = Origin.PERSON,
) -> Change:
    """A row for a node, and the change that brings it to life. The caller holds the tree's lock, and has checked it."""
    state = {
        "parent": parent,
        "name": name,
        "kind": kind.value,
        "names": [list(pair) for pair in names],
        "threshold": None,
        "removed": False,
        "merged_into": None,
    }
    return Change(None, Field.NODE, state, taxonomy.reserve(tx, parent, name, kind, origin))


def edit(tx: Transaction, node_id: int, wanted: Mapping[str, Any]) -> Edited:
    """Give a node another name, other names beside it, another parent, kind or threshold: what `wanted` holds.

    Raises:
        NotFound: there is no such node or parent. Conflict: it would come below itself, or beside a node of its name.
        BadInput: nothing is to be changed, or a part cannot have its value.
    """
    if not wanted:
        raise BadInput("Nothing is to be changed.")
    taxonomy.lock_tree(tx)
    node = taxonomy.get(tx, node_id)
    if (parent := wanted.get("parent")) is not None:
        taxonomy.get(tx, parent)
    state = change.normal(Change(None, Field.NODE, {**taxonomy.state(node), **wanted}, node_id))
    _check(tx, {node_id: state})
    return _perform(tx, _said(tx, node, state), {node_id: state}, node_id)


def _said(tx: Transaction, node: Node, state: State) -> str:
    """The edit as a sentence."""
    before = taxonomy.state(node)
    said = []
    if state["name"] != before["name"]:
        said.append(f'renamed "{node.name}" to "{state["name"]}"')
    if state["parent"] != before["parent"]:
        where = taxonomy.get(tx, state["parent"]).name if state["parent"] is not None else None
        said.append(f'moved "{node.name}" ' + (f'below "{where}"' if where else "to the top"))
    if any(state[part] != before[part] for part in ("names", "kind", "threshold")):
        said.append(f'changed the names or settings of "{node.name}"')
    sentence = " and ".join(said) or f'changed nothing of "{node.name}"'
    return f"{sentence[0].upper()}{sentence[1:]}"


def merge(tx: Transaction, node_id: int, into: int) -> Edited:
    """Let one node stand for another as well: its images, names, and the nodes below it.

    What people have said of the node that stays stands against what they have said of the other. Nodes below the two
    that have one name are merged as well.

    Raises:
        NotFound: there is no such node. Conflict: one of the two is below the other's, in a way that cannot be merged.
        BadInput: it is one node.
    """
    taxonomy.lock_tree(tx)
    if node_id == into:
        raise BadInput("A node cannot be merged into itself.")
    there = taxonomy.nodes(tx)
    source, target = (there.get(each) or taxonomy.get(tx, each) for each in (node_id, into))
    if source.id in target.path:
        raise Conflict(f'"{target.name}" is below "{source.name}": merge it the other way round, or move it first.')
    states: dict[int, State] = {}
    _merge(there, source, target, states)
    overridden = settling.overridden(tx, {node: state["merged_into"] for node, state in states.items()})
    _check(tx, states)
    return _perform(tx, f'Merged "{source.name}" into "{target.name}"', states, into, overridden)


def _merge(there: Mapping[int, Node], source: Node, target: Node, states: dict[int, State]) -> None:
    """Collect the states that the merge brings about. Nodes on the way from target to source stay where they are."""
    kept = states.setdefault(target.id, taxonomy.state(target))
    kept["names"] = [*kept["names"], *map(list, source.names), ["", source.name]]
    if folded(source.name) == folded(target.name):
        kept["names"].pop()
    kept["names"] = list(map(list, dict.fromkeys(map(tuple, kept["names"]))))[: change.MAX_NAMES]
    states[source.id] = {**taxonomy.state(source), "removed": True, "merged_into": target.id}
    beside = {folded(n.name): n for n in there.values() if n.parent_id == target.id and n.id != source.id}
    for child in [n for n in there.values() if n.parent_id == source.id]:
        same = beside.get(folded(child.name))
        if same is None or same.id == child.id:
            states[child.id] = {**taxonomy.state(child), "parent": target.id}
        else:
            _merge(there, child, same, states)


def remove(tx: Transaction, node_id: int, *, below: bool = False) -> Edited:
    """Take a node away; nodes below it move up to its parent, or go as well with `below`.

    Raises:
        NotFound: there is no such node. Conflict: a node that would move up has the name of one that is there.
    """
    taxonomy.lock_tree(tx)
    node = taxonomy.get(tx, node_id)
    there = taxonomy.nodes(tx)
    states = {node_id: {**taxonomy.state(node), "removed": True}}
    for other in there.values():
        if below and node_id in other.path:
            states[other.id] = {**taxonomy.state(other), "removed": True}
        elif other.parent_id == node_id:
            states[other.id] = {**taxonomy.state(other), "parent": node.parent_id}
    _check(tx, states)
    more = f" and the {len(states) - 1} nodes below it" if below and len(states) > 1 else ""
    return _perform(tx, f'Removed "{node.name}"{more} from the taxonomy', states, None)


def named(name: str) -> str:
    """A node's name in the form that is kept.

    Raises:
        BadInput: it cannot be one.
    """
    try:
        return change.node_name(name)
    except ValueError as error:
        raise BadInput(f"{name!r} is no name for a node: {error}.") from None


def _check(tx: Transaction, states: Mapping[int, State]) -> None:
    """Refuse what would be no tree any more. A node that is not there yet has the number 0."""
    tree = taxonomy.places(tx)
    tree |= {node: Place(s["parent"], s["name"], live=not s["removed"]) for node, s in states.items()}
    if reason := problem(tree, states.keys()):
        raise Conflict(reason)


def _perform(
    tx: Transaction, title: str, states: Mapping[int, State], about: int | None, overridden: int = 0
) -> Edited:
    images = len(settling.touched_by(tx, states.keys()))
    changes = [Change(None, Field.NODE, state, node) for node, state in states.items()]
    said = f"{title} ({wording.images(images)})" if images else title
    action = journal.perform(tx, catalog_id=None, kind="taxonomy", title=said, changes=changes)
    node = taxonomy.get(tx, about) if about is not None else None
    return Edited(curation.kept(tx, action), node, images, len(states), overridden)
