"""How many images a query's words may match, from the numbers of documents that each word has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lumina.domain.document import is_counted
from lumina.domain.terms import And, Filter, Node, Not, Or, Word, leaves
from lumina.domain.words import asked
from lumina.store.database import Transaction
from lumina.store.tsqueries import needed

UNKNOWN = 10
"""Documents of a word that is not counted, since there are as many such words as images."""


def images(tx: Transaction) -> int:
    """About how many images there are in all catalogs."""
    return int(tx.value("SELECT coalesce(sum(images), 0) FROM timeline"))


def most(tx: Transaction, node: Node, stems: Mapping[str, str]) -> int:
    """More images than this do not match a tree of words, as far as is known."""
    words = {piece for leaf, _ in leaves(node) if not isinstance(leaf, Filter) for piece in asked(leaf.text)}
    rows: Sequence[Any] = tx.execute(
        "SELECT word, images FROM search_word WHERE word = ANY(:words)",
        words=sorted(words | {form for word in words if word in stems for form in _forms(stems[word])}),
    ).all()
    counts = {row[0]: row[1] for row in rows}
    return _most(tx, node, stems, counts)


def _forms(stem: str) -> tuple[str, str]:
    return stem, f"~{stem}"


def _most(tx: Transaction, node: Node, stems: Mapping[str, str], counts: Mapping[str, int]) -> int:
    if isinstance(node, And):
        wanted = [part for part in needed(node.nodes) if not isinstance(part, Not)]
        return min(_most(tx, part, stems, counts) for part in wanted)
    if isinstance(node, Or):
        return sum(_most(tx, part, stems, counts) for part in node.nodes)
    assert not isinstance(node, Filter | Not), "words alone"
    pieces = asked(node.text)
    found = [_of_word(piece, stems if isinstance(node, Word) else {}, counts) for piece in pieces]
    if isinstance(node, Word) and node.prefix:
        found[-1] += _beginning(tx, pieces[-1])
    return min(found)


def _of_word(word: str, stems: Mapping[str, str], counts: Mapping[str, int]) -> int:
    if not is_counted(word):
        return UNKNOWN
    return sum(counts.get(form, 0) for form in (_forms(stems[word]) if word in stems else (word,)))


def _beginning(tx: Transaction, prefix: str) -> int:
    total = tx.value(
        "SELECT sum(images) FROM search_word WHERE word >= :low AND word < :high",
        low=prefix,
        high=prefix + "\U0010ffff",
    )
    return int(total or 0)
