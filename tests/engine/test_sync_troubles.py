"""Syncs that are refused, stopped, or read a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from lumina.domain.market import FollowKind, Keep, Listing, Review
from lumina.domain.work import BatchKind
from lumina.engine import sync as syncing
from lumina.engine.plan import Planner
from lumina.engine.registry import Registry
from lumina.engine.sync import Syncer
from lumina.errors import Later
from lumina.remote.etsy import paging
from lumina.remote.etsy.source import EtsySource
from lumina.services.work import WorkService
from lumina.store import Store
from tests.engine.test_fetching import Fetch, Fetched
from tests.engine.test_sync import House, house, small
from tests.support.marketplace import Kind, marketplace

__all__ = ["house", "small"]

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def test_a_refused_key_is_tried_once_whatever_is_followed(house: House) -> None:
    for words in ("the", "mug", "bowl"):
        house.follow(value=words)
    house.server.market.trouble.add(Kind.REVOKED, times=None)
    (job,) = house.service.sync_due()
    assert house.run(job).state == "FAILURE"
    assert len(house.server.market.counts.requests) == 1
    assert house.service.sync_due() == []
    assert house.value("SELECT count(*) FROM follow WHERE error LIKE '%refuses the key%'") == 3


def test_a_clock_that_was_put_back_leaves_nothing_waiting_for_years(house: House) -> None:
    house.follow(every=60)
    house.run()
    assert house.service.sync_due() == []
    house.value("UPDATE follow SET due_at = now() + interval '70 min' RETURNING 1")
    assert house.service.sync_due() == [], "the clock is only a little off"
    house.value("UPDATE follow SET due_at = now() + interval '6 years' RETURNING 1")
    (job,) = house.service.sync_due()
    assert house.run(job).state == "SUCCESS"
    assert house.service.sync_due() == []


def test_a_limit_of_the_future_ends_when_the_clock_is_put_back(house: House) -> None:
    house.follow()
    state = '{"blocked_until": 4000000000, "blocked_for": 3600, "reason": "the daily limit is reached"}'
    house.value(
        f"INSERT INTO request_rate (source_id, state) VALUES (:s, '{state}') RETURNING 1", s=house.market.source_id
    )
    (job,) = house.service.sync_due()
    house.run(job)
    left = house.value(
        "SELECT (state ->> 'blocked_until')::float8 - extract(epoch FROM now())::float8 FROM request_rate"
    )
    assert 3500 < left <= 3600, "as long as it was meant to last"
    assert house.service.sync_due() == []


def test_a_review_of_the_future_hides_none_of_those_to_come(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = house.server.market.world.shops[1]
    moments = [datetime.now(UTC) + timedelta(days=4000), datetime(2020, 1, 2, tzinfo=UTC)]
    monkeypatch.setattr(
        EtsySource, "reviews", lambda *_: iter([Review(shop.shop_id, 1, 5, moment) for moment in moments])
    )
    house.follow(FollowKind.SHOP, shop.name)
    house.run()
    assert house.value("SELECT count(*) FROM review") == 2
    assert datetime.fromisoformat(house.value("SELECT cursor ->> 'reviewed' FROM follow")) == moments[1]


def test_what_lies_too_deep_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 1)
    monkeypatch.setattr(paging, "REACH", 1)
    world = house.server.market.world
    shop = max(world.shops, key=lambda shop: len(world.by_shop[shop.shop_id]))
    house.follow(FollowKind.SHOP, shop.name)
    job, size = house.run(), len(world.by_shop[shop.shop_id])
    assert house.listings() == 2
    assert job.result["notes"] == [f"{size - 2} of {size} listings lie too deep to be asked for."]
    assert job.result["message"].endswith(job.result["notes"][0])
    assert house.value("SELECT error FROM follow") == job.result["notes"][0]


def test_reviews_are_read_on_from_where_that_broke_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "ASKED", 2)
    shop, asked = house.server.market.world.shops[1], list[tuple[datetime | None, datetime | None]]()
    moments = [datetime(2020, 1, day, tzinfo=UTC) for day in (9, 8, 7, 6)]

    def reviews(_: object, shop_id: int, since: datetime | None, until: datetime | None = None) -> Iterator[Review]:
        asked.append((since, until))
        found = [Review(shop_id, 1, 5, moment) for moment in moments if until is None or moment <= until]
        yield from found[: 2 if len(asked) == 1 else None]
        if len(asked) == 1:
            raise Later("The day is over.", 0)

    monkeypatch.setattr(EtsySource, "reviews", reviews)
    house.follow(FollowKind.SHOP, shop.name)
    assert house.run().result["waits"] == "The day is over."
    house.run()
    assert asked == [(None, None), (None, moments[1])]
    house.run()
    assert asked[2] == (moments[0], None)


def test_reviews_and_shops_that_expire_are_asked_for_again(store: Store) -> None:
    with marketplace(5) as server:
        house = House(store, server, keep=Keep(6, 24))
        world = server.market.world
        shop = max(world.shops, key=lambda shop: len(world.by_shop[shop.shop_id]))
        house.follow(FollowKind.SHOP, shop.name, every=360)

        def asked() -> list[bool]:
            """Whether each question for reviews that a sync asks is one for all of them."""
            server.market.counts.requests.clear()
            house.run()
            return ["min_created" not in each.query for each in server.market.counts.requests if "rev" in each.path]

        assert asked() == [True]
        assert asked() == [False]
        house.value("UPDATE review SET expires_at = now() + interval '3 h' RETURNING 1")
        house.value("UPDATE review SET buyer_id = -1 WHERE buyer_id = (SELECT min(buyer_id) FROM review) RETURNING 1")
        assert asked() == [True]
        assert house.value("SELECT count(*) FROM review WHERE expires_at < now() + interval '23 h'") == 1
        assert asked() == [False], "the one that has vanished is not waited for"

        house.service.unfollow(house.market, FollowKind.SHOP, shop.name)
        house.follow(FollowKind.TAXONOMY, "891", every=360)
        house.run()
        for listing in world.by_shop[shop.shop_id]:
            server.market.trouble.changed[listing.listing_id] = {"state": "sold_out"}
        house.run()
        house.value("UPDATE shop SET expires_at = now() + interval '3 h' RETURNING 1")
        server.market.counts.requests.clear()
        house.run()
        assert house.value("SELECT bool_and(expires_at > now() + interval '23 h') FROM shop")
        assert house.asked(f"/shops/{shop.shop_id}") == 1


def test_a_kill_file_ends_the_removal_of_what_has_expired(house: House, store: Store) -> None:
    house.follow()
    seen: list[bool] = []

    def purge(source_id: int, stop: Callable[[], bool]) -> None:
        seen.append(stop())
        house.stopped = True
        seen.append(stop())

    planner = Planner(Registry((Fetch(),), {Fetched}), house.dispatcher)
    syncer = Syncer(store, planner, house.opening.open, lambda _: Keep(), lambda: house.stopped, purge)
    house.engine.handlers[BatchKind.SYNC] = syncer.run  # type: ignore[index]
    assert house.run().state == "SUCCESS"
    assert seen == [False, True]
    assert house.value("SELECT synced_at IS NULL AND due_at <= now() FROM follow"), "it goes on without the file"
    house.stopped = False
    (job,) = house.service.sync_due()
    house.run(job)
    assert seen == [False, True] * 2


def test_a_marketplace_of_this_machine_that_has_ended_is_left_alone(store: Store) -> None:
    with marketplace(3) as server:
        house = House(store, server)
        house.follow()
        (job,) = house.service.sync_due()
        house.run(job)
    house.value("UPDATE follow SET due_at = now() RETURNING 1")
    assert house.service.sync_due() == [], "nobody is there to be asked"


def test_a_page_whose_details_must_wait_is_read_again_and_none_after_it_is_taken_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 1)
    monkeypatch.setattr(syncing, "DETAILS", 2)
    asked, ask = [], EtsySource.listings

    def listings(self: EtsySource, numbers: Sequence[int]) -> list[Listing]:
        asked.append(list(numbers))
        if len(asked) == 3:
            raise Later("The limit of the day is reached.", 0)
        return ask(self, numbers)

    monkeypatch.setattr(EtsySource, "listings", listings)
    mine = max(house.server.market.world.by_shop.items(), key=lambda shop: len(shop[1]))
    house.follow(FollowKind.SHOP, str(mine[0]))
    house.run()
    broken_off = house.listings()
    assert broken_off < 4 < len(mine[1])
    house.run()
    assert house.listings() == len(mine[1])


def test_a_sync_that_a_person_stops_is_not_due_at_once(house: House) -> None:
    house.follow()
    job = house.service.sync(house.market)
    stopped = WorkService(house.store, Registry((Fetch(),), {Fetched}), house.dispatcher).cancel(job.id)
    assert house.run(stopped).state == "CANCELLED"
    assert house.value("SELECT due_at > now() + interval '50 minutes' FROM follow")
    assert "stopped" in house.value("SELECT error FROM follow")
