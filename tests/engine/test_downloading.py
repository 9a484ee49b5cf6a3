"""Images of marketplaces through the ledger: fetched, kept, changed, lost, stopped by a file, and killed in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lumina.bootstrap import App, Settings, build
from lumina.domain.market import FollowKind, ListingImage, Market
from lumina.domain.stage import Lane
from lumina.domain.work import Status
from lumina.files.arrived import examine
from lumina.remote.images.fetcher import Fetcher
from lumina.store import Store, downloads, listings, markets
from lumina.store.ledger import Worker
from tests.remote.test_images import MEGAPIXELS, QUICK, picture
from tests.support.hub import Fault, Server, serving
from tests.support.market import listing, market
from tests.support.marketplace import marketplace
from tests.support.messages import Messages

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


class House:
    """The product's own stages on a marketplace whose images a server on this machine has."""

    def __init__(self, app: App, server: Server) -> None:
        self.app, self.server, self.store = app, server, app.store
        with self.store.transaction() as tx:
            folder = app.settings.home / "market" / "demo"
            self.market: Market = market(tx, folder, hosts=[server.url.removeprefix("http://")])

    def tell(self, number: int, images: int = 2, mark: str = "") -> list[int]:
        """A listing with pictures that the server has; `mark` gives them other addresses."""
        shown = tuple(
            ListingImage(10 * number + rank, rank, f"{self.server.url}/{number}/{rank}{mark}.jpg")
            for rank in range(1, images + 1)
        )
        for image in shown:
            path = image.url.removeprefix(self.server.url)
            self.server.files.setdefault(path, picture(image.remote_id + len(mark)))
        with self.store.transaction() as tx:
            return listings.save(tx, self.market.source_id, [replace(listing(number), images=shown)])

    def run(self, *stages: str, failed: bool = False) -> None:
        self.app.work.run_stages(stages, failed=failed)
        self.deliver()

    def deliver(self) -> None:
        """As workers do, without waiting for delays."""
        worker = Worker("server", "1/2")
        while any(self.app.engine.run_one(lane, 0, worker) for lane in (Lane.IO, Lane.CPU)):
            with self.store.transaction() as tx:
                tx.execute("UPDATE batch SET ready_at = now() WHERE state = 'ready'")

    def value(self, sql: str, **given: Any) -> Any:
        with self.store.transaction() as tx:
            return tx.value(sql, **given)

    def states(self, stage: str = "download") -> dict[int, tuple[Status, str | None]]:
        with self.store.transaction() as tx:
            rows = tx.rows(
                """SELECT image_id, status, code FROM stage_state JOIN stage ON stage.id = stage_id
                WHERE name = :stage""",
                stage=stage,
            )
        return {row["image_id"]: (Status(row["status"]), row["code"]) for row in rows}

    def files(self) -> dict[int, str]:
        with self.store.transaction() as tx:
            rows = tx.rows("SELECT image_id, path FROM file WHERE missing_since IS NULL")
        assert len({row["image_id"] for row in rows}) == len(rows), "an image has one file"
        return {row["image_id"]: row["path"] for row in rows}


@pytest.fixture
def house(store: Store, database_url: str, tmp_path: Path) -> Iterator[House]:
    settings = Settings(home=tmp_path / "home", database_url=database_url, broker_url="redis://unused")
    settings.home.mkdir()
    app = build(settings, sender=Messages())
    app.set_up_database()
    with serving() as server:
        yield House(app, server)
    app.close()


def test_what_a_marketplace_tells_of_is_fetched_and_then_like_any_other_image(house: House) -> None:
    images = house.tell(12, 3)
    house.run()
    assert house.files() == {image: f"12/12/12{rank}.jpg" for rank, image in enumerate(images, 1)}
    for stage in ("download", "checksum", "metadata", "proxy", "thumbnail", "hash", "quality"):
        assert house.states(stage) == dict.fromkeys(images, (Status.DONE, None)), stage
    assert house.value("SELECT count(*) FROM image WHERE missing_since IS NULL AND NOT awaited AND width = 96") == 3
    assert house.value("SELECT count(*) FROM listing_image WHERE etag <> '' AND downloaded_at IS NOT NULL") == 3
    asked = len(house.server.requests)
    house.run()
    assert len(house.server.requests) == asked, "nothing is due"


def test_another_address_brings_another_picture_and_its_stages_are_due_again(house: House) -> None:
    images = house.tell(12)
    house.run()
    before = house.value("SELECT array_agg(thumbnail_key ORDER BY id) FROM image")
    files = house.value("SELECT array_agg(id ORDER BY id) FROM file")
    assert house.tell(12, mark="-new") == images
    house.run()
    after = house.value("SELECT array_agg(thumbnail_key ORDER BY id) FROM image")
    assert not set(before) & set(after)
    assert house.value("SELECT array_agg(id ORDER BY id) FROM file") == files, "the rows of the files stay"
    assert house.states("hash") == dict.fromkeys(images, (Status.DONE, None))
    assert house.server.sent("if-none-match") == [""] * 4, "the mark was of another address"


