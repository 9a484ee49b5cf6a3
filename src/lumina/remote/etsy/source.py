"""Etsy as a marketplace that can be asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import Any, TypeVar

from lumina.domain.market import GONE, Follow, FollowKind, Listing, Oddities, Page, Review, Shop
from lumina.errors import BadInput, NotFound
from lumina.remote.etsy import parse, ranges
from lumina.remote.etsy.client import Client
from lumina.remote.etsy.fields import Odd
from lumina.remote.etsy.ranges import DEEPEST, PAGE, REACH, Range

ADDRESS = "https://openapi.etsy.com"
AHEAD = 6
"""Pages that are on their way at once: the limit is requests per second, not one after the other."""
T = TypeVar("T")
U = TypeVar("U")


class EtsySource:
    """A `MarketplaceSource`."""

    def __init__(self, client: Client) -> None:
        self._client, self._odd = client, Odd()
        self._tree: Mapping[int, tuple[int, ...]] | None = None

    def find_shop(self, name: str) -> Shop:
        """A shop by its name or number."""
        wanted = name.strip()
        if wanted.isdecimal() and len(wanted) < 20 and (known := self.shop(int(wanted))) is not None:
            return known
        if not wanted:
            raise BadInput("The shop's name is empty.")
        found = parse.every(parse.shop, _results(self._client.get("/shops", shop_name=wanted, limit=25)), self._odd)
        for shop in found:
            if shop.name.lower() == wanted.lower():
                return shop
        names = ", ".join(shop.name for shop in found[:5])
        raise NotFound(f"There is no shop {name!r}" + (f"; there are {names}." if names else "."))

    def pages(self, follow: Follow, cursor: Mapping[str, Any] | None, most: int) -> Generator[Page, None, None]:
        """The listings of what is followed."""
        left, offset = _where(cursor, follow)
        while left and most > 0:
            first = self._page(follow, left[0], offset)
            count = _count(first)
            if offset == 0 and count > REACH and (parts := self._smaller(follow, left, count)):
                left[:1] = parts
                continue
            reach = _reach(left[0], count)
            offsets = list(range(offset, reach, PAGE))[:most] or [offset]
            for at, said in zip(offsets, self._answers(follow, left[0], first, offsets[1:]), strict=True):
                offset = at + PAGE
                cursor = _cursor(left, offset) if offset < reach else _cursor(left[1:], 0)
                yield Page(tuple(parse.listings(_results(said), self._odd)), cursor, count)
            most -= len(offsets)
            if offset >= reach:
                del left[0]
                offset = 0

    def listings(self, ids: Sequence[int]) -> list[Listing]:
        """These listings with their images and shops."""
        if not ids:
            return []
        found, missing = self._batch(ids)
        return [*found, *self._left_out(missing)]

    def _batch(self, ids: Sequence[int]) -> tuple[list[Listing], list[int]]:
        """Those of these listings that an answer has, and the numbers of those that it does not name at all."""
        said = self._client.get("/listings/batch", listing_ids=",".join(map(str, ids)), includes="Images,Shop")
        wanted = dict.fromkeys(ids)
        found = [listing for listing in parse.listings(_results(said), self._odd) if listing.listing_id in wanted]
        named = {_number(each) for each in _results(said)}
        return found, [number for number in wanted if number not in named]

    def _left_out(self, missing: Sequence[int]) -> Iterator[Listing]:
        """Each by itself, until one has really vanished; the others have if they are left out a second time."""
        for place, number in enumerate(missing):
            try:
                said = self._client.get(f"/listings/{number}", includes="Images,Shop")
            except NotFound:
                others = missing[place + 1 :]
                found, vanished = self._batch(others) if others else ([], [])
                yield from (*found, *(Listing(each, 0, state=GONE) for each in (number, *vanished)))
                return
            if (one := parse.listing(said, self._odd)) is not None:
                yield one

    def shop(self, shop_id: int) -> Shop | None:
        """A shop."""
        try:
            return parse.shop(self._client.get(f"/shops/{shop_id}"), self._odd)
        except NotFound:
            return None

    def reviews(self, shop_id: int, since: datetime | None) -> Iterator[Review]:
        """A shop's reviews, newest first."""
        least = None if since is None else int(since.timestamp())
        until: int | None = None
        offset = 0
        while True:
            try:
                said = self._client.get(
                    f"/shops/{shop_id}/reviews", limit=PAGE, offset=offset, min_created=least, max_created=until
                )
            except NotFound:
                return
            found = parse.every(parse.review, _results(said), self._odd)
            yield from found
            offset += PAGE
            if offset >= _count(said) or not _results(said):
                return
            if offset > DEEPEST and found:
                before, until, offset = until, int(found[-1].created_at.timestamp()), 0
                if until == before:
                    return

    def oddities(self) -> Oddities:
        """What made no sense since this was last asked."""
        return self._odd.take()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _answers(
        self, follow: Follow, piece: Range, first: Mapping[str, Any], others: Sequence[int]
    ) -> Iterator[Mapping[str, Any]]:
        yield first
        with closing(ahead(lambda offset: self._page(follow, piece, offset), others, AHEAD)) as answers:
            yield from answers

    def _page(self, follow: Follow, piece: Range, offset: int) -> Mapping[str, Any]:
        if follow.kind is FollowKind.SHOP:
            order = {name: piece.parameters[name] for name in ("sort_on", "sort_order")}
            return self._client.get(f"/shops/{follow.value}/listings/active", limit=PAGE, offset=offset, **order)
        words = follow.value if follow.kind is FollowKind.KEYWORDS else None
        return self._client.get("/listings/active", limit=PAGE, offset=offset, keywords=words, **piece.parameters)

    def _smaller(self, follow: Follow, left: Sequence[Range], count: int) -> list[Range]:
        """Pieces of the first range; none where it is to be paged through as it is, as far as that goes."""
        whole = left[0]
        by_price = follow.kind is not FollowKind.SHOP
        if whole.newest_first:
            return []
        children = self._children(whole.taxonomy) if by_price else ()
        if parts := ranges.split(whole, children, by_price=by_price):
            return parts
        other = Range(whole.low, whole.high, whole.taxonomy, newest_first=True)
        if len(left) > 1 and left[1] == other:
            return []
        if count > 2 * REACH:
            self._odd.leave_out(f"{count - 2 * REACH:,} listings of one price lie too deep to be asked for.")
        return [whole, other]

    def _children(self, taxonomy: int | None) -> Sequence[int]:
        if self._tree is None:
            try:
                self._tree = _tree(_results(self._client.get("/seller-taxonomy/nodes")))
            except NotFound:
                self._tree = {}
        return self._tree.get(taxonomy or 0, ())


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


