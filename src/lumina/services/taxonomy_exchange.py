"""The taxonomy to a text and back: what a text has more is added, nothing is taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lumina.domain import change
from lumina.domain.curation import Action, Change, Field
from lumina.domain.exchange import Branch, read_json, read_keywords, write_json, write_keywords
from lumina.domain.taxonomy import Node, Origin, folded
from lumina.errors import BadInput
from lumina.services import curation
from lumina.store import Transaction, journal, taxonomy

MOST = 100_000
"""Nodes that one text may have."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has added: nodes, and names to so many nodes that were there; no action where it was nothing."""

    action: Action | None
    added: int
    renamed: int


def exported(tx: Transaction, form: str) -> str:
    """The whole tree as a text. `form` is `json`, which keeps everything, or `keywords`."""
    branches = branches_of(taxonomy.nodes(tx))
    return write_json(branches) if form == "json" else write_keywords(branches)


def branches_of(nodes: Mapping[int, Node]) -> list[Branch]:
    """The same as branches, by name. Parents come before those below them."""
    made = {n.id: Branch(n.name, list(n.names), n.kind, n.threshold, n.key) for n in nodes.values()}
    top = [made[n.id] for n in nodes.values() if n.parent_id is None]
    for node in nodes.values():
        if node.parent_id is not None:
            made[node.parent_id].below.append(made[node.id])
    for siblings in (top, *(branch.below for branch in made.values())):
        siblings.sort(key=lambda branch: (folded(branch.name), branch.name))
    return top


def imported(tx: Transaction, text: str, form: str | None = None, *, parent: int | None = None) -> Imported:
    """Add to the tree, at the top or below `parent`, the nodes and names of a text, as one action.

    A node that is there already is told by its key, or by one of its names below the same node.

    Raises:
        BadInput: the text cannot be read, or has too many nodes. NotFound: there is no such parent.
    """
    form = form or ("json" if text.lstrip("\ufeff \t\r\n").startswith("{") and '"lumina"' in text else "keywords")
    branches = read_json(text) if form == "json" else read_keywords(text)
    taxonomy.lock_tree(tx)
    if parent is not None:
        taxonomy.get(tx, parent)
    growth = _Growth.of(taxonomy.nodes(tx))
    level = [(parent, branch) for branch in branches]
    while level:
        level = growth.add(tx, level)
    title = f"Imported {growth.added:,} node{'' if growth.added == 1 else 's'} into the taxonomy"
    changes = [Change(None, Field.NODE, state, node) for node, state in growth.states.items()]
    action = journal.perform(tx, catalog_id=None, kind="taxonomy", title=title, changes=changes)
    return Imported(curation.kept(tx, action), growth.added, len(growth.states) - growth.added)


@dataclass(slots=True)
class _Growth:
    """The tree while it grows: names that are taken below each node, and the states that nodes will have."""

    nodes: Mapping[int, Node]
    keys: dict[str, int]
    called: dict[tuple[int | None, str], int]
    states: dict[int, dict[str, Any]] = field(default_factory=dict)
    added: int = 0

    @classmethod
    def of(cls, nodes: Mapping[int, Node]) -> _Growth:
        called: dict[tuple[int | None, str], int] = {}
        for node in nodes.values():
            for _, name in node.names:
                called.setdefault((node.parent_id, folded(name)), node.id)
        called |= {(node.parent_id, folded(node.name)): node.id for node in nodes.values()}
        return cls(nodes, {node.key: node.id for node in nodes.values() if node.key is not None}, called)

    def add(self, tx: Transaction, level: Sequence[tuple[int | None, Branch]]) -> list[tuple[int | None, Branch]]:
        """Add one level, and return the next one."""
        new = {(parent, folded(b.name)): b for parent, b in reversed(level) if self._known(parent, b) is None}
        if self.added + len(new) > MOST:
            raise BadInput(f"The text has more than {MOST:,} nodes.")
        ordered = list(reversed(new.items()))
        ids = taxonomy.reserve_all(tx, [(key[0], branch.name) for key, branch in ordered], Origin.PERSON)
        for (place, branch), node in zip(ordered, ids, strict=True):
            self.called[place] = node
            self.states[node] = _state(place[0], branch)
        self.added += len(new)
        following: list[tuple[int | None, Branch]] = []
        for parent, branch in level:
            known = self._known(parent, branch)
            assert known is not None
            self._name(known, branch)
            following += [(known, child) for child in branch.below]
        return following

    def _known(self, parent: int | None, branch: Branch) -> int | None:
        if branch.key is not None and branch.key in self.keys:
            return self.keys[branch.key]
        return self.called.get((parent, folded(branch.name)))

    def _name(self, node: int, branch: Branch) -> None:
        """Give a node the names that it has not, as far as there is room."""
        before = self.states.get(node) or taxonomy.state(self.nodes[node])
        there = {tuple(pair) for pair in before["names"]}
        called = {before["name"], *(name for _, name in there)}  # a list of keywords knows no languages
        if more := {pair for pair in branch.names if pair not in there and (pair[0] or pair[1] not in called)}:
            names = sorted(there | more)[: change.MAX_NAMES]
            if names != sorted(there):
                self.states[node] = {**before, "names": [list(pair) for pair in names]}


def _state(parent: int | None, branch: Branch) -> dict[str, Any]:
    return {
        "parent": parent,
        "name": branch.name,
        "kind": branch.kind.value,
        "names": [],
        "threshold": branch.threshold,
        "removed": False,
        "merged_into": None,
    }