def test_asked_again_a_picture_that_is_the_same_costs_nothing_but_the_question(house: House) -> None:
    images = house.tell(12)
    house.run()
    with house.store.transaction() as tx:
        assert downloads.again(tx) == 2
    revisions = house.value("SELECT array_agg(revision ORDER BY id) FROM image")
    house.server.faults = [Fault(status=304)]  # the other one comes whole, with the same bytes
    house.run()
    assert house.states() == dict.fromkeys(images, (Status.DONE, None))
    assert [bool(mark) for mark in house.server.sent("if-none-match")] == [False, False, True, True]
    assert house.value("SELECT array_agg(revision ORDER BY id) FROM image") == revisions
    assert house.value("SELECT count(*) FROM listing_image WHERE etag <> ''") == 2


def test_a_lost_picture_is_final_and_a_server_that_is_down_is_not(house: House) -> None:
    house.app.registry["download"]._fetch = Fetcher(partial(examine, max_pixels=MEGAPIXELS), QUICK).fetch  # type: ignore[attr-defined]
    lost, late = house.tell(12)
    del house.server.files["/12/1.jpg"]
    house.server.before = lambda path: house.server.faults.append(Fault(status=500)) if "2.jpg" in path else None
    house.run()
    assert house.states() == {lost: (Status.FAILED, "gone"), late: (Status.DEFERRED, "unreachable")}
    assert house.files() == {}
    assert house.value("SELECT count(*) FROM image WHERE awaited") == 2
    house.server.before = lambda path: None
    house.server.files["/12/1.jpg"] = picture(1)
    house.run()
    assert house.states() == {lost: (Status.FAILED, "gone"), late: (Status.DONE, None)}
    house.run(failed=True)
    assert house.states()[lost] == (Status.DONE, None)


def test_a_kill_file_that_appears_meanwhile_stops_it_and_the_other_stages_go_on(house: House) -> None:
    for number in range(1, 31):
        house.tell(number)
    (done,) = house.tell(31, 1)
    house.app.work.run_stages(["download"], images=[done])
    house.deliver()
    kill = house.app.settings.home / "KILL_DL"
    house.server.before = lambda _: kill.touch()
    house.run()
    stopped = [image for image, (status, _) in house.states().items() if status is not Status.DONE]
    assert 61 - len(house.files()) > 20, "most had not been begun"
    assert set(house.states("hash")) >= {done}, "what had come went on"
    asked = len(house.server.requests)
    house.run()
    assert len(house.server.requests) == asked, "as long as the file is there"
    house.server.before = lambda _: None
    kill.unlink()
    house.run()
    assert len(house.files()) == 61
    assert set(house.states("hash")) == set(house.files())
    assert set(stopped) <= set(house.files())


def test_killed_between_the_file_and_its_row_nothing_is_there_twice(house: House) -> None:
    images = house.tell(12)
    victim = os.fork()
    if victim == 0:  # dies with the files in their places and no row of them
        downloads.save_downloads.__globals__["_add_files"] = lambda *_: os._exit(9)
        house.app.engine.store.engine.dispose(close=False)
        house.run("download")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(victim, 0)[1]) == 9
    folder = house.app.settings.home / "market" / "demo" / "12" / "12"
    assert list(folder.iterdir())
    assert house.files() == {}
    house.app.leases.release_node("server")
    house.deliver()
    house.run()
    assert set(house.files()) == set(images)
    assert sorted(path.name for path in folder.iterdir()) == ["121.jpg", "122.jpg"]


def test_a_kill_file_ends_syncing_and_downloads_go_on(house: House) -> None:
    images = house.tell(12)
    kill = house.app.settings.home / "KILL_SYNC"
    kill.touch()
    with marketplace(listings=3) as server:
        with house.store.transaction() as tx:
            folder = house.app.settings.home / "market" / "other"
            address = server.url + "/v3/application"
            other = markets.ensure(tx, "other", title="Other", address=address, folder=folder, hosts=[server.host])
        house.app.market.follow(other, FollowKind.SHOP, server.market.world.shops[0].name, 60)
        for is_stopped in (True, False):
            if not is_stopped:
                kill.unlink()
            house.app.market.sync(other)
            house.run()
            known = house.value("SELECT count(*) FROM listing WHERE source_id = :source", source=other.source_id)
            assert (known == 0) == is_stopped
            assert set(house.files()) >= set(images)
    assert house.value("SELECT count(*) FROM image WHERE awaited") == 0
