"""Another program's folder, taken over: nothing of it is changed, nothing is computed again, nothing is guessed."""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import psutil
import pytest

from lumina.bootstrap import App, Settings, build
from lumina.domain.stage import Lane
from lumina.domain.values import RenditionKind
from lumina.domain.work import Job
from lumina.engine import adopt, export
from lumina.engine.adopt import Wish
from lumina.engine.leave import vault_of
from lumina.errors import BadInput
from lumina.files.picture import CutoutPicture
from lumina.services import market_files, originals
from lumina.store import cutouts, outcomes, spaces, vectors
from lumina.store.ledger import Worker
from tests.support.death import Death
from tests.support.messages import Messages
from tests.support.predecessor import Predecessor
from tests.support.vectors_of import drawn

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
STAGES = ("cutout", "download", "embed:clip-vit-b32", "embed:clip-vit-b32:text", "embed:dinov2-base")
TABLES = ("image", "listing_image", "file", "listing", "listing_state", "shop", "shop_state", "review", "cutout",
          "stage_state", "vector_space")  # fmt: skip


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[App]:
    made = build(Settings(home=tmp_path / "home", database_url=database_url), sender=Messages())
    with made.store.transaction() as tx:
        outcomes.declare(tx, made.registry.versions)
    yield made
    made.close()


@pytest.fixture
def before(tmp_path: Path) -> Predecessor:
    return Predecessor(tmp_path / "before")


def run(app: App, wish: Wish) -> Job:
    job = market_files.adopt(app.store, app.dispatcher, wish)
    while app.engine.run_one(Lane.IO, 0, Worker("server", "1/1")):
        pass
    return app.work.get(job.id)


def look(app: App, before: Predecessor) -> Any:
    return market_files.look_at(app.settings.home, app.models, before.folder)


def report(job: Job) -> dict[str, list[tuple[int | None, int | None]]]:
    found: dict[str, list[tuple[int | None, int | None]]] = {}
    for line in Path(job.result["report"]).read_text().splitlines():
        row = json.loads(line)
        found.setdefault(row["kind"], []).append((row["listing_id"], row["image_id"]))
    return found


def done(app: App) -> dict[int, set[str]]:
    """Image's number at the marketplace -> stages that are done."""
    with app.store.transaction() as tx:
        rows = tx.rows(
            """SELECT l.remote_id, g.name FROM listing_image l LEFT JOIN stage_state s USING (image_id)
            LEFT JOIN stage g ON g.id = s.stage_id AND s.status = 1"""
        )
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row["remote_id"], set()).update([row["name"]] if row["name"] else [])
    return found


def counts(app: App) -> dict[str, int]:
    with app.store.transaction() as tx:
        found = {name: tx.value(f"SELECT count(*) FROM {name}") for name in TABLES}
        return found | {spaces.table(space): spaces.size(tx, space) for space in spaces.every(tx)}


def test_all_is_taken_over_and_nothing_is_due_again(app: App, before: Predecessor) -> None:
    manifest = before.manifest()
    assert look(app, before).message == "8 images of 4 listings, 8 with their files; vectors: clip-vit-b32 8, " \
        "clip-vit-b32:text 8, dinov2-base 8"  # fmt: skip
    job = run(app, Wish(before.folder))
    assert job.state == "SUCCESS", job.result
    assert (job.result["odd"], job.result["absent"]) == ({}, [])
    assert job.result["strange"] == {"image_status": ["phase_of_moon"], "listings": ["colour"]}
    assert before.manifest() == manifest, "not a byte of it is changed"
    assert done(app) == {image: set(STAGES) for _, image in before.pairs}
    with app.store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM image WHERE awaited OR missing_since IS NOT NULL") == 0
        images = {row["remote_id"]: row for row in tx.rows("SELECT * FROM listing_image")}
        assert {image: row["rank"] for image, row in images.items()} == {i: i % 10 for _, i in before.pairs}
        assert all(row["is_primary"] == (image % 10 == 1) for image, row in images.items())
        first, vault = images[11]["image_id"], vault_of(tx, "server")
        assert originals.of_image(tx, first, vault).path == before.path((1, 11))
        cut = cutouts.get(tx, first)
        assert cut is not None
        assert cut.key is not None
        assert app.derived.read(RenditionKind.CUTOUT, cut.key) == before.cutout((1, 11)).read_bytes()
        assert CutoutPicture(first, app.derived.path(RenditionKind.CUTOUT, cut.key)).size == (96, 72)
        listing = tx.row("SELECT * FROM listing WHERE listing_id = 2")
        assert listing is not None
        assert (listing["title"], listing["tags"], listing["price"]) == ("Product 2", ["made", "by hand"], 12.5)
        assert (listing["words"], listing["raw"]) == ("Product 2. made, by hand", {"colour": "blue"})
        history = tx.rows("SELECT price, views FROM listing_state WHERE listing_id = 2 ORDER BY at")
        assert [row["price"] for row in history] == [10, 12.5], "a row only where something changed"
        assert tx.value("SELECT count(*) FROM shop_state") == 2
        assert tx.value("SELECT location FROM shop") == "Graz"
        assert tx.value("SELECT count(*) FROM review WHERE rating = 5 AND text = 'lovely'") == 4
        for model, dimensions in (("clip-vit-b32", 512), ("dinov2-base", 768)):
            space = spaces.live(tx, model)
            assert space is not None
            _, found = vectors.load(tx, space, [images[image]["image_id"] for _, image in before.pairs])
            assert np.allclose(found, drawn([image for _, image in before.pairs], dimensions), atol=1e-3)
    whole = counts(app)
    run(app, Wish(before.folder))
    assert counts(app) == whole, "asked for twice, it comes to the same"


