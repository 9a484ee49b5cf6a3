"""Past the largest offset: a search is cut by price, then by what is sold, until each piece can be paged through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from math import isqrt
from typing import Any

PAGE = 100
"""Listings per page, the most that are given."""
DEEPEST = 12_000
"""Largest offset."""
REACH = DEEPEST + PAGE
"""Listings that paging reaches in one order."""
_FIRST_CUT = 2_500
_DEAREST = 10**11


@dataclass(frozen=True, slots=True)
class Range:
    """A piece of a search.

    Attributes:
        low, high: prices in cents, both included; None: no bound.
        taxonomy: only what is below it.
        newest_first: from the other end.
        by_price, by_taxonomy: whether it can be cut so: a shop's list cannot, nor can what takes no notice of it.
    """

    low: int | None = None
    high: int | None = None
    taxonomy: int | None = None
    newest_first: bool = False
    by_price: bool = True
    by_taxonomy: bool = True

    @property
    def parameters(self) -> dict[str, str | int | float | None]:
        """As the query says it."""
        return {
            "min_price": None if self.low is None else self.low / 100,
            "max_price": None if self.high is None else self.high / 100,
            "taxonomy_id": self.taxonomy,
            "sort_on": "created",
            "sort_order": "desc" if self.newest_first else "asc",
        }


def split(whole: Range, children: Sequence[int]) -> list[Range]:
    """Smaller pieces that hold the same; none where it cannot be cut any further.

    Args:
        whole: the piece.
        children: what its taxonomy consists of.
    """
    if whole.by_price and (cut := _middle(whole.low, whole.high)) is not None:
        return [replace(whole, high=cut), replace(whole, low=cut + 1)]
    return [replace(whole, taxonomy=child) for child in children] if whole.by_taxonomy else []


def uncut(whole: Range, parts: Sequence[Range]) -> Range:
    """The piece, which is not to be cut any more as it was cut into these parts."""
    if parts[0].taxonomy == whole.taxonomy:
        return replace(whole, by_price=False)
    return replace(whole, by_taxonomy=False)


def written(ranges: Sequence[Range]) -> list[list[Any]]:
    """As JSON."""
    return [list(astuple(each)) for each in ranges]


def read(ranges: Sequence[Sequence[Any]]) -> list[Range]:
    """What was written."""
    return [Range(*each) for each in ranges]


def _middle(low: int | None, high: int | None) -> int | None:
    """Where to cut: prices spread over orders of magnitude. None: there is nothing between."""
    start = low or 0
    if high is None:
        cut = max(_FIRST_CUT, 4 * start)
        return cut if cut < _DEAREST else None
    if high <= start:
        return None
    return min(max(isqrt(max(start, 1) * high), start), high - 1)
