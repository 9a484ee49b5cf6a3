"""Through the pages of what is followed, however many there are, and though they shift meanwhile.

Pages overlap by one listing. Where a page does not begin with the last one of the page before, something before it was
taken away, and what followed has moved up: the piece between is read again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from lumina.domain.market import Follow, FollowKind, Page
from lumina.remote.etsy import parse, ranges
from lumina.remote.etsy.fields import Odd
from lumina.remote.etsy.ranges import DEEPEST, PAGE, REACH, Range

if TYPE_CHECKING:
    from lumina.remote.etsy.client import Client

AHEAD = 6
"""Pages that are on their way at once: the limit is requests per second, not one after the other."""
OVERLAP = 1
"""Listings that a page has in common with the one before."""
KEPT = 5
"""Numbers of the last page's end that a cursor keeps."""
FRUITLESS = 3
"""Pages read again in a row that brought nothing: it is the order that changes, and no more are."""
TOGETHER = 1.5
"""Parts that hold more than so many times what the whole holds were not cut: the question was not understood."""
MISSING = 0.9
"""Parts that hold less than this share of the whole leave something out that people should know."""
T = TypeVar("T")
U = TypeVar("U")


@dataclass
class _Place:
    """Where it goes on: the pieces that are left, how far the first one is, and what the page before had."""

    left: list[Range]
    offset: int = 0
    before: tuple[int, ...] = ()

    @property
    def cursor(self) -> dict[str, Any] | None:
        """As it is kept; None at the end."""
        tail = list(self.before[-KEPT:])
        return {"ranges": ranges.written(self.left), "offset": self.offset, "tail": tail} if self.left else None

    def go_on(self, offset: int | None, numbers: Sequence[int]) -> None:
        """After a page; None: the piece is at its end."""
        if offset is None:
            self.left, self.offset, self.before = self.left[1:], 0, ()
        else:
            self.offset, self.before = offset, tuple(numbers)


