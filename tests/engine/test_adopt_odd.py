"""Another program's folder that holds what nobody expects: it is taken over all the same, or refused in a sentence."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lumina.bootstrap import App
from lumina.domain.ensemble import ListingFilter, ListingKey
from lumina.domain.values import RenditionKind
from lumina.engine.adopt import Wish
from lumina.engine.leave import vault_of
from lumina.errors import BadInput
from lumina.services import originals
from lumina.services.listings import view
from lumina.store import cutouts
from tests.engine.test_adopt import app, before, done, look, report, run  # noqa: F401  # fixtures
from tests.support.predecessor import Predecessor

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
MANY = """(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200000)
    SELECT group_concat(n, ' ') FROM c)"""
ODD = f"""
    ALTER TABLE image_status ADD COLUMN path TEXT;
    ALTER TABLE image_status ADD COLUMN rank;
    ALTER TABLE shops ADD COLUMN review_average REAL;
    UPDATE image_status SET url = CAST(x'ff41' AS TEXT), path = CAST(x'ff41' AS TEXT), rank = 1e30 WHERE image_id = 11;
    UPDATE shops SET review_average = 1e300;
    UPDATE listings SET title = CAST(x'ff41' AS TEXT), creation_timestamp = '9999-12-31T23:59:59-10:00',
        colour = x'00ff' WHERE listing_id = 1;
    UPDATE listings SET tags = {MANY} WHERE listing_id = 2;
    UPDATE listings SET tags = replace(hex(zeroblob(5000)), '0', '['), creation_timestamp = '0001-01-01T00:00:00+10:00'
        WHERE listing_id = 3;
    UPDATE listings_dynamic SET price = '9e9999999' WHERE listing_id = 1;
    UPDATE listings_dynamic SET price = replace(hex(zeroblob(5000)), '0', '{{"amount":') WHERE listing_id = 2;
    UPDATE listings_dynamic SET timestamp = CAST(x'ff41' AS TEXT) WHERE listing_id = 4;
"""


def test_values_that_make_no_sense_are_left_out_and_the_rest_is_taken_over(app: App, before: Predecessor) -> None:  # noqa: F811
    with closing(sqlite3.connect(before.database)) as db, db:
        db.executescript(ODD)
    job = run(app, Wish(before.folder))
    assert job.state == "SUCCESS", job.result
    assert {image for image, stages in done(app).items() if "download" in stages} == {
        image for _, image in before.pairs
    }
    with app.store.transaction() as tx:
        cards, _ = view.page(tx, ListingFilter(), "", after=None, limit=50)
        whole = {card.listing_id: view.details(tx, ListingKey(card.source_id, card.listing_id)) for card in cards}
    assert {number: each.card.title for number, each in whole.items()} == {
        1: "\ufffdA", 2: "Product 2", 3: "Product 3", 4: "Product 4"}  # fmt: skip
    assert [whole[number].card.created_at for number in (1, 3)] == [None, None]
    assert [whole[number].card.price for number in (1, 2, 3)] == [None, None, 12.5]
    assert whole[1].shop is not None
    assert (whole[1].shop.review_average, whole[4].history) == (None, ())


def test_pictures_on_other_disks_that_are_linked_can_be_opened(app: App, before: Predecessor, tmp_path: Path) -> None:  # noqa: F811
    """The whole of `images` lies elsewhere, and a part of that elsewhere again; links to files or back go nowhere."""
    disk, far, images = tmp_path / "disk", tmp_path / "far", before.folder / "images"
    images.rename(disk)
    for folder in (far, disk / "more"):
        folder.mkdir()
    images.mkdir()
    (images / "here").symlink_to(disk)
    (images / "back").symlink_to(before.folder)
    (disk / "2_21.jpg").rename(far / "2_21.jpg")
    (disk / "2_21.jpg").symlink_to(far / "2_21.jpg")
    (disk / "1_11.jpg").rename(disk / "more" / "1_11.jpg")
    job = run(app, Wish(before.folder))
    assert report(job)["file-missing"] == [(2, 21)]
    assert (job.result["downloaded"], job.result["images"]) == (7, 8)
    with app.store.transaction() as tx:
        vault, rows = vault_of(tx, "server"), tx.rows("SELECT remote_id, image_id FROM listing_image")
        there = {
            row["remote_id"]: originals.of_image(tx, row["image_id"], vault).path
            for row in rows
            if row["remote_id"] != 21
        }
    assert there[11] == disk / "more" / "1_11.jpg"
    assert all(path.parent in (disk, disk / "more") for path in there.values())


def test_a_table_that_cannot_be_read_ends_the_adoption_with_a_sentence(app: App, before: Predecessor) -> None:  # noqa: F811
    with closing(sqlite3.connect(before.database)) as db, db:
        db.executescript("DROP TABLE listings; CREATE VIEW listings AS SELECT * FROM nowhere")
    with pytest.raises(BadInput, match=r"etsy_data.db cannot be read: no such table: main.nowhere"):
        look(app, before)
    assert run(app, Wish(before.folder)).state == "FAILURE"


def test_copied_later_nothing_is_needed_of_the_folder_any_more(app: App, before: Predecessor) -> None:  # noqa: F811
    run(app, Wish(before.folder))
    with app.store.transaction() as tx:
        tx.execute("UPDATE file SET checksum = int8send(image_id)")
        before_that = tx.rows("SELECT id, revision FROM image ORDER BY 1")
    whole = {pair: (before.path(pair).read_bytes(), before.cutout(pair).read_bytes()) for pair in before.pairs}
    run(app, Wish(before.folder, copy=True))
    shutil.rmtree(before.folder)
    with app.store.transaction() as tx:
        vault = vault_of(tx, "server")
        rows = tx.rows("SELECT listing_id, remote_id, image_id FROM listing_image")
        for row in rows:
            image, cut = row["image_id"], cutouts.get(tx, row["image_id"])
            assert cut is not None
            assert cut.key is not None
            bytes_ = (
                originals.of_image(tx, image, vault).path.read_bytes(),
                app.derived.read(RenditionKind.CUTOUT, cut.key),
            )
            assert bytes_ == whole[row["listing_id"], row["remote_id"]]
        assert len(rows) == len(whole)
        assert tx.value("SELECT count(*) FROM file WHERE checksum = int8send(image_id)") == len(whole)
        assert tx.rows("SELECT id, revision FROM image ORDER BY 1") == before_that


def test_nothing_is_copied_over_what_was_fetched_since(app: App, before: Predecessor) -> None:  # noqa: F811
    run(app, Wish(before.folder, copy=True))
    with app.store.transaction() as tx:
        image = tx.value("SELECT image_id FROM listing_image WHERE remote_id = 11")
        path = originals.of_image(tx, image, vault_of(tx, "server")).path
        path.write_bytes(b"newer")
        tx.execute("UPDATE file SET size = 5, modified_ns = 5 WHERE image_id = :i", i=image)
    assert run(app, Wish(before.folder, copy=True)).state == "SUCCESS"
    assert path.read_bytes() == b"newer"
