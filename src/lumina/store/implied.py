"""What the filters of a query imply about documents, so that the index of words narrows them down as well.

It only narrows: the filters themselves are asked in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lumina.domain.document import MONTHS
from lumina.domain.terms import Choice, Days, Filter, Text
from lumina.domain.words import asked
from lumina.store.tsqueries import quoted

MOST_YEARS = 12


@dataclass(frozen=True, slots=True)
class Implied:
    """Any of these words is in the document, or begins one of its words."""

    words: tuple[str, ...]
    begun: bool = False

    @property
    def is_fact(self) -> bool:
        """What stands in documents for filters alone: nothing else finds as quickly which images have it."""
        return all(word.startswith("@") for word in self.words)

    @property
    def tsquery(self) -> str:
        """In the syntax of a tsquery."""
        return f"({' | '.join(quoted(word) + (':*' if self.begun else '') for word in self.words)})"


def together(found: Sequence[Implied], *more: str) -> str:
    """All of it, and what more there is, in the syntax of a tsquery."""
    return " & ".join([*more, *(each.tsquery for each in found)])


def by(wanted: Filter) -> tuple[Implied, ...]:
    """All of this holds for the documents of the images that a filter means."""
    return _FIELDS.get(wanted.field, _nothing)(wanted)


def _nothing(_wanted: Filter) -> tuple[Implied, ...]:
    return ()


def by_names(wanted: Filter) -> tuple[Implied, ...]:
    """Of a filter by a name: that holds the words that were given, the last one perhaps as the beginning of one."""
    assert isinstance(wanted.value, Text), "it takes a name"
    words = asked(wanted.value.text)
    return (*(Implied((word,)) for word in words[:-1]), *(Implied((word,), begun=True) for word in words[-1:]))


def _dates(wanted: Filter) -> tuple[Implied, ...]:
    days = wanted.value
    assert isinstance(days, Days), "it takes days"
    if days.start is None or days.end is None or days.end.year - days.start.year >= MOST_YEARS:
        return ()
    years = Implied(tuple(str(year) for year in range(days.start.year, days.end.year + 1)))
    if len(years.words) > 1 or (days.start.month, days.end.month) == (1, 12):
        return (years,)
    return years, Implied(MONTHS[days.start.month - 1 : days.end.month])


def _facts(wanted: Filter) -> tuple[Implied, ...]:
    assert isinstance(wanted.value, Choice), "it takes one of its values"
    return (Implied((f"@{wanted.value.name}",)),)


def _some_facts(wanted: Filter) -> tuple[Implied, ...]:
    return _facts(wanted) if wanted.value in (Choice("video"), Choice("gps")) else ()


_FIELDS: Mapping[str, Callable[[Filter], tuple[Implied, ...]]] = {
    "camera": by_names,
    "lens": by_names,
    "date": _dates,
    "type": _facts,
    "is": _some_facts,
    "has": _some_facts,
}
