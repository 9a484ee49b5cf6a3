"""What a query is made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from lumina.errors import BadInput


class BadQuery(BadInput):
    """A query that cannot be read; the message says what is possible at that place.

    Attributes:
        start, end: of what was wrong, in characters of the query.
    """

    title = "Bad query"

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Text:
    """A name, or a part of one."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a filter knows."""

    name: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers from `low` to `high`; None is without end. `above`, `below`: the bound itself is not meant."""

    low: float | None = None
    high: float | None = None
    above: bool = False
    below: bool = False

    def __contains__(self, number: float) -> bool:
        if self.low is not None and (number < self.low or (self.above and number == self.low)):
            return False
        return self.high is None or number < self.high or (number == self.high and not self.below)


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `start` to `end`, both meant; None is without end."""

    start: date | None = None
    end: date | None = None


NEAR_KM = 25.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Within `km` kilometres of a place that is named, or of coordinates in degrees (WGS 84)."""

    name: str | None = None
    latitude: float = 0.0
    longitude: float = 0.0
    km: float = NEAR_KM


Value = Text | Choice | Numbers | Days | Spot


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was typed. `prefix`: the beginning of one is enough."""

    text: str
    prefix: bool = False
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)

    @property
    def year(self) -> int | None:
        """1900-2100 where the word is one."""
        plain = len(self.text) == 4 and self.text.isascii() and self.text.isdigit() and not self.prefix
        return int(self.text) if plain and 1900 <= int(self.text) <= 2100 else None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other, just as they stand."""

    text: str
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """Something that is known of an image and has to be so."""

    field: str
    value: Value
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """What `node` does not hold for."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of these; two at least, none of them an `And`."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these; two at least, none of them an `Or`."""

    nodes: tuple[Node, ...]


Leaf = Word | Phrase | Filter
Node = Leaf | Not | And | Or


def every(nodes: Iterable[Node]) -> Node:
    """All of them, as flat as it goes; one at least is given."""
    flat = [part for node in nodes for part in (node.nodes if isinstance(node, And) else (node,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(nodes: Iterable[Node]) -> Node:
    """Any of them, as flat as it goes; one at least is given."""
    flat = [part for node in nodes for part in (node.nodes if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def leaves(node: Node | None, *, negated: bool = False) -> Iterator[tuple[Leaf, bool]]:
    """Words, phrases and filters in the order in which they stand; True where a NOT turns it round."""
    if node is None:
        return
    if isinstance(node, Not):
        yield from leaves(node.node, negated=not negated)
    elif isinstance(node, And | Or):
        for part in node.nodes:
            yield from leaves(part, negated=negated)
    else:
        yield node, negated