def _where(cursor: Mapping[str, Any] | None, follow: Follow) -> tuple[list[Range], int]:
    if cursor is not None:
        return ranges.read(cursor["ranges"]), int(cursor["offset"])
    return [Range(taxonomy=int(follow.value) if follow.kind is FollowKind.TAXONOMY else None)], 0


def _cursor(left: Sequence[Range], offset: int) -> dict[str, Any] | None:
    return {"ranges": ranges.written(left), "offset": offset} if left else None


def _reach(piece: Range, count: int) -> int:
    """How far to page: what the other order has left over, where it is one of two."""
    return min(REACH, max(0, count - REACH)) if piece.newest_first else min(REACH, count)


def _results(said: Mapping[str, Any]) -> list[Any]:
    results = said.get("results")
    return results if isinstance(results, list) else []


def _count(said: Mapping[str, Any]) -> int:
    count = said.get("count")
    if isinstance(count, str) and count.isdecimal() and len(count) < 20:
        count = int(count)
    return count if isinstance(count, int) and count >= 0 else len(_results(said))


def _number(said: Any) -> int | None:
    """A listing's number as it was asked for, even if the rest of it makes no sense."""
    value = said.get("listing_id") if isinstance(said, Mapping) else None
    return int(value) if isinstance(value, int | str) and len(str(value)) < 20 and str(value).isdecimal() else None


def _tree(nodes: Sequence[Any]) -> dict[int, tuple[int, ...]]:
    """Number of a node -> its children's; 0 stands for what has no parent."""
    found: dict[int, tuple[int, ...]] = {}
    waiting: deque[tuple[int, Sequence[Any]]] = deque([(0, nodes)])
    while waiting:
        parent, below = waiting.popleft()
        real = [each for each in below if isinstance(each, Mapping) and isinstance(each.get("id"), int)]
        found[parent] = tuple(each["id"] for each in real)
        waiting.extend((each["id"], children) for each in real if isinstance(children := each.get("children"), list))
    return found
