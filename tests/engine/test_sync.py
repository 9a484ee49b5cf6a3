"""What a marketplace says comes into the database, page by page, however it is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lumina.domain.market import FollowKind, Keep, Market
from lumina.domain.stage import Lane
from lumina.domain.work import Batch, BatchKind, Job
from lumina.engine import sync as syncing
from lumina.engine.dispatch import Dispatcher
from lumina.engine.engine import Engine
from lumina.engine.leases import Leases
from lumina.engine.market import Opening
from lumina.engine.plan import Planner
from lumina.engine.registry import Registry
from lumina.engine.sync import Syncer
from lumina.errors import BadInput, BadSetting, NotFound
from lumina.remote.etsy import paging
from lumina.services.market import MarketService
from lumina.store import Store, jobs, ledger, listings, markets, outcomes
from lumina.store.ledger import Worker
from tests.engine.conftest import FakeSender
from tests.engine.test_fetching import Fetch, Fetched
from tests.support.marketplace import Kind, Server, marketplace

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


class House:
    """An engine that syncs with a marketplace on this machine; nothing is downloaded."""

    def __init__(self, store: Store, server: Server, rate: float = 1000, keep: Keep | None = None) -> None:
        self.store, self.server, self.sender = store, server, FakeSender()
        registry = Registry((Fetch(),), {Fetched})
        self.dispatcher = Dispatcher(store, self.sender)
        planner = Planner(registry, self.dispatcher)
        self.opening = Opening(store, "", rate, Keep(), {}, ())
        self.stopped = False
        self.before: Callable[[], object] = lambda: None
        syncer = Syncer(store, planner, self.opening.open, lambda _: keep or Keep(), lambda: self.stopped)

        def sync(batch: Any, stop: Callable[[], bool]) -> None:
            self.before()
            syncer.run(batch, stop)

        handlers = {BatchKind.SYNC: sync, BatchKind.WORK: self._drop}
        leases = Leases(store, registry, self.dispatcher)
        self.engine = Engine(store, self.dispatcher, leases, handlers, 60)
        with store.transaction() as tx:
            outcomes.declare(tx, registry.versions)
            self.market: Market = markets.ensure(
                tx, "demo", title="Demo", address=server.url, folder=Path("/nowhere"), hosts=[server.host]
            )
        self.service = MarketService(store, self.dispatcher, self.opening, Path("/nowhere"), "server")

    def follow(self, kind: FollowKind = FollowKind.KEYWORDS, value: str = "the", every: int = 60) -> int:
        return self.service.follow(self.market, kind, value, every).id

    def run(self, job: Job | None = None) -> Job:
        """Ask for a sync, and work on its batches until it has ended."""
        job = job or self.service.sync(self.market)
        while not job.state.ended:
            self.engine.run_one(Lane.IO, 0, Worker("test", "1/2"))
            with self.store.transaction() as tx:
                job = jobs.get(tx, job.id)
        return job

    def _drop(self, batch: Batch, _stop: Callable[[], bool]) -> None:
        """Nothing is downloaded."""
        with self.store.transaction() as tx:
            ledger.end(tx, batch, done=len(batch.items))

    def value(self, sql: str, **parameters: Any) -> Any:
        with self.store.transaction() as tx:
            return tx.value(sql, **parameters)

    def asked(self, path: str) -> int:
        return sum(path in each.path for each in self.server.market.counts.requests)

    def listings(self) -> int:
        return int(self.value("SELECT count(*) FROM listing WHERE gone_at IS NULL"))


@pytest.fixture(scope="module")
def small() -> Iterator[Server]:
    with marketplace(24) as server:
        yield server


@pytest.fixture
def house(store: Store, small: Server) -> House:
    small.market.trouble.clear()
    small.market.trouble.gone.clear()
    small.market.trouble.changed.clear()
    small.market.limits.per_day = None
    small.market.counts.requests.clear()
    small.market.counts.statuses.clear()
    return House(store, small)


def test_a_shop_comes_in_with_listings_images_and_reviews_and_then_only_what_changes(house: House) -> None:
    shop = house.server.market.world.shops[1]
    mine = house.server.market.world.by_shop[shop.shop_id]
    house.follow(FollowKind.SHOP, shop.name)
    job = house.run()
    assert job.state == "SUCCESS", job.result
    assert house.listings() == len(mine)
    expected = sum(len(house.server.market.images(listing)) for listing in mine)
    assert house.value("SELECT count(*) FROM listing_image") == expected == job.result["sync"]["images"]
    assert house.value("SELECT count(*) FROM review") == sum(
        len(house.server.market.world.reviews(listing)) for listing in mine
    )
    assert house.value("SELECT name FROM shop") == shop.name
    states = house.value("SELECT count(*) FROM listing_state")

    batches = house.asked("/listings/batch")
    again = house.run()
    assert again.total == expected, "what another job has left is taken up again"
    assert (house.asked("/listings/batch"), again.result["sync"]["asked"]) == (batches, 0)
    assert house.value("SELECT count(*) FROM listing_state") == states == len(mine)

    house.server.market.trouble.changed[mine[0].listing_id] = {"price": 12345, "updated_timestamp": 1_800_000_000}
    house.server.market.trouble.gone.add(mine[1].listing_id)
    changed = house.run()
    assert changed.result["sync"]["asked"] == 2
    assert str(house.value("SELECT price FROM listing WHERE listing_id = :id", id=mine[0].listing_id)) == "123.4500"
    assert house.value("SELECT state FROM listing WHERE listing_id = :id", id=mine[1].listing_id) == "gone"
    assert house.value("SELECT count(*) FROM listing_state") == states + 2


def test_a_shop_that_vanishes_takes_its_listings_with_it(house: House) -> None:
    shop = house.server.market.world.shops[1]
    house.follow(FollowKind.SHOP, shop.name)
    house.run()
    there = house.listings()
    house.server.market.trouble.gone.add(shop.shop_id)
    assert house.run().state == "SUCCESS"
    assert house.value("SELECT count(*) FROM listing WHERE state = 'gone' AND title <> ''") == there > 0
    assert house.value("SELECT gone_at IS NOT NULL FROM shop")
    assert house.value("SELECT error FROM follow") == "The shop has vanished."


def test_pages_are_saved_one_by_one_and_a_sync_that_is_killed_goes_on_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 10)
    monkeypatch.setattr(syncing, "PAGES", 2)
    with marketplace(60) as server:
        house = House(store, server)
        house.follow(FollowKind.TAXONOMY, "891")
        job = house.service.sync(house.market)
        house.engine.run_one(Lane.IO, 0, Worker("test", "1/2"))
        assert house.listings() == 19
        half_way = len(server.market.counts.requests)
        save = listings.save

        def dies(*args: Any) -> list[int]:
            save(*args)
            raise SystemExit  # in the transaction of a page: nothing of it stays

        monkeypatch.setattr(listings, "save", dies)
        with pytest.raises(SystemExit):
            house.run(job)
        assert house.listings() == 19
        monkeypatch.setattr(listings, "save", save)
        house.value("UPDATE batch SET lease_until = now() - interval '1 s' WHERE state = 'leased' RETURNING 1")
        house.engine.leases.release_expired()
        assert house.run(job).state == "SUCCESS"
        pages = [each.query for each in server.market.counts.requests[:half_way] if "active" in each.path]
        later = [each.query for each in server.market.counts.requests[half_way:] if "active" in each.path]
        assert not set(pages) & set(later), "what was saved is not asked for again"
        world = {each.listing_id for each in server.market.world.listings.values()}
        assert house.listings() == int(house.value("SELECT count(*) FROM follow_listing")) > 30
        assert house.value("SELECT bool_and(listing_id = ANY(:ids)) FROM listing", ids=list(world))
        assert (
            house.value("SELECT count(*) FROM listing_image")
            == house.value("SELECT count(DISTINCT remote_id) FROM listing_image")
            == house.value("SELECT count(*) FROM image")
        )


def test_what_expires_before_the_next_sync_is_asked_for_again(store: Store, small: Server) -> None:
    small.market.trouble.gone.clear()
    house = House(store, small, keep=Keep(6, 24))
    house.follow(FollowKind.TAXONOMY, "1062", every=360)
    first = house.run().result["sync"]
    assert first["asked"] == first["listings"] > 0
    assert house.run().result["sync"]["asked"] == 0
    house.value("UPDATE listing_image SET expires_at = now() + interval '3 h' RETURNING 1")
    assert house.run().result["sync"]["asked"] == first["asked"]
    assert house.value("SELECT bool_and(expires_at > now() + interval '5.9 h') FROM listing")
    assert house.value("SELECT bool_and(expires_at > now() + interval '23 h') FROM listing_image")


def test_the_end_of_the_day_ends_the_batch_politely_and_it_goes_on_by_itself(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 5)
    monkeypatch.setattr(paging, "AHEAD", 1)
    monkeypatch.setattr(syncing, "DETAILS", 1)  # one after the other: a page, its details
    limits, meter = house.server.market.limits, house.server.market.meter
    meter._today.clear()
    limits.per_day, limits.wait = 4, 86_400
    house.follow(FollowKind.TAXONOMY, "891")
    job = house.run()
    asked = len(house.server.market.counts.requests)
    assert job.state == "SUCCESS"
    assert "Nothing may be asked until" in job.result["message"]
    assert "the daily limit is reached" in job.result["message"]
    some = house.listings()
    assert some == 9
    assert house.server.market.counts.limited == 0, "the headers had said so"
    assert house.service.sync_due() == []
    assert house.run().result["waits"]
    assert len(house.server.market.counts.requests) == asked, "nobody asks before"
    limits.per_day = None
    house.value("UPDATE request_rate SET state = state || '{\"blocked_until\": 1}' RETURNING 1")
    house.value("UPDATE follow SET due_at = now() RETURNING 1")
    (again,) = house.service.sync_due()
    assert "waits" not in house.run(again).result
    assert house.listings() > some
    assert house.value("SELECT synced_at IS NOT NULL AND error IS NULL FROM follow")
    assert house.service.sync_due() == []


def test_a_revoked_key_stops_with_a_sentence_and_is_not_tried_again_at_once(house: House) -> None:
    house.follow()
    house.server.market.trouble.add(Kind.REVOKED, times=None)
    job = house.run()
    assert job.state == "FAILURE"
    assert "refuses the key (403: API key not found or not active" in job.result["message"]
    assert "lumina" not in job.result["message"].replace("127.0.0.1", ""), "the secret is not shown"
    assert house.value("SELECT error FROM follow") == job.result["message"]
    assert house.service.sync_due() == []
    house.server.market.trouble.clear()
    assert house.run().state == "SUCCESS"


def test_a_kill_file_ends_it_and_what_is_followed_no_more_is_left_alone(house: House) -> None:
    house.follow()
    house.stopped = True
    assert house.run().state == "SUCCESS"
    assert not house.server.market.counts.requests
    house.stopped = False
    job = house.service.sync(house.market)
    house.service.unfollow(house.market, FollowKind.KEYWORDS, "THE")
    assert house.run(job).state == "SUCCESS"
    assert not house.server.market.counts.requests
    with pytest.raises(BadInput, match="Nothing of demo is followed"):
        house.service.sync(house.market)
    with pytest.raises(NotFound, match="'the' is not followed"):
        house.service.unfollow(house.market, FollowKind.KEYWORDS, "the")


def test_a_job_that_is_cancelled_asks_nothing_any_more(house: House) -> None:
    house.follow(FollowKind.TAXONOMY, "891")
    job = house.service.sync(house.market)
    house.before = lambda: house.value("UPDATE job SET cancel_requested = true RETURNING 1")
    assert house.run(job).state == "CANCELLED"
    assert house.listings() == 0
    assert not house.server.market.counts.requests


def test_one_job_for_each_marketplace(house: House) -> None:
    house.follow()
    job = house.service.sync(house.market)
    house.follow(FollowKind.TAXONOMY, "891")
    assert house.service.sync(house.market).id == job.id
    assert [each.id for each in house.service.sync_due()] == [job.id]
    assert house.value("SELECT count(*) FROM batch WHERE kind = 'sync'") == 2, "one for each"
    house.run(job)
    assert house.service.sync_due() == []
    house.value("UPDATE follow SET due_at = now() WHERE kind = 'taxonomy' RETURNING 1")
    (second,) = house.service.sync_due()
    assert second.id != job.id
    assert house.value("SELECT count(*) FROM batch WHERE job_id = :job", job=second.id) == 1, "only what is due"


def test_listings_that_make_no_sense_are_named_and_the_rest_comes_in(house: House) -> None:
    first = min(house.server.market.world.listings)
    house.server.market.trouble.changed[first] = {"shop_id": None, "title": "Nobody's"}
    house.follow(FollowKind.TAXONOMY, "891")
    job = house.run()
    assert job.state == "SUCCESS"
    assert job.result["left_out"][0] == f"Listing {first} (Nobody's) has no shop_id."
    assert "left out because they make no sense" in job.result["message"]
    assert house.listings() == job.result["sync"]["listings"] > 3


def test_nothing_real_is_asked_without_a_permission_and_a_key(store: Store) -> None:
    real = Market(1, "etsy", "https://openapi.etsy.com", (), Path("/x"))
    for permission, environment, sentence in (
        (" ", {"ETSY_API_KEY": "a:b"}, "market_permission: empty"),
        ("in writing", {}, "There is no key for Etsy"),
        ("in writing", {"ETSY_API_KEY": "a"}, "no shared secret"),
    ):
        with pytest.raises(BadSetting, match=sentence):
            Opening(store, permission, 5, Keep(), environment, ()).open(real)
    assert Opening(store, "in writing", 5, Keep(6), {"ETSY_API_KEY": "a:b"}, ()).keeping(real) == Keep(6)
