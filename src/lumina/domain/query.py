"""A query: what somebody typed, and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from lumina.domain.grammar import read, text_of
from lumina.domain.terms import BadQuery, Filter, Node, Phrase, Word, leaves

__all__ = ["BadQuery", "Query", "Understood", "parse"]


@dataclass(frozen=True, slots=True)
class Understood:
    """A piece of a query as it was taken.

    Attributes:
        kind: word, phrase, year, or the name of a filter.
        text: as it was typed; of a filter its value alone.
        start, end: where it stands, in characters.
        negated: images with it are left out.
    """

    kind: str
    text: str
    start: int
    end: int
    negated: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A query that could be read. `root` is None where it is blank: everything is meant."""

    text: str
    root: Node | None

    def __str__(self) -> str:
        """Another way to write it, the same for all that mean the same tree."""
        return text_of(self.root)

    @property
    def semantic(self) -> str:
        """What a picture should show, in words: without filters, years, and what is not wanted."""
        wanted = [leaf for leaf, negated in leaves(self.root) if not negated and not isinstance(leaf, Filter)]
        return " ".join(leaf.text for leaf in wanted if not (isinstance(leaf, Word) and leaf.year))

    @property
    def understood(self) -> tuple[Understood, ...]:
        """Its words, phrases and filters in the order in which they stand."""
        found = sorted(leaves(self.root), key=lambda pair: pair[0].start)
        return tuple(
            Understood(_kind(leaf), _shown(self.text, leaf), leaf.start, leaf.end, negated) for leaf, negated in found
        )


def parse(text: str, *, typing: bool = False) -> Query:
    """Read a query; docs/search.md has its grammar. `typing`: its last word may be the beginning of one.

    Raises:
        BadQuery: it makes no sense, and where.
    """
    return Query(text, read(text, typing=typing))


def _kind(leaf: Word | Phrase | Filter) -> str:
    if isinstance(leaf, Filter):
        return leaf.field
    if isinstance(leaf, Phrase):
        return "phrase"
    return "word" if leaf.year is None else "year"


def _shown(text: str, leaf: Word | Phrase | Filter) -> str:
    if isinstance(leaf, Filter):
        return text[leaf.start : leaf.end].partition(":")[2].strip(' "“”„‟')
    return leaf.text