def test_what_is_left_to_do_is_done_where_the_files_are(app: App, before: Predecessor) -> None:
    run(app, Wish(before.folder))
    job = app.work.run_stages()
    while any(app.engine.run_one(lane, 0, Worker("server", "1/1")) for lane in Lane):
        pass
    ended = app.work.get(job.id)
    with app.store.transaction() as tx:
        ran = {stage for row in tx.rows("SELECT stages FROM batch WHERE items <> '{}'") for stage in row["stages"]}
    assert (ended.failed, ran & {"download", *STAGES}) == (0, set()), ran
    masters = {"checksum", "metadata", "proxy", "thumbnail", "hash", "quality"}
    assert ran >= masters
    assert all(stages >= {*STAGES, *masters} for stages in done(app).values())
    with app.store.transaction() as tx:
        images, models = tx.value("SELECT count(*) FROM image WHERE revision = 0"), cutouts.counts(tx)
    assert (images, models) == (8, {"adopted": 8}), "nothing was made again"


def test_what_does_not_fit_together_is_listed_and_not_guessed(app: App, before: Predecessor) -> None:
    before.path((1, 12)).unlink()
    before.path((2, 21)).write_bytes(b"")
    before.cutout((2, 22)).unlink()
    before.sql("UPDATE image_status SET download_done = 0 WHERE image_id = 31")
    before.sql("UPDATE image_status SET embed_dinov2_base = 0 WHERE image_id = 32")
    before.sql("INSERT INTO image_status SELECT * FROM image_status WHERE image_id = 41")
    before.sql("UPDATE image_status SET embed_clip_vitb32 = 0 WHERE rowid = 9")
    before.sql("INSERT INTO image_status (listing_id, image_id, download_done) VALUES ('four', 1, 1), (4, 'x', 'yes')")
    before.sql("INSERT INTO image_status (listing_id, image_id, download_done) VALUES (4, 43, 'perhaps')")
    before.sql("INSERT INTO listings_dynamic (listing_id, timestamp) VALUES (99, '2025-01-01')")
    shutil.copy(before.path((1, 11)), before.folder / "images" / "9_99.jpg")
    pairs = [*before.pairs, (5, 51), (1, 11)]
    before.vectors(pairs=pairs)
    matrix = drawn([image for _, image in pairs], 768)
    matrix[3] = np.nan  # of image 22
    before.write("dinov2_base", matrix[:7])
    before.write("clip_vitb32_text", drawn([image for _, image in pairs], 96))
    before.write("resnet", drawn([1], 4))
    graph = faiss.IndexHNSWFlat(768, 4)
    faiss.write_index(graph, str(before.folder / "embeddings" / "dinov3_base.faiss"))
    seen = look(app, before)
    job = run(app, Wish(before.folder))
    assert job.state == "SUCCESS", job.result
    assert seen.odd == job.result["odd"], "looking says the same"
    found = report(job)
    assert {kind: len(rows) for kind, rows in found.items()} == job.result["odd"]
    files = found.pop("vector-file")
    assert len(files) == 3
    said = Path(job.result["report"]).read_text()
    for words in (
        "of kind IndexHNSWFlat",
        "resnet.faiss is of no model",
        "vectors of 96 numbers; those of clip-vit-b32",
        "dinov2_base.faiss holds 7 vectors, image_index.json tells of 10",
    ):
        assert words in said
        assert words in job.result["message"]
    assert found == {
        "bad-id": [(None, None), (None, None)],
        "odd-flag": [(4, 43)],
        "duplicate-row": [(4, 41)],
        "file-missing": [(1, 12)],
        "file-empty": [(2, 21)],
        "file-unmarked": [(3, 31)],
        "file-without-image": [(None, 99)],
        "cutout-missing": [(2, 22)],
        "vector-without-image": [(5, 51)],
        "vector-twice": [(1, 11), (1, 11)],
        "vector-bad": [(2, 22)],
        "vector-beyond": [(None, None)],
        "vector-missing": [(None, None), (1, 11), (1, 11), (4, 42)],
        "vector-unmarked": [(4, 41), (3, 32)],
        "vector-without-file": [(1, 12), (2, 21), (3, 31), (1, 12), (2, 21), (3, 31)],
        "history-without": [(None, None)],
    }
    clip, dino, both = "embed:clip-vit-b32", "embed:dinov2-base", {"download", "cutout"}
    assert done(app) == {
        11: both,
        12: set(),
        21: set(),
        22: {"download", clip},
        31: set(),
        32: {*both, clip},
        41: {*both, dino},
        42: {*both, clip},
        43: set(),
    }


