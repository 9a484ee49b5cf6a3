"""A query as SQL: what can be asked of the index of words, and everything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lumina.domain.query import Query
from lumina.domain.terms import And, Choice, Filter, Node, Not, Or, every, leaves
from lumina.store import estimates, filters, implied, tsqueries
from lumina.store.database import Transaction
from lumina.store.estimates import Estimate
from lumina.store.filters import Names, Values
from lumina.store.implied import Implied

SHOWN = "i.shown"
_ARCHIVED = Choice("archived")


@dataclass(slots=True)
class Wanted:
    """A query, taken apart; all of it on the alias `i`.

    Attributes:
        standing: which images there are at all.
        words: SQL of a tsquery that all have to match; None without.
        narrow: the same, narrower by what the filters imply.
        estimate: of what matches `narrow`.
        dates: the days that are asked for. rest: everything else that has to hold.
        step: the same as `rest`, for images that are looked up one after the other.
        implied: what the filters imply about documents. wholly: each of them implies something.
    """

    standing: str
    words: str | None
    narrow: str | None
    estimate: Estimate | None
    dates: list[str]
    rest: list[str]
    step: list[str]
    values: Values
    implied: list[Implied]
    wholly: bool

    @property
    def filters(self) -> str:
        """All but the words."""
        return " AND ".join([self.standing, *self.dates, *self.rest])

    @property
    def facts(self) -> list[Implied]:
        """Those of the implied that only documents tell quickly."""
        return [each for each in self.implied if each.is_fact]

    @property
    def joined(self) -> str:
        """A join with the documents that match, as `d`; empty where there are no words."""
        return (
            "" if self.narrow is None else f"JOIN search_document d ON d.image_id = i.id AND d.words @@ {self.narrow}"
        )

    @property
    def by_number(self) -> str | None:
        """What has to hold of documents (as `i`); None where some of it asks for more of an image than its id."""
        rest = [_ID.sub("i.image_id", term) for term in self.rest]
        if self.narrow is None or any(_OTHERS.search(term) for term in rest):
            return None
        return " AND ".join([f"i.words @@ {self.narrow}", *self.dates, *rest])


_ID = re.compile(r"\bi\.id\b")
_OTHERS = re.compile(r"\bi\.(?!image_id\b)")


def read(tx: Transaction, query: Query, names: Names | None = None) -> Wanted:
    """The SQL of a query; `names`: what was looked up for its filters before.

    Raises:
        BadQuery: it names a town that there is not.
    """
    compiler = _Compiler(tx, Values(names), tsqueries.stems(tx, query.root))
    words, others = _parted(query.root)
    dates = [compiler.sql(node) for node in others if _is_date(node)]
    rest = [compiler.outermost(node) for node in _undated(others)]
    step = [compiler.step(node) or sql for node, sql in zip(_undated(others), rest, strict=True)]
    by_filter = [implied.by(node) if isinstance(node, Filter) else () for node in others]
    narrower = [*(each for found in by_filter for each in found), *compiler.values.implied]
    told = (compiler.values, narrower, all(by_filter))
    if words is None:
        return Wanted(_standing(query), None, None, None, dates, rest, step, *told)
    text = tsqueries.tsquery(words, compiler.stems)
    return Wanted(
        _standing(query),
        compiler.cast(text),
        compiler.cast(implied.together(narrower, text)),
        estimates.of_words(tx, words, compiler.stems, narrower),
        dates,
        rest,
        step,
        *told,
    )


def _undated(nodes: list[Node]) -> list[Node]:
    return [node for node in nodes if not _is_date(node)]


def _is_date(node: Node) -> bool:
    return isinstance(node, Filter) and node.field == "date"


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

    def cast(self, text: str) -> str:
        return self.values.cast(text)

    def step(self, node: Node) -> str | None:
        return filters.image_by_image(node, self.values) if isinstance(node, Filter) else None

    def outermost(self, node: Node) -> str:
        """Only what holds for all images implies anything about them."""
        before = len(self.values.implied)
        sql = self.sql(node)
        if not isinstance(node, Filter):
            del self.values.implied[before:]
        return sql

    def sql(self, node: Node) -> str:
        if isinstance(node, Filter):
            return filters.condition(self.tx, node, self.values)
        if tsqueries.is_words(node):
            words = self.cast(tsqueries.tsquery(node, self.stems))
            return f"EXISTS (SELECT FROM search_document d WHERE d.image_id = i.id AND d.words @@ {words})"
        if isinstance(node, Not):
            return f"NOT ({self.sql(node.node)})"
        if isinstance(node, Or):
            return f"({' OR '.join(self.sql(part) for part in node.nodes)})"
        assert isinstance(node, And), "words alone were dealt with"
        return f"({' AND '.join(self.sql(part) for part in tsqueries.needed(node.nodes))})"
