"""`lumina market follow`, `sync`, `status` and `purge`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lumina.bootstrap import Settings, build
from lumina.domain.stage import Lane
from lumina.store import markets
from lumina.store.ledger import Worker
from tests.support.lumina_home import Home
from tests.support.marketplace import Server, marketplace
from tests.support.messages import Messages

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with marketplace(12) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Home:
    made = Home(tmp_path)
    made.environment["LUMINA_DATABASE_URL"] = database_url
    made.environment["HOME"] = str(tmp_path)
    return made


def test_from_following_to_purging(home: Home, server: Server, tmp_path: Path) -> None:
    app = build(Settings(home=tmp_path, database_url=home.environment["LUMINA_DATABASE_URL"]), sender=Messages())
    app.set_up_database()
    with app.store.transaction() as tx:
        markets.ensure(tx, "demo", title="Demo marketplace", address=server.url, folder=tmp_path / "market" / "demo")
    shop = server.market.world.shops[0]
    would = home.run("market", "follow", "--keywords", "mug", "--dry-run").stdout
    assert "Would follow the keywords 'mug' every 360" in would
    assert (
        f"Shop {shop.name} is followed every 30 minutes"
        in home.run("market", "follow", "--shop", shop.name.lower(), "--every", "30").stdout
    )
    assert [each["title"] for each in home.json("market", "sync", "--dry-run")["follows"]] == [shop.name]
    job = app.market.sync(app.market.named())
    app.engine.run_one(Lane.IO, 0, Worker("server", "1/2"))
    assert app.work.get(job.id).result["sync"]["listings"] == len(server.market.world.by_shop[shop.shop_id])
    shown = home.run("market", "status").stdout
    assert "Demo marketplace: " in shown
    assert "10.0 requests per second" in shown
    assert "waits: " in shown, "what is missing for want of a model says so"
    (market,) = home.json("market", "status")["markets"]
    awaited = market["known"]["awaited"]
    assert 0 < awaited == market["known"]["images"]
    would = home.run("market", "purge", "--all", "--dry-run").stdout
    assert f"Would remove everything of demo: {market['known']['listings']} listings, {awaited} images" in would
    app.close()
    done = home.json("market", "purge", "--all")["job"]
    assert (done["state"], done["done"]) == ("SUCCESS", awaited)


def test_nothing_real_is_asked_without_permission_or_key(home: Home) -> None:
    follow = ("market", "follow", "--keywords", "mug")
    assert "market_permission: empty" in home.run(*follow, code=2).stderr
    allowed = ("--set", "market_permission=by letter of 1 May", *follow)
    assert "There is no key for Etsy" in home.run(*allowed, code=2, ETSY_API_KEY="").stderr
    refused = home.run(*allowed, code=2, ETSY_API_KEY="keyonly").stderr
    assert "no shared secret" in refused
    assert "keyonly" not in refused
    assert home.run("market", "status").stdout == "No marketplace is known.\n", "nothing was made for it"
    assert "There is no marketplace 'etsy'." in home.run("market", "sync", code=1).stderr
    assert "Name one of --shop" in home.run("market", "follow", code=2).stderr
    (home.folder / ".env").write_text("ETSY_API_KEY=mine:hidden\n")
    assert "The search for mug is followed" in home.run(*allowed).stdout
    assert "hidden" not in home.run("config").stdout
