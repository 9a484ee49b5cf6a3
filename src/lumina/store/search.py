"""Searching by words and filters: which images, in which order, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lumina.domain.found import After, Found, Hit
from lumina.domain.query import Query
from lumina.domain.terms import And, Choice, Filter, Node, Not, Or, every, leaves
from lumina.store import filters, tsqueries
from lumina.store.database import Transaction
from lumina.store.filters import Values
from lumina.store.selection import Condition

RANKED = 3_000
"""Where more images may match, they come newest first: ranking all of them would take too long."""
_WEIGHTS = "'{0.1, 0.2, 0.4, 1.0}'"


def condition(tx: Transaction, query: Query) -> Condition:
    """The images that a query means, as SQL on the alias `i` (image), but for the catalog.

    Words are looked up in documents that are written soon after what they tell has changed; filters are exact.

    Raises:
        BadQuery: it names a town that there is not.
    """
    wanted = _read(tx, query)
    terms = [wanted.standing, *wanted.rest]
    if wanted.words is not None:
        terms.append(f"EXISTS (SELECT FROM search_document d WHERE d.image_id = i.id AND d.words @@ {wanted.words})")
    return Condition(" AND ".join(terms), wanted.values.named)


@dataclass(slots=True)
class _Wanted:
    """A query, taken apart: words that all images have to have (SQL of a tsquery), and everything else."""

    standing: str
    words: str | None
    rest: list[str]
    values: Values


def _read(tx: Transaction, query: Query) -> _Wanted:
    values = Values()
    compiler = _Compiler(tx, values, tsqueries.stems(tx, query.root))
    words, others = compiler.parted(query.root)
    text = None if words is None else compiler.tsquery(words)
    return _Wanted(_standing(query), text, [compiler.sql(node) for node in others], values)


def _standing(query: Query) -> str:
    """Archived images are found where they are asked for; what is in the trash, hidden or missing never is."""
    for leaf, _ in leaves(query.root):
        if isinstance(leaf, Filter) and leaf.field == "is" and leaf.value == _ARCHIVED:
            return "i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden"
    return "i.shown"


_ARCHIVED = Choice("archived")


class _Compiler:
    def __init__(self, tx: Transaction, values: Values, stems: Mapping[str, str]) -> None:
        self.tx = tx
        self.values = values
        self.stems = stems

    def parted(self, root: Node | None) -> tuple[Node | None, list[Node]]:
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


def matches(
    tx: Transaction, query: Query, *, catalog: UUID | None = None, limit: int = 100, after: After | None = None
) -> Found:
    """A page of the images that a query means: best first where few match, newest first where many do.

    Raises:
        BadQuery: it names a town that there is not.
    """
    wanted = _read(tx, query)
    return _ranked(tx, wanted, catalog, limit, after)


def _ranked(tx: Transaction, wanted: _Wanted, catalog: UUID | None, limit: int, after: After | None) -> Found:
    score = "0.0" if wanted.words is None else f"ts_rank_cd({_WEIGHTS}, d.words, {wanted.words})"
    joined = (
        "" if wanted.words is None else f"JOIN search_document d ON d.image_id = i.id AND d.words @@ {wanted.words}"
    )
    rows: Sequence[Any] = tx.execute(
        f"""SELECT i.id, i.taken_at, CAST({score} AS double precision) AS score FROM image i {joined}
        WHERE {" AND ".join([wanted.standing, *wanted.rest])}
          AND (CAST(:catalog AS uuid) IS NULL OR i.catalog_id = :catalog)
        ORDER BY score DESC, i.taken_at DESC NULLS LAST, i.id DESC""",
        catalog=catalog,
        **wanted.values.named,
    ).all()
    hits = [Hit(*row) for row in rows]
    start = 0 if after is None else next((n + 1 for n, hit in enumerate(hits) if hit.image_id == after.hit.image_id), 0)
    page = tuple(hits[start : start + limit])
    more = After(page[-1], True) if start + limit < len(hits) else None
    return Found(page, True, more, len(hits))
