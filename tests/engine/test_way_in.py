"""Images of marketplaces while something happens to them: another address, a kill, a removal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lumina.domain.market import GONE, Listing, ListingImage
from lumina.domain.values import RenditionKind
from lumina.domain.work import Status
from lumina.engine import follow
from lumina.engine.purge import Purger
from lumina.store import downloads, listings, removals
from lumina.store.removals import Doomed
from tests.engine.test_downloading import House, house
from tests.support.market import listing

__all__ = ["house"]

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def contents(house: House) -> list[bytes]:
    folder = house.app.settings.home / "market" / "demo"
    return [(folder / path).read_bytes() for path in sorted(house.files().values())]


def purge(house: House, **what: Any) -> Mapping[str, int]:
    app = house.app
    purger = Purger(app.store, app.derived, app.settings.home, app.settings.node)
    return purger.purge(Doomed(house.market.source_id, **what), "a test")


def test_another_address_while_the_former_one_is_fetched_is_fetched_as_well(house: House) -> None:
    images = house.tell(12)
    told: list[list[int]] = []
    house.server.before = lambda _: told or told.append(house.tell(12, mark="-new"))  # type: ignore[func-returns-value]
    house.run("download")
    house.run()
    assert told == [images]
    assert contents(house) == [house.server.files[f"/12/{rank}-new.jpg"] for rank in (1, 2)]
    assert house.states("hash") == dict.fromkeys(images, (Status.DONE, None))


def test_killed_between_another_file_and_its_row_its_stages_are_due_again(house: House) -> None:
    images = house.tell(12)
    house.run()
    before = house.value("SELECT array_agg(thumbnail_key ORDER BY id) FROM image")
    house.tell(12, mark="-new")
    victim = os.fork()
    if victim == 0:  # dies with the new files in their places and the old ones in their rows
        downloads.save_downloads.__globals__["_update_files"] = lambda *_: os._exit(9)
        house.app.engine.store.engine.dispose(close=False)
        house.run("download")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(victim, 0)[1]) == 9
    house.app.leases.release_node("server")
    house.deliver()
    house.run()
    assert contents(house) == [house.server.files[f"/12/{rank}-new.jpg"] for rank in (1, 2)]
    assert house.states() == dict.fromkeys(images, (Status.DONE, None))
    after: list[Any] = house.value("SELECT array_agg(thumbnail_key ORDER BY id) FROM image")
    assert not set(before) & set(after), "previews are of the new pictures"


def test_what_was_fetched_and_has_no_row_yet_is_removed_with_its_listing(house: House) -> None:
    house.tell(12)
    folder = house.app.settings.home / "market" / "demo" / "12" / "12"
    folder.mkdir(parents=True)
    (folder / "121.png").write_bytes(b"killed before its row was written")
    (folder / "1210.jpg").write_bytes(b"somebody else's")
    done = purge(house, listing_id=12)
    assert (done["images"], done["files"]) == (2, 1)
    assert [path.name for path in folder.iterdir()] == ["1210.jpg"]
    half = house.app.settings.home / "market" / "demo" / ".part" / "1-121.jpg-1"
    half.parent.mkdir()
    half.write_bytes(b"killed half-way")
    house.tell(13)
    purge(house)
    assert not half.parent.exists()


def test_what_is_removed_while_it_is_fetched_leaves_no_file(house: House) -> None:
    house.tell(12)
    done: list[Any] = []
    house.server.before = lambda _: done or done.append(purge(house, listing_id=12))  # type: ignore[func-returns-value]
    house.run()
    assert done[0]["images"] == 2
    assert house.value("SELECT count(*) FROM image") == 0
    assert not [path for path in (house.app.settings.home / "market").rglob("*") if path.is_file()]


def test_a_file_that_cannot_be_removed_stays_with_its_row_and_the_rest_goes(house: House) -> None:
    house.tell(12)
    house.run("download")
    folder = house.app.settings.home / "market" / "demo" / "12" / "12"
    (folder / "121.jpg").unlink()
    (folder / "121.jpg").mkdir()
    (folder / "121.jpg" / "something").touch()
    done = purge(house, listing_id=12)
    assert (done["images"], done["unreachable"]) == (1, 1)
    assert house.value("SELECT count(*) FROM image") == 1


def test_killed_while_it_removes_what_is_kept_after_all_is_fetched_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = house.tell(12)
    house.run()

    def dies(*_: object) -> None:
        raise SystemExit

    house.value("UPDATE listing SET expires_at = now() - interval '1 s' RETURNING 1")
    monkeypatch.setattr(removals, "remove_images", dies)
    with pytest.raises(SystemExit):
        purge(house, expired=True)
    monkeypatch.undo()
    assert house.tell(12) == [], "the marketplace still shows the same"
    house.run()
    assert contents(house) == [house.server.files[f"/12/{rank}.jpg"] for rank in (1, 2)]
    assert house.states("thumbnail") == dict.fromkeys(images, (Status.DONE, None))
    keys = house.value("SELECT array_agg(thumbnail_key) FROM image")
    assert all(house.app.derived.path(RenditionKind.THUMBNAIL, bytes(key)).is_file() for key in keys)


def test_copies_are_looked_for_when_enough_pictures_have_come(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    searches = "SELECT count(*) FROM job WHERE kind = 'detect-duplicates' AND state = 'SUCCESS'"
    house.tell(12)
    house.run()
    assert house.value(searches) == 0, "two are too few"
    monkeypatch.setattr(follow, "FEWEST", 1)
    monkeypatch.setattr(follow, "SHARE", 0.5)
    house.tell(13)
    house.run()
    assert house.value(searches) == 1
    house.tell(14)
    house.run()
    assert house.value(searches) == 1, "two of six are new"
    house.tell(15)
    house.run()
    assert house.value(searches) == 2, "four of eight are"
    house.run()
    assert house.value(searches) == 2
    assert house.value("SELECT count(*) FROM job WHERE kind = 'detect-bursts'") == 0


def test_a_picture_that_had_vanished_with_its_listing_is_fetched_when_both_are_back(house: House) -> None:
    (image,) = house.tell(12, 1)
    there = house.server.files.pop("/12/1.jpg")
    house.run("download")
    assert house.states() == {image: (Status.FAILED, "gone")}
    house.server.files["/12/1.jpg"] = there
    assert house.tell(12, 1) == [], "a marketplace shows it all the time: it is final"
    with house.store.transaction() as tx:
        listings.save(tx, house.market.source_id, [Listing(12, 0, state=GONE)])
    assert house.tell(12, 1) == [image]
    house.run()
    assert house.states() == {image: (Status.DONE, None)}


def test_one_image_of_a_listing_is_its_first_one(house: House) -> None:
    house.tell(12, 3)
    primary = "SELECT array_agg(remote_id ORDER BY remote_id) FROM listing_image WHERE is_primary"
    for ranks, first in (((1, 1, 2), 121), ((None, 2, 1), 123)):
        images = tuple(
            ListingImage(120 + number, rank, f"{house.server.url}/12/{number}.jpg")
            for number, rank in enumerate(ranks, 1)
            if rank is not None
        )
        with house.store.transaction() as tx:
            listings.save(tx, house.market.source_id, [replace(listing(12), images=images)])
        assert house.value(primary) == [first]


def test_what_was_moved_to_another_disk_is_not_asked_for_again(house: House) -> None:
    moved, _ = house.tell(12)
    house.run("download")
    with house.store.transaction() as tx:
        disk = tx.value(
            "INSERT INTO source (catalog_id, path, kind) SELECT catalog_id, '/disk', 'backup' FROM source RETURNING id"
        )
        tx.execute("UPDATE file SET source_id = :disk WHERE image_id = :moved", disk=disk, moved=moved)
        assert downloads.again(tx) == 1
