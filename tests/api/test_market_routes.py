"""Marketplaces over HTTP: followed, synced, looked at, purged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lumina.domain.stage import Lane
from lumina.store import markets
from tests.api.conftest import House
from tests.support.marketplace import Server, marketplace

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with marketplace(12) as running:
        yield running


@pytest.fixture
def demo(house: House, server: Server, tmp_path: Path) -> None:
    with house.store.transaction() as tx:
        markets.ensure(tx, "demo", title="Demo marketplace", address=server.url, folder=tmp_path, hosts=[server.host])


def test_a_shop_is_followed_synced_and_purged(
    house: House, server: Server, demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETSY_API_KEY", "abc:def")
    shop = server.market.world.shops[0]
    size = len(server.market.world.by_shop[shop.shop_id])
    follow = house.post("/api/market/follows", {"kind": "shop", "value": shop.name, "every_minutes": 30}, 201)
    assert (follow["title"], follow["value"], follow["synced_at"]) == (shop.name, str(shop.shop_id), None)
    job = house.post("/api/market/sync", {"market": "demo"}, 202)
    assert house.post("/api/market/sync", status=202)["id"] == job["id"]
    assert house.get("/api/market")["items"][0]["job"] == job["id"]
    house.app.engine.run_one(Lane.IO, 0, house.me)

    answer = house.get("/api/market")
    assert (answer["permitted"], answer["keyed"]) == (False, True)
    (market,) = answer["items"]
    assert market["waits"] is None
    assert (market["name"], market["title"], market["known"]["listings"]) == ("demo", "Demo marketplace", size)
    assert market["known"]["images"] == market["known"]["awaited"] > 0
    assert market["limit"]["blocked_until"] is None
    assert market["follows"][0]["synced_at"] is not None
    stages = {stage["name"]: stage for stage in market["stages"]}
    assert stages["download"]["missing"] == market["known"]["images"]

    would = house.post("/api/market/purge", {"shop_id": shop.shop_id, "dry_run": True})
    assert (would["counts"]["listings"], would["what"]) == (size, f"shop {shop.shop_id}")
    job = house.post("/api/market/purge", {"shop_id": shop.shop_id}, 202)
    assert (job["kind"], job["state"]) == ("market-purge", "PENDING")
    assert house.post("/api/market/purge", {"shop_id": shop.shop_id}, 202)["id"] == job["id"]
    everything = house.client.post("/api/market/purge", json={"everything": True})
    assert job["id"] in house.problem(everything, 409)["detail"]
    while (job := house.get(f"/api/jobs/{job['id']}"))["finished_at"] is None:
        house.app.engine.run_one(Lane.IO, 0, house.me)
    assert (job["state"], job["done"], job["total"]) == ("SUCCESS", market["known"]["images"], job["done"])
    assert f"Removed: {size} listings, {job['done']} images" in job["message"]
    (market,) = house.get("/api/market")["items"]
    assert (market["known"]["images"], market["follows"]) == (0, [])


def test_a_search_is_followed_and_not_any_more(house: House, demo: None) -> None:
    follow = house.post("/api/market/follows", {"kind": "keywords", "value": "blue mug"}, 201)
    assert house.client.delete(f"/api/market/follows/{follow['id']}").json()["title"] == "blue mug"
    house.problem(house.client.delete(f"/api/market/follows/{follow['id']}"), 404)
    assert "Nothing of demo is followed" in house.problem(house.client.post("/api/market/sync"), 422)["detail"]


def test_it_is_said_why_nothing_is_asked(house: House, demo: None, tmp_path: Path) -> None:
    with house.store.transaction() as tx:
        markets.ensure(tx, "etsy", title="Etsy", address="https://example.invalid", folder=tmp_path / "etsy")
        markets.ensure(tx, "demo", title="Demo", address="http://127.0.0.1:1", folder=tmp_path)  # nobody listens there
    demo_waits, etsy_waits = (market["waits"] for market in house.get("/api/market")["items"])
    assert "does not run now" in demo_waits
    assert "market_permission: empty" in etsy_waits
    kill = house.app.settings.home / "KILL_SYNC"
    kill.parent.mkdir(exist_ok=True)
    kill.touch()
    assert all("stops syncing" in market["waits"] for market in house.get("/api/market")["items"])
    kill.unlink()


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("follows", {"market": "etsy", "kind": "keywords", "value": "mug"}, 422, "market_permission: empty"),
        ("follows", {"kind": "taxonomy", "value": "mugs"}, 422, "it should be a number"),
        ("follows", {"kind": "shop", "value": "nobody"}, 404, "There is no shop 'nobody'"),
        ("follows", {"kind": "smell", "value": "x"}, 422, "kind"),
        ("sync", {"market": "elsewhere"}, 404, "There is no marketplace 'elsewhere'"),
        ("purge", {}, 422, "Name what to remove"),
        ("purge", {"everything": True, "expired": True}, 422, "Name what to remove"),
    ],
)
def test_what_makes_no_sense_is_refused(
    house: House, demo: None, path: str, body: dict[str, object], status: int, sentence: str
) -> None:
    answer = house.client.post(f"/api/market/{path}", json=body)
    assert sentence in house.problem(answer, status)["detail"]


def test_a_key_that_is_no_good_is_a_refusal(
    house: House, server: Server, demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.market, "keys", {"other:key"})
    answer = house.client.post("/api/market/follows", json={"kind": "shop", "value": "x"})
    assert "refuses the key" in house.problem(answer, 502)["detail"]