class Paging:
    """Goes through the pages of one follow.

    Args:
        client: asks.
        odd: told of what makes no sense or cannot be read.
        follow: what is followed.
        children: what a taxonomy consists of.
    """

    def __init__(
        self, client: Client, odd: Odd, follow: Follow, children: Callable[[int | None], Sequence[int]]
    ) -> None:
        self._client, self._odd, self._follow, self._children = client, odd, follow, children
        self._firsts: dict[Range, Mapping[str, Any]] = {}
        self._fruitless = 0

    def pages(self, cursor: Mapping[str, Any] | None, most: int) -> Generator[Page, None, None]:
        """From a cursor on, so many pages; see `lumina.domain.market.MarketplaceSource`."""
        place = self._where(cursor)
        while place.left and most > 0:
            piece = place.left[0]
            first = (self._firsts.pop(piece, None) if place.offset == 0 else None) or self._page(piece, place.offset)
            total = count(first)
            if place.offset == 0 and total > REACH and (parts := self._smaller(place.left, total, first)):
                place.left[:1] = parts
                continue
            reach = _reach(piece, total)
            offsets = list(_offsets(place.offset, reach))[:most]
            with closing(self._answers(piece, first, offsets[1:])) as answers:
                for at, said in zip(offsets, answers, strict=True):
                    yield from self._passed_over(place, at, said)
                    yield self._read(place, at, said, reach)
            most -= len(offsets)

    def _read(self, place: _Place, at: int, said: Mapping[str, Any], reach: int) -> Page:
        """One page, and the place after it."""
        known, total = set(place.before), count(said)
        new = [each for each in results(said) if number_of(each) not in known]
        place.go_on(_next(at, max(reach, _reach(place.left[0], total))), _numbers(said))
        return Page(tuple(parse.listings(new, self._odd)), place.cursor, total)

    def _passed_over(self, place: _Place, at: int, said: Mapping[str, Any]) -> Iterator[Page]:
        """What has moved up between the page before and this one, as it comes."""
        here = _numbers(said)
        if not place.before or place.before[-1] in here or self._fruitless >= FRUITLESS:
            return
        again = self._page(place.left[0], max(0, at - PAGE + OVERLAP))
        if not set(place.before) & set(_numbers(again)):
            self._odd.note(
                "So many listings were taken away meanwhile that some may have been passed over until later."
            )
        known = {*place.before, *here}
        new = [each for each in results(again) if number_of(each) not in known]
        self._fruitless = 0 if new else self._fruitless + 1
        if new:
            yield Page(tuple(parse.listings(new, self._odd)), place.cursor, count(again), again=True)

    def _answers(
        self, piece: Range, first: Mapping[str, Any], others: Sequence[int]
    ) -> Generator[Mapping[str, Any], None, None]:
        yield first
        with closing(ahead(lambda offset: self._page(piece, offset), others, AHEAD)) as answers:
            yield from answers

    def _page(self, piece: Range, offset: int) -> Mapping[str, Any]:
        follow = self._follow
        if follow.kind is FollowKind.SHOP:
            order = {name: piece.parameters[name] for name in ("sort_on", "sort_order")}
            return self._client.get(f"/shops/{follow.value}/listings/active", limit=PAGE, offset=offset, **order)
        words = follow.value if follow.kind is FollowKind.KEYWORDS else None
        return self._client.get("/listings/active", limit=PAGE, offset=offset, keywords=words, **piece.parameters)

    def _smaller(self, left: Sequence[Range], total: int, first: Mapping[str, Any]) -> list[Range]:
        """Pieces of the first range; none where it is to be paged through as it is, as far as that goes."""
        whole = left[0]
        if whole.newest_first:
            return []
        while parts := ranges.split(whole, self._children(whole.taxonomy) if whole.by_taxonomy else ()):
            if self._are_parts(parts, total):
                return parts
            whole = ranges.uncut(whole, parts)
        other = replace(whole, newest_first=True)
        if len(left) > 1 and left[1] == other:
            return []
        if total > 2 * REACH:
            self._odd.note(self._too_deep(whole, total))
        self._firsts[whole] = first
        return [whole, other]

    def _are_parts(self, parts: Sequence[Range], total: int) -> bool:
        """Whether the marketplace has understood how a search is cut; the parts' first pages are asked for anyway."""
        with closing(ahead(lambda piece: self._page(piece, 0), parts, AHEAD)) as answers:
            firsts = dict(zip(parts, answers, strict=True))
        found = sum(map(count, firsts.values()))
        if not total / 2 <= found <= TOGETHER * total:
            return False
        if found < MISSING * total:
            self._odd.note(f"{total - found:,} of {total:,} listings are in no part of a search that had to be cut.")
        self._firsts |= firsts
        return True

    def _too_deep(self, whole: Range, total: int) -> str:
        is_shop = self._follow.kind is FollowKind.SHOP
        why = "" if is_shop or whole.by_price else ": the marketplace takes no notice of the prices that are asked for"
        return f"{total - 2 * REACH:,} of {total:,} listings lie too deep to be asked for{why}."

    def _where(self, cursor: Mapping[str, Any] | None) -> _Place:
        is_shop = self._follow.kind is FollowKind.SHOP
        if cursor is None:
            below = int(self._follow.value) if self._follow.kind is FollowKind.TAXONOMY else None
            return _Place([Range(taxonomy=below, by_price=not is_shop, by_taxonomy=not is_shop)])
        left = ranges.read(cursor["ranges"])
        if is_shop:
            left = [replace(each, by_price=False, by_taxonomy=False) for each in left]
        return _Place(left, int(cursor["offset"]), tuple(cursor.get("tail", ())))


def ahead(ask: Callable[[T], U], items: Sequence[T], depth: int) -> Generator[U, None, None]:
    """Answers in the order of the items, of which some are asked for at the same time."""
    waiting: deque[Future[U]] = deque()
    with ThreadPoolExecutor(depth) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(ask, item))
                if len(waiting) >= depth:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


def results(said: Mapping[str, Any]) -> list[Any]:
    """What an answer lists."""
    found = said.get("results")
    return found if isinstance(found, list) else []


def count(said: Mapping[str, Any]) -> int:
    """How many there are, of which an answer lists some."""
    found = said.get("count")
    if isinstance(found, str) and found.isdecimal() and len(found) < 20:
        found = int(found)
    return found if isinstance(found, int) and found >= 0 else len(results(said))


def number_of(said: Any) -> int | None:
    """A listing's number as it was asked for, even if the rest of it makes no sense."""
    value = said.get("listing_id") if isinstance(said, Mapping) else None
    return int(value) if isinstance(value, int | str) and len(str(value)) < 20 and str(value).isdecimal() else None


def _numbers(said: Mapping[str, Any]) -> list[int]:
    return [found for each in results(said) if (found := number_of(each)) is not None]


def _offsets(offset: int, reach: int) -> Iterator[int]:
    following: int | None = offset
    while following is not None:
        yield following
        following = _next(following, reach)


def _next(offset: int, reach: int) -> int | None:
    """Where the page after this one begins; None where there is none."""
    return None if offset + PAGE >= reach else min(offset + max(1, PAGE - OVERLAP), DEEPEST)


def _reach(piece: Range, total: int) -> int:
    """How far to page: what the other order has left over, where it is one of two."""
    return min(REACH, max(0, total - REACH)) if piece.newest_first else min(REACH, total)
