"""Etsy as a marketplace that can be asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lumina.domain.market import GONE, Follow, Listing, Oddities, Page, Review, Shop
from lumina.errors import BadInput, NotFound
from lumina.remote.etsy import parse
from lumina.remote.etsy.fields import Odd
from lumina.remote.etsy.paging import Paging, count, number_of, results
from lumina.remote.etsy.ranges import DEEPEST, PAGE

if TYPE_CHECKING:
    from lumina.remote.etsy.client import Client

ADDRESS = "https://openapi.etsy.com"


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
        found = parse.every(parse.shop, results(self._client.get("/shops", shop_name=wanted, limit=25)), self._odd)
        for shop in found:
            if shop.name.lower() == wanted.lower():
                return shop
        names = ", ".join(shop.name for shop in found[:5])
        raise NotFound(f"There is no shop {name!r}" + (f"; there are {names}." if names else "."))

    def pages(self, follow: Follow, cursor: Mapping[str, Any] | None, most: int) -> Generator[Page, None, None]:
        """The listings of what is followed."""
        yield from Paging(self._client, self._odd, follow, self._children).pages(cursor, most)

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
        found = [listing for listing in parse.listings(results(said), self._odd) if listing.listing_id in wanted]
        named = {number_of(each) for each in results(said)}
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

    def reviews(self, shop_id: int, since: datetime | None, until: datetime | None = None) -> Iterator[Review]:
        """A shop's reviews, newest first."""
        least, most = (None if moment is None else int(moment.timestamp()) for moment in (since, until))
        offset = 0
        while True:
            try:
                said = self._client.get(
                    f"/shops/{shop_id}/reviews", limit=PAGE, offset=offset, min_created=least, max_created=most
                )
            except NotFound:
                return
            found = parse.every(parse.review, results(said), self._odd)
            yield from found
            offset += PAGE
            if offset >= count(said) or not results(said):
                return
            if offset > DEEPEST and found:
                before, most, offset = most, int(found[-1].created_at.timestamp()), 0
                if most == before:
                    return

    def oddities(self) -> Oddities:
        """What made no sense since this was last asked."""
        return self._odd.take()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _children(self, taxonomy: int | None) -> Sequence[int]:
        if self._tree is None:
            try:
                self._tree = _tree(results(self._client.get("/seller-taxonomy/nodes")))
            except NotFound:
                self._tree = {}
        return self._tree.get(taxonomy or 0, ())


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
