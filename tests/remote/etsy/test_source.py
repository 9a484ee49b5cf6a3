"""The API asked over a real connection, with all that can go wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lumina.domain.market import GONE, Follow, FollowKind
from lumina.domain.rate import Said
from lumina.errors import BadInput, Interrupted, Later, NotFound, Refused
from lumina.remote.etsy import paging, source
from lumina.remote.etsy.client import Client
from lumina.remote.etsy.key import DEMO, Key
from lumina.remote.etsy.ranges import Range
from lumina.remote.etsy.source import EtsySource
from tests.support.marketplace import Kind, Server, marketplace

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
ALL = Follow(1, 1, FollowKind.TAXONOMY, "891", "", 60, {}, None, None)


class Free:
    """A pace that lets everything go, and remembers what was heard."""

    def __init__(self) -> None:
        self.heards: list[tuple[int, Said]] = []
        self.slept: list[float] = []
        self.stopped = threading.Event()

    def wait(self) -> None:
        if self.stopped.is_set():
            raise Interrupted("stopped")
        if self.heards and self.heards[-1][1].daily:
            raise Later("Nothing may be asked until tomorrow.", 1000)

    def heard(self, status: int, said: Said) -> None:
        self.heards.append((status, said))

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with marketplace(40) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.market.trouble.clear()
    running.market.trouble.gone.clear()
    running.market.counts.requests.clear()
    return running


@pytest.fixture
def pace() -> Free:
    return Free()


@pytest.fixture
def etsy(server: Server, pace: Free) -> Iterator[EtsySource]:
    made = EtsySource(Client(server.url, DEMO, pace, stall=1.0))
    yield made
    made.close()


def numbers(etsy: EtsySource, follow: Follow = ALL, most: int = 1000) -> list[int]:
    return [listing.listing_id for page in etsy.pages(follow, None, most) for listing in page.listings]


def test_a_batch_brings_images_and_shops_and_tells_what_has_vanished(server: Server, etsy: EtsySource) -> None:
    ids = sorted(server.market.world.listings)[:5]
    server.market.trouble.gone |= {ids[1], ids[3]}
    found = {listing.listing_id: listing for listing in etsy.listings(ids)}
    assert [number for number in ids if found[number].state == GONE] == [ids[1], ids[3]]
    assert len(server.market.counts.requests) == 3, "one question, and two looks at what it left out"
    first = found[ids[0]]
    assert first.images is not None
    assert first.shop is not None
    assert "570xN" in first.images[0].url
    assert "fullxfull" in (first.images[0].url_full or "")


def test_a_batch_that_leaves_out_what_is_there_makes_nothing_vanish(
    server: Server, etsy: EtsySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = sorted(server.market.world.listings)[:3]
    monkeypatch.setattr(source, "results", lambda said: said.get("results", [])[1:])
    assert {listing.listing_id for listing in etsy.listings(ids) if listing.state != GONE} == set(ids)


def test_pages_go_on_from_a_cursor(server: Server, etsy: EtsySource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 7)
    everything = numbers(etsy)
    assert len(everything) == len(set(everything)) > 14
    cursor, found = None, []
    while True:
        *_, page = etsy.pages(ALL, cursor, 1)
        found += [listing.listing_id for listing in page.listings]
        if (cursor := page.cursor) is None:
            break
    assert found == everything


def test_past_the_largest_offset_a_search_is_cut_by_price(
    server: Server, etsy: EtsySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = numbers(etsy)
    monkeypatch.setattr(paging, "PAGE", 3)
    monkeypatch.setattr(paging, "REACH", 6)
    server.market.counts.requests.clear()
    assert sorted(numbers(etsy)) == sorted(expected)
    queries = [each.query for each in server.market.counts.requests if each.path.endswith("/listings/active")]
    assert any("max_price" in query for query in queries)
    assert max(int(query.partition("offset=")[2].partition("&")[0]) for query in queries) < 6
    words = replace(ALL, kind=FollowKind.KEYWORDS, value="mug")
    assert set(numbers(etsy, words)) <= set(server.market.world.listings)


def test_a_shop_that_is_too_large_is_read_from_both_ends(
    server: Server, etsy: EtsySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = max(server.market.world.shops, key=lambda shop: len(server.market.world.by_shop[shop.shop_id]))
    size = len(server.market.world.by_shop[shop.shop_id])
    follow = replace(ALL, kind=FollowKind.SHOP, value=str(shop.shop_id))
    monkeypatch.setattr(paging, "PAGE", 2)
    monkeypatch.setattr(paging, "REACH", 2 * (size // 3))
    found = numbers(etsy, follow)
    assert len(set(found)) == size
    assert len(found) <= size + 1, "where both ends meet"
    monkeypatch.setattr(paging, "REACH", 2)
    assert len(numbers(etsy, follow)) == 4
    assert etsy.oddities().notes == (f"{size - 4:,} of {size:,} listings lie too deep to be asked for.",)


def test_a_marketplace_that_takes_no_notice_of_prices_is_read_as_far_as_it_goes(
    server: Server, etsy: EtsySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, heeded = numbers(etsy), Range.parameters.fget
    blind = {"min_price": None, "max_price": None}
    monkeypatch.setattr(Range, "parameters", property(lambda piece: heeded(piece) | blind))
    monkeypatch.setattr(paging, "PAGE", 2)
    monkeypatch.setattr(paging, "REACH", 6)
    assert sorted(numbers(etsy)) == sorted(expected), "it can still be cut by what is sold"
    blind["taxonomy_id"] = None
    server.market.counts.requests.clear()
    found = numbers(etsy)
    assert found == numbers(etsy, replace(ALL, kind=FollowKind.KEYWORDS, value="")), "whatever is asked for, the same"
    assert len(found) == len(set(found)) == 12
    assert "lie too deep to be asked for: the marketplace takes no notice of the prices" in etsy.oddities().notes[0]
    asked = [each for each in server.market.counts.requests if each.path.endswith("/listings/active")]
    assert len(asked) < 60


def test_what_moves_up_while_pages_are_read_is_not_passed_over(
    server: Server, etsy: EtsySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = numbers(etsy)
    monkeypatch.setattr(paging, "PAGE", 5)
    monkeypatch.setattr(paging, "AHEAD", 1)
    pages = etsy.pages(ALL, None, 100)
    found = list(next(pages).listings)
    server.market.trouble.gone |= {everything[0], everything[2]}
    server.market.counts.requests.clear()
    second = next(pages)
    assert second.again
    assert [each.listing_id for each in second.listings] == everything[5:6], "it was on the second page before"
    for page in (second, *pages):
        found += page.listings
    assert [each.listing_id for each in found] == everything
    assert len(server.market.counts.requests) == -(-(len(everything) - 1) // 4), (
        "with the first one, one more than pages"
    )


def test_a_shop_is_found_by_its_name_or_number(server: Server, etsy: EtsySource) -> None:
    shop = server.market.world.shops[2]
    assert etsy.find_shop(shop.name.upper()).shop_id == etsy.find_shop(str(shop.shop_id)).shop_id == shop.shop_id
    with pytest.raises(NotFound, match="There is no shop 'nobody'"):
        etsy.find_shop("nobody")
    with pytest.raises(BadInput):
        etsy.find_shop(" ")


def test_reviews_come_since_a_moment(server: Server, etsy: EtsySource, monkeypatch: pytest.MonkeyPatch) -> None:
    world = server.market.world
    shop = max(world.shops, key=lambda shop: sum(len(world.reviews(each)) for each in world.by_shop[shop.shop_id]))
    monkeypatch.setattr(source, "PAGE", 3)
    found = list(etsy.reviews(shop.shop_id, None))
    assert len(found) == sum(len(world.reviews(each)) for each in world.by_shop[shop.shop_id]) > 3
    middle = sorted(each.created_at for each in found)[len(found) // 2]
    assert list(etsy.reviews(shop.shop_id, middle)) == [each for each in found if each.created_at >= middle]
    assert not list(etsy.reviews(shop.shop_id, datetime.now(UTC)))
    assert not list(etsy.reviews(1, None)), "a shop that nobody knows"


@pytest.mark.parametrize(
    "kind", [Kind.RESET, Kind.CUT, Kind.STATUS, Kind.HTML, Kind.GARBAGE, Kind.EMPTY, Kind.REDIRECT]
)
def test_a_bad_answer_is_asked_for_again(server: Server, etsy: EtsySource, pace: Free, kind: Kind) -> None:
    server.market.trouble.add(kind, "/listings/batch", times=2, location="http://10.0.0.1/")
    ids = sorted(server.market.world.listings)[:3]
    assert [listing.listing_id for listing in etsy.listings(ids)] == ids
    assert pace.slept == [1.0, 2.0]


def test_a_server_that_gives_no_good_answer_is_left_alone_for_a_while(server: Server, etsy: EtsySource) -> None:
    server.market.trouble.add(Kind.HTML, "/listings/batch", times=None)
    with pytest.raises(Later, match="a web page came instead") as caught:
        etsy.listings([1])
    assert caught.value.seconds == 600
    server.market.trouble.clear()
    server.market.trouble.add(Kind.SLOW, "/listings/batch", times=1, seconds=1.5)
    assert etsy.listings(sorted(server.market.world.listings)[:1])


@pytest.mark.parametrize("kind", [Kind.STRINGS, Kind.UNKNOWN, Kind.DUPLICATES, Kind.WRONG_TYPE])
def test_an_answer_that_is_odd_is_read_as_far_as_it_makes_sense(server: Server, etsy: EtsySource, kind: Kind) -> None:
    server.market.trouble.add(kind, "/listings/batch")
    ids = sorted(server.market.world.listings)[:4]
    found = etsy.listings(ids)
    assert [listing.listing_id for listing in found] == ids
    assert all(listing.images and listing.price for listing in found)


def test_a_key_that_is_no_good_stops_at_once_and_is_not_shown(server: Server, pace: Free) -> None:
    etsy = EtsySource(Client(server.url, Key("other", "hush-hush"), pace))
    with pytest.raises(Refused, match=r"refuses the key \(403: API key not found or not active") as caught:
        etsy.listings([1])
    assert "hush" not in str(caught.value)
    assert len(server.market.counts.requests) == 1
    etsy.close()


def test_too_often_waits_and_the_end_of_the_day_ends_it(server: Server, etsy: EtsySource, pace: Free) -> None:
    server.market.trouble.add(Kind.STATUS, "/listings/batch", status=429, retry_after=1)
    assert etsy.listings(sorted(server.market.world.listings)[:1])
    assert [(status, said.retry_after) for status, said in pace.heards] == [(429, 1.0), (200, None)]
    server.market.limits.per_day, server.market.limits.wait = 0, 86_400
    try:
        with pytest.raises(Later, match="until tomorrow"):
            etsy.listings([1])
    finally:
        server.market.limits.per_day = None
    assert pace.heards[-1][0] == 429
    assert pace.heards[-1][1].daily
    assert pace.heards[-1][1].retry_after == 86_400


def test_told_to_stop_it_stops_between_two_requests(etsy: EtsySource, pace: Free) -> None:
    pages = etsy.pages(ALL, None, 10)
    pace.stopped.set()
    with pytest.raises(Interrupted):
        next(pages)
