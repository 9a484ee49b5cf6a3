"""How many images a query's words may match, from the numbers of documents that each word has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lumina.domain.document import is_counted
from lumina.domain.terms import And, Filter, Node, Not, Or, Word, leaves
from lumina.domain.words import asked, is_short
from lumina.store.database import Transaction
from lumina.store.implied import Implied
from lumina.store.tsqueries import needed

UNKNOWN = 10
"""Documents of a word that is not counted, since there are as many such words as images."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of `images` images `most` match at most, and `likely` if the words have nothing to do with each other."""

    images: int
    most: int
    likely: float


def of_words(tx: Transaction, node: Node, stems: Mapping[str, str], implied: Sequence[Implied] = ()) -> Estimate:
    """The estimate for a tree of words, and for what filters imply."""
    counts = _Counts(tx, node, stems, implied)
    return _together(counts, [counts.of(part) for part in _parts(node)] + [counts.of_implied(each) for each in implied])


def of_filters(tx: Transaction, implied: Sequence[Implied]) -> Estimate:
    """The estimate for what filters imply; it is not empty."""
    counts = _Counts(tx, None, {}, implied)
    return _together(counts, [counts.of_implied(each) for each in implied])


def _together(counts: _Counts, parts: Sequence[int]) -> Estimate:
    likely = float(counts.images)
    for part in parts:
        likely *= min(1.0, part / counts.images)
    return Estimate(counts.images, min(parts), likely)


def _parts(node: Node) -> list[Node]:
    return [part for part in needed(node.nodes) if not isinstance(part, Not)] if isinstance(node, And) else [node]


class _Counts:
    def __init__(
        self, tx: Transaction, node: Node | None, stems: Mapping[str, str], implied: Sequence[Implied]
    ) -> None:
        self.stems = stems
        words = [leaf for leaf, _ in leaves(node) if not isinstance(leaf, Filter)]
        exact = {form for leaf in words for piece in asked(leaf.text) for form in self.forms(leaf, piece)}
        exact |= {word for each in implied if not each.begun for word in each.words}
        begun = {asked(leaf.text)[-1] for leaf in words if _is_begun(leaf)}
        begun |= {word for each in implied if each.begun for word in each.words}
        rows: Sequence[Any] = tx.execute(
            """SELECT word, images FROM search_word WHERE word = ANY(:words) UNION ALL
            SELECT b.word || '*', (SELECT coalesce(sum(images), 0)::bigint FROM search_word
                WHERE word >= b.word AND word < b.word || :last) FROM unnest(CAST(:begun AS text[])) AS b (word)
            UNION ALL SELECT '', coalesce(sum(images), 0)::bigint FROM timeline""",
            words=sorted(exact),
            begun=sorted(begun),
            last="\U0010ffff",
        ).all()
        self.found: dict[str, int] = {row[0]: row[1] for row in rows}
        self.images = max(self.found.pop(""), 1)

    def forms(self, leaf: Node, piece: str) -> tuple[str, ...]:
        if isinstance(leaf, Word) and piece in self.stems:
            return self.stems[piece], f"~{self.stems[piece]}"
        return (piece,)

    def of(self, node: Node) -> int:
        if isinstance(node, And):
            return min(self.of(part) for part in _parts(node))
        if isinstance(node, Or):
            return sum(self.of(part) for part in node.nodes)
        assert not isinstance(node, Filter | Not), "words alone"
        pieces = asked(node.text)
        numbers = [self.of_word(node, piece) for piece in pieces]
        if _is_begun(node):
            numbers[-1] = max(numbers[-1], self.found.get(f"{pieces[-1]}*", 0))
        return min(numbers)

    def of_word(self, leaf: Node, piece: str) -> int:
        return sum(self.found.get(form, 0) for form in self.forms(leaf, piece)) if is_counted(piece) else UNKNOWN

    def of_implied(self, implied: Implied) -> int:
        return sum(self.found.get(f"{word}*" if implied.begun else word, 0) for word in implied.words)


def _is_begun(leaf: Node) -> bool:
    """True where the last word of it may go on."""
    if isinstance(leaf, Filter | Not | And | Or):
        return False
    return (isinstance(leaf, Word) and leaf.prefix) or is_short(asked(leaf.text)[-1])
