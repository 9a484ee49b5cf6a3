"""A query as SQL: what can be asked of the index of words, and everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lumina.domain.query import Query
from lumina.domain.terms import And, Choice, Filter, Node, Not, Or, every, leaves
from lumina.store import estimates, filters, tsqueries
from lumina.store.database import Transaction
from lumina.store.filters import Values

SHOWN = "i.shown"
_ARCHIVED = Choice("archived")


@dataclass(slots=True)
class Wanted:
    """A query, taken apart.

    Attributes:
        words: SQL of a tsquery that all images have to match; None without.
        most: images that match it, about and at most.
        rest: SQL of everything else that has to hold.
    """

    standing: str
    words: str | None
    most: int | None
    rest: list[str]
    values: Values

    @property
    def filters(self) -> str:
        """All but the words, on the alias `i`."""
        return " AND ".join([self.standing, *self.rest])

    @property
    def joined(self) -> str:
        """A join of `i` with the documents that match, as `d`; empty where there are no words."""
        on = f"d.image_id = i.id AND d.words @@ {self.words}"
        return "" if self.words is None else f"JOIN search_document d ON {on}"

    @property
    def looked_up(self) -> str:
        """Everything, on the alias `i`: for each image its document is looked up."""
        found = f"(SELECT d.words @@ {self.words} FROM search_document d WHERE d.image_id = i.id)"
        return " AND ".join([self.standing, *([] if self.words is None else [found]), *self.rest])


def read(tx: Transaction, query: Query) -> Wanted:
    """The SQL of a query.

    Raises:
        BadQuery: it names a town that there is not.
    """
    compiler = _Compiler(tx, Values(), tsqueries.stems(tx, query.root))
    words, others = _parted(query.root)
    rest = [compiler.sql(node) for node in others]
    if words is None:
        return Wanted(_standing(query), None, None, rest, compiler.values)
    most = estimates.most(tx, words, compiler.stems)
    return Wanted(_standing(query), compiler.tsquery(words), most, rest, compiler.values)


def _standing(query: Query) -> str:
    """Archived images are found where they are asked for; what is in the trash, hidden or missing never is."""
    for leaf, _ in leaves(query.root):
        if isinstance(leaf, Filter) and leaf.field == "is" and leaf.value == _ARCHIVED:
            return "i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden"
    return SHOWN


def _parted(root: Node | None) -> tuple[Node | None, list[Node]]:
    """What can be asked of the index of words at once, and the rest; all of it has to hold."""
    if root is None:
        return None, []
    nodes = tsqueries.needed(root.nodes) if isinstance(root, And) else (root,)
    plain = [node for node in nodes if tsqueries.is_words(node)]
    if not plain:
        return None, list(nodes)
    unwanted = [node for node in nodes if isinstance(node, Not) and tsqueries.is_words(node.node)]
    rest = [node for node in nodes if node not in plain and node not in unwanted]
    return every([*plain, *unwanted]), rest


class _Compiler:
    def __init__(self, tx: Transaction, values: Values, stems: Mapping[str, str]) -> None:
        self.tx = tx
        self.values = values
        self.stems = stems

    def tsquery(self, node: Node) -> str:
        return f"CAST({self.values.add(tsqueries.tsquery(node, self.stems))} AS tsquery)"

    def sql(self, node: Node) -> str:
        if isinstance(node, Filter):
            return filters.condition(self.tx, node, self.values)
        if tsqueries.is_words(node):
            words = self.tsquery(node)
            return f"EXISTS (SELECT FROM search_document d WHERE d.image_id = i.id AND d.words @@ {words})"
        if isinstance(node, Not):
            return f"NOT ({self.sql(node.node)})"
        if isinstance(node, Or):
            return f"({' OR '.join(self.sql(part) for part in node.nodes)})"
        assert isinstance(node, And), "words alone were dealt with"
        return f"({' AND '.join(self.sql(part) for part in tsqueries.needed(node.nodes))})"