def test_killed_at_each_step_it_comes_to_the_same(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Predecessor(tmp_path / "few", listings=2)
    monkeypatch.setattr(adopt, "PIECE", 3)
    death = Death(monkeypatch)
    steps = 0
    while death.after(steps := steps + 7, lambda: run(app, Wish(before.folder))):
        with app.store.transaction() as tx:
            tx.execute("DELETE FROM job")
    assert steps > 40
    assert done(app) == {image: set(STAGES) for _, image in before.pairs}
    assert counts(app) == {
        "image": 4, "listing_image": 4, "file": 4, "listing": 2, "listing_state": 4, "shop": 1, "shop_state": 2,
        "review": 2, "cutout": 4, "stage_state": 20, "vector_space": 3, "vector_1": 4, "vector_2": 4, "vector_3": 4,
    }  # fmt: skip
    assert [path.name for path in (tmp_path / "home" / "adopted").iterdir() if path.is_dir()] == []


def test_files_are_copied_where_that_is_wished(app: App, before: Predecessor, tmp_path: Path) -> None:
    manifest = before.manifest()
    run(app, Wish(before.folder, copy=True))
    assert before.manifest() == manifest
    shutil.rmtree(before.folder)
    with app.store.transaction() as tx:
        image = tx.value("SELECT image_id FROM listing_image WHERE remote_id = 42")
        found = originals.of_image(tx, image, vault_of(tx, "server")).path
        cut = cutouts.get(tx, image)
    assert found == tmp_path / "home" / "market" / "etsy" / "4" / "4" / "42.jpg"
    assert found.read_bytes() == manifest["images/4_42.jpg"][0]
    assert cut is not None
    assert cut.key is not None
    assert app.derived.read(RenditionKind.CUTOUT, cut.key) == manifest["images_nobg/4_42.png"][0]


def test_a_database_that_is_locked_or_was_left_open_is_copied(app: App, before: Predecessor) -> None:
    with closing(sqlite3.connect(before.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("INSERT INTO image_status (listing_id, image_id) VALUES (90, 901)")
        assert look(app, before).images == 8, "what is not committed is not there"
        other.execute("ROLLBACK")
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("INSERT INTO image_status (listing_id, image_id) VALUES (91, 911)")
        manifest = before.manifest()
        assert look(app, before).images == 9, "what stands in the log alone counts"
        assert before.manifest() == manifest


def test_a_hot_journal_is_put_in_order_in_the_copy(app: App, before: Predecessor, tmp_path: Path) -> None:
    """A program that died in the middle of a transaction leaves its half in the database, and the rest in a journal."""
    left = tmp_path / "left"
    with closing(sqlite3.connect(before.database, isolation_level=None)) as other:
        other.execute("PRAGMA cache_size = 1")
        other.execute("BEGIN")
        other.execute("UPDATE image_status SET download_done = 0, url = hex(randomblob(3000))")
        shutil.copytree(before.folder, left)
        other.execute("ROLLBACK")
    shutil.rmtree(before.folder)
    left.rename(before.folder)
    assert before.database.with_name("etsy_data.db-journal").stat().st_size
    manifest = before.manifest()
    assert look(app, before).downloaded == 8
    assert before.manifest() == manifest, "the original waits as it was"


def test_a_damaged_database_says_what_could_be_read(app: App, before: Predecessor) -> None:
    before.sql("UPDATE listings SET title = hex(randomblob(20000))")
    data = bytearray(before.database.read_bytes())
    data[len(data) // 2 :: 4096] = b"\xff" * len(data[len(data) // 2 :: 4096])
    for place in range(12 * 4096, len(data) - 4096, 4096):
        data[place : place + 64] = b"\xff" * 64
    before.database.write_bytes(data)
    job = run(app, Wish(before.folder))
    assert job.state == "FAILURE"
    assert "etsy_data.db is damaged" in job.result["message"]
    assert "shops: all 1 rows" in job.result["message"]
    assert counts(app)["image"] == 0
    before.database.write_bytes(b"no database at all" * 99)
    with pytest.raises(BadInput, match=r"is damaged|cannot be read"):
        look(app, before)
    before.database.unlink()
    with pytest.raises(BadInput, match=r"etsy_data.db is not there"):
        look(app, before)


def test_other_names_of_columns_and_files(app: App, before: Predecessor) -> None:
    """Paths in the table, text for numbers, no marks at all: files and vectors themselves say what is done."""
    with closing(sqlite3.connect(before.database)) as db, db:
        db.execute("ALTER TABLE image_status RENAME TO old")
        db.execute("CREATE TABLE Images (ListingID TEXT, listing_image_id TEXT, image_rank TEXT, file_path TEXT)")
        db.execute(
            r"""INSERT INTO Images SELECT listing_id, image_id, image_id % 10, '/data/old/images/p/' || rowid || '.jpg'
            FROM old"""
        )
        db.execute("DROP TABLE old")
        db.execute("DROP TABLE reviews")
    (before.folder / "images" / "p").mkdir()
    for place, pair in enumerate(before.pairs):
        before.path(pair).rename(before.folder / "images" / "p" / f"{place + 1}.jpg")
    shutil.rmtree(before.folder / "images_nobg")
    index = before.folder / "embeddings" / "image_index.json"
    rows = json.loads(index.read_text())
    index.write_text(json.dumps({str(row): {"listing_id": a, "image_id": str(b)} for row, (a, b) in enumerate(rows)}))
    job = run(app, Wish(before.folder))
    assert job.result["odd"] == {}
    assert job.result["absent"] == ["reviews"]
    assert done(app) == {image: set(STAGES) - {"cutout"} for _, image in before.pairs}


def test_a_files_own_numbers_name_the_rows_of_the_index(app: App, before: Predecessor) -> None:
    matrix = drawn([image for _, image in before.pairs], 768)
    order = np.random.default_rng(0).permutation(len(matrix))
    numbered = faiss.IndexIDMap(faiss.IndexFlatIP(768))
    numbered.add_with_ids(matrix[order], order)
    faiss.write_index(numbered, str(before.folder / "embeddings" / "dinov2_base.faiss"))
    assert run(app, Wish(before.folder)).result["odd"] == {}
    with app.store.transaction() as tx:
        space = spaces.live(tx, "dinov2-base")
        assert space is not None
        _, found = vectors.load(tx, space)
    assert np.allclose(found, matrix, atol=1e-3)


def test_our_own_export_is_read_back(app: App, before: Predecessor, tmp_path: Path) -> None:
    run(app, Wish(before.folder))
    with app.store.transaction() as tx:
        space = spaces.live(tx, "dinov2-base")
        assert space is not None
        _, first = vectors.load(tx, space)
    job = market_files.export(app.store, app.dispatcher, export.Wish(tmp_path / "made"), ("clip-vit-b32",))
    assert app.engine.run_one(Lane.IO, 0, Worker("server", "1/1"))
    assert app.work.get(job.id).result["rows"] == 8, app.work.get(job.id).result
    shutil.rmtree(before.folder / "embeddings")
    (tmp_path / "made").rename(before.folder / "embeddings")
    with app.store.transaction() as tx:
        tx.execute("DELETE FROM image")
    assert run(app, Wish(before.folder)).result["odd"] == {}
    assert done(app) == {image: set(STAGES) for _, image in before.pairs}
    with app.store.transaction() as tx:
        assert np.abs(vectors.load(tx, space)[1] - first).max() < 1e-3


def test_what_limits_a_workers_memory_does_not_limit_what_is_mapped(app: App, before: Predecessor) -> None:
    """A file of vectors is larger than any picture may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = psutil.Process().memory_info().vms
    before.write("dinov2_base", np.tile(drawn([image for _, image in before.pairs], 768), (2_500, 1)))
    resource.setrlimit(resource.RLIMIT_AS, (used + (40 << 20), hard))
    try:
        job = run(app, Wish(before.folder))
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == used + (40 << 20)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert job.result["odd"] == {"vector-beyond": 1}, job.result
    assert job.result["embedded"]["dinov2-base"] == 8
