"""What may not be kept is removed: rows, downloads and what was made of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lumina.domain.market import FollowKind, Market, Review, Shop
from lumina.domain.stage import Lane
from lumina.domain.values import RenditionKind
from lumina.engine import purge, purging
from lumina.engine.dispatch import Dispatcher
from lumina.engine.purge import Purger, sentence
from lumina.engine.purging import Purging
from lumina.files.derived import DerivedStore
from lumina.store import Store, Transaction, follows, jobs, ledger, listings, removals, reviews, shops
from lumina.store.ledger import Worker
from lumina.store.removals import Doomed
from tests.support.market import listing, market
from tests.support.messages import Messages

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]


class House:
    """Three listings of shop 7 with two images each, all downloaded; two images look the same."""

    def __init__(self, store: Store, home: Path) -> None:
        self.store, self.home = store, home
        self.folder = home / "market" / "demo"
        self.derived = DerivedStore(home / "derived")
        self.purger, self.dispatcher = Purger(store, self.derived, home, "server"), Dispatcher(store, Messages())
        with store.transaction() as tx:
            self.market: Market = market(tx, self.folder)
            source = self.market.source_id
            made = [listing(1), listing(2), listing(3)]
            self.images = listings.save(tx, source, made, 6, 24)
            shops.save(tx, source, [Shop(7, "Mugs"), Shop(8, "Pots")], 24)
            now = datetime.now(UTC)
            reviews.save(tx, source, [Review(7, 1, 5, now), Review(7, 2, 5, now), Review(8, 9, 5, now)], 24)
            follow = follows.add(tx, source, FollowKind.SHOP, "7", "Mugs", 60)
            follows.add(tx, source, FollowKind.KEYWORDS, "mug", "mug", 60)
            follows.seen(tx, follow.id, [1, 2, 3])
        for place, image in enumerate(self.images):
            self._download(image, bytes([max(1, place)]) * 16)  # the first two look the same

    def _download(self, image: int, key: bytes) -> None:
        with self.store.transaction() as tx:
            row = tx.row("SELECT folder, stem FROM image WHERE id = :id", id=image)
            assert row is not None
            path = f"{row['folder']}/{row['stem']}.jpg"
            tx.execute("UPDATE image SET missing_since = NULL, awaited = false WHERE id = :id", id=image)
            tx.execute(
                """INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
                VALUES (:id, :source, :path, 'original', 'jpeg', 4, 1)""",
                id=image,
                source=self.market.source_id,
                path=path,
            )
            for kind in ("proxy", "thumbnail"):
                tx.execute("INSERT INTO rendition VALUES (:id, :kind, :key, 1, 1, 1)", id=image, kind=kind, key=key)
            tx.execute("INSERT INTO cutout VALUES (:id, :key, :key, 'm', 1, 1, 1, 1, 0.5, NULL)", id=image, key=key)
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(b"jpeg")
        for each in RenditionKind:
            self.derived.write(each, key, b"x")

    def files(self) -> int:
        return sum(path.is_file() for path in self.home.rglob("*"))

    def count(self, table: str) -> int:
        with self.store.transaction() as tx:
            return int(tx.value(f"SELECT count(*) FROM {table}"))

    def counts(self, tables: Sequence[str]) -> list[int]:
        return [self.count(table) for table in tables]

    def work(self) -> None:
        """One batch of a job that removes."""
        with self.store.transaction() as tx:
            batch = ledger.claim(tx, Lane.IO, 0, Worker("test", "1/2"), 60)
        assert batch is not None
        Purging(self.store, self.dispatcher, self.purger).run(batch, lambda: False)

    def purge(self, **what: Any) -> dict[str, int]:
        return dict(self.purger.purge(Doomed(self.market.source_id, **what), "a test"))


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


TABLES = ("listing", "listing_state", "listing_image", "image", "file", "cutout", "review", "shop", "follow")


def test_a_listing_goes_with_its_images_and_what_another_image_shows_stays(house: House) -> None:
    assert house.counts(TABLES) == [3, 3, 6, 6, 6, 6, 3, 2, 2]
    first = house.derived.path(RenditionKind.PROXY, b"\1" * 16)
    with house.store.transaction() as tx:
        tx.execute("UPDATE listing_image SET listing_id = 2 WHERE image_id = :id", id=house.images[1])
    done = house.purge(listing_id=1)
    assert done == {"images": 1, "files": 1, "bytes": 4, "listings": 1, "reviews": 1}
    assert house.counts(TABLES) == [2, 2, 5, 5, 5, 5, 2, 2, 2]
    assert first.is_file(), "another image shows the same"
    assert house.purge(listing_id=2)["images"] == 3
    assert not first.exists()


def test_everything_of_a_shop_and_then_of_the_marketplace(house: House) -> None:
    done = house.purge(shop_id=7)
    assert sentence(done) == "Removed: 3 listings, 6 images, 6 files, 1 shops, 2 reviews (0.0 MB)."
    assert house.counts(TABLES) == [0, 0, 0, 0, 0, 0, 1, 1, 1]
    assert house.files() == 0
    assert not list(house.folder.iterdir()), "nor empty folders"
    house.purge()
    assert house.counts(TABLES) == [0] * len(TABLES)
    with house.store.transaction() as tx:
        newest, first = removals.journal(tx, house.market.source_id)
    assert (first.what, first.counts["images"], newest.counts) == ("a test", 6, {"shops": 1, "reviews": 1})
    assert sentence(house.purge()) == "Nothing to remove."


def test_only_what_is_expired_goes_and_what_is_followed_stays_so(house: House) -> None:
    assert sentence(house.purge(expired=True)) == "Nothing to remove."
    with house.store.transaction() as tx:
        tx.execute("UPDATE listing SET expires_at = now() - interval '1 s' WHERE listing_id = 1")
        tx.execute("UPDATE listing_image SET expires_at = now() - interval '1 s' WHERE remote_id = 21")
        tx.execute("UPDATE shop SET expires_at = NULL")
    assert house.purge(expired=True) == {"images": 3, "files": 3, "bytes": 12, "listings": 1}
    assert house.counts(TABLES) == [2, 2, 3, 3, 3, 3, 3, 2, 2]
    assert house.count("follow_listing") == 2


def test_a_purge_that_breaks_off_is_finished_by_the_next(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(removals, "remove_images", dies)
    with pytest.raises(SystemExit):
        house.purge()
    assert house.count("image") == 6
    monkeypatch.undo()
    assert house.purge()["images"] == 6
    assert house.counts(TABLES) == [0] * len(TABLES)
    assert house.files() == 0


def test_a_job_goes_on_where_it_was_killed_in_one_line_of_the_journal(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "PIECE", 2)
    with house.store.transaction() as tx:
        disk = (
            "INSERT INTO source (catalog_id, path, kind) SELECT catalog_id, '/disk', 'backup' FROM source RETURNING id"
        )
        tx.execute("UPDATE file SET source_id = :disk WHERE image_id = :id", disk=tx.value(disk), id=house.images[0])
        job = purging.start(tx, house.dispatcher, Doomed(house.market.source_id))
        assert follows.every(tx) == [], "nothing brings back what is being removed"
    remove = removals.remove_images
    pieces: list[int] = []

    def dies(tx: Transaction, ids: Sequence[int]) -> None:
        pieces.append(len(ids))
        if len(pieces) == 2:
            raise SystemExit
        remove(tx, ids)

    monkeypatch.setattr(removals, "remove_images", dies)
    with pytest.raises(SystemExit):
        house.work()
    with house.store.transaction() as tx:
        assert (found := jobs.get(tx, job.id)).done == 1
        assert (found.total, found.result["message"][:18]) == (6, "Removed: 1 images,")
        tx.execute("UPDATE batch SET state = 'ready', lease_token = NULL")
    house.work()
    with house.store.transaction() as tx:
        found = jobs.get(tx, job.id)
        (entry,) = removals.journal(tx, house.market.source_id)
    assert (found.done, found.failed, found.pending) == (5, 1, 0)
    assert (entry.what, entry.counts["images"], entry.counts["unreachable"]) == ("everything", 5, 1)
    assert pieces == [1, 2, 2, 2]


def test_files_outside_of_the_home_stay_and_a_disk_that_is_away_keeps_its_rows(house: House, tmp_path: Path) -> None:
    place = tmp_path / "disk"
    place.mkdir()  # where the disk is mounted when it is there: an empty folder without its mark
    with house.store.transaction() as tx:
        disk = tx.value(
            """INSERT INTO source (catalog_id, path, kind) SELECT catalog_id, :place, 'backup' FROM source
            RETURNING id""",
            place=str(place),
        )
        tx.execute("UPDATE file SET source_id = :disk WHERE image_id = :id", disk=disk, id=house.images[0])
        tx.execute(
            """INSERT INTO leftover SELECT :disk, path, 'sum', id FROM file WHERE image_id = :id""",
            disk=disk,
            id=house.images[4],
        )
    away = house.purge(listing_id=1)
    assert (away["unreachable"], away["images"]) == (1, 1)
    assert house.purge(listing_id=3)["unreachable"] == 1, "a copy that was needed no more lies on that disk"
    assert "their disk is away" in sentence(away)
    assert house.count("listing") == 3, "its listing stays with it"
    house.purger = Purger(house.store, house.derived, tmp_path / "elsewhere", "server")
    left = house.purge(listing_id=2)
    assert (left["images"], left["files left"]) == (2, 2)
    assert sum(path.is_file() for path in house.folder.rglob("*")) == 4
