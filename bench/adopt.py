"""Another program's folder, taken over: rows a second, beside the bare reading of its database and its vectors.

    python -m bench.adopt --database postgresql://... --rows 1000000 [--odd 1000]

A folder of that kind is made in a temporary place: `etsy_data.db` with two images to a listing, a file of a picture for
each image (names of few real files), FAISS files of drawn vectors. The database is made and dropped. With `--odd N`,
five times N rows disagree: their file is gone, they are not marked, not marked as embedded, twice there, or the index
names another image.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import faiss
import numpy as np
from PIL import Image
from sqlalchemy.engine import make_url

from lumina.bootstrap import Settings, build
from lumina.domain.stage import Lane
from lumina.domain.vector_files import file_name
from lumina.domain.vectors import SpaceKind
from lumina.engine.adopt import Wish
from lumina.files.vector_files import VectorWriter
from lumina.services import market_files
from lumina.store import Store
from lumina.store.ledger import Worker
from tests.support.messages import Messages

DIMENSIONS = {"clip-vit-b32": 512, "clip-vit-l14": 768, "dinov2-base": 768, "dinov2-large": 1024, "dinov3-base": 768}
NAMES_OF_ONE_FILE = 50_000
PART = 50_000
TEXT = "It is made by hand. " * 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True, help="of a server on which a database may be made")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--odd", type=int, default=0, help="rows that disagree, of each of five kinds")
    parser.add_argument("--models", default="clip-vit-b32", help="separated by commas; all five need 24 GB of disk")
    given = parser.parse_args()
    models = {name: DIMENSIONS[name] for name in given.models.split(",")}
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as place:
        folder = Path(place) / "before"
        make(folder, given.rows, models)
        if given.odd:
            spoil(folder, given.rows, given.odd)
        bare = timed("bare reading: every row, every file's entry, every vector", given.rows, lambda: read(folder))
        with database(given.database) as url:
            wish = (Path(place) / "home", url, folder)
            ours = timed("adopted", given.rows, lambda: adopt(*wish, given.rows, models, given.odd))
            timed("again, with nothing left to do", given.rows, lambda: adopt(*wish, 0, {}, given.odd))
    each = ours / given.rows
    print(f"adopting takes {ours / bare:.1f} x the bare reading; a million rows would take {each * 1e6:.0f} s")


def timed(what: str, rows: int, act: object) -> float:
    began, before = time.perf_counter(), time.process_time()
    act()  # type: ignore[operator]
    seconds, processor = time.perf_counter() - began, time.process_time() - before
    print(
        f"{what:60} {seconds:7.1f} s  {rows / seconds:9,.0f} rows/s  processor {processor:6.1f} s",
        flush=True,
    )
    return seconds


def make(folder: Path, rows: int, models: dict[str, int]) -> None:
    for name in ("images", "embeddings"):
        (folder / name).mkdir(parents=True)
    with closing(sqlite3.connect(folder / "etsy_data.db")) as db, db:
        flags = ", ".join(f"embed_{file_name(name, SpaceKind.IMAGE).removesuffix('.faiss')}" for name in models)
        db.executescript(
            f"""
            CREATE TABLE image_status (listing_id INTEGER, image_id INTEGER, is_primary INTEGER, url TEXT,
                to_download INTEGER, download_done INTEGER, bg_removed INTEGER, {flags});
            CREATE TABLE listings (listing_id INTEGER PRIMARY KEY, shop_id INTEGER, title TEXT, description TEXT,
                tags TEXT, when_made TEXT, price REAL, currency TEXT);
            CREATE TABLE listings_dynamic (listing_id INTEGER, timestamp INTEGER, state TEXT, quantity INTEGER,
                num_favorers INTEGER, views INTEGER, price REAL, currency TEXT);
            """
        )
        marks = ", ".join("?" * (7 + len(models)))
        db.executemany(f"INSERT INTO image_status VALUES ({marks})", statuses(rows, len(models)))
        db.executemany(
            "INSERT INTO listings VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((n, n % 5000 + 1, f"Product {n}", TEXT, '["made", "by hand"]', "2020_2025", 9.5, "EUR")
             for n in range(1, rows // 2 + 1)),
        )  # fmt: skip
        db.executemany(
            "INSERT INTO listings_dynamic VALUES (?, ?, 'active', 1, 2, ?, 9.5, 'EUR')",
            ((n, 1_700_000_000 + 86_400 * day, 10 + day) for n in range(1, rows // 2 + 1) for day in range(2)),
        )
    pictures(folder / "images", rows)
    (folder / "embeddings" / "image_index.json").write_text(json.dumps([(n // 2 + 1, n + 1) for n in range(rows)]))
    random = np.random.default_rng(0)
    for name, dimensions in models.items():
        writer = VectorWriter(folder / "embeddings" / file_name(name, SpaceKind.IMAGE), dimensions, rows)
        for start in range(0, rows, PART):
            matrix = random.standard_normal((min(PART, rows - start), dimensions), np.float32)
            writer.add(matrix / np.linalg.norm(matrix, axis=1, keepdims=True))
        writer.close()


def spoil(folder: Path, rows: int, odd: int) -> None:
    """Each kind begins at an image of its own and goes on in steps of `rows // odd`; none is spoilt twice."""
    step = rows // odd
    assert step >= 10, "too many for so few rows"
    with closing(sqlite3.connect(folder / "etsy_data.db")) as db, db:
        embedded = db.execute("SELECT * FROM image_status").description[-1][0]
        chosen = f"rowid <= {step * odd} AND rowid % {step} ="
        db.execute(f"UPDATE image_status SET download_done = 0 WHERE {chosen} 3")
        db.execute(f"UPDATE image_status SET {embedded} = 0 WHERE {chosen} 5")
        db.execute(f"INSERT INTO image_status SELECT * FROM image_status WHERE {chosen} 7")
    for number in range(1, step * odd, step):
        (folder / "images" / str((number // 2 + 1) % 1000) / f"{number // 2 + 1}_{number + 1}.jpg").unlink()
    path = folder / "embeddings" / "image_index.json"
    index = json.loads(path.read_bytes())
    for place in range(8, step * odd, step):
        index[place] = (index[place][0], rows + place)
    path.write_text(json.dumps(index))


def statuses(rows: int, models: int) -> Iterator[tuple[object, ...]]:
    for n in range(rows):
        url = f"https://i.example/1/r/il/abcdef/{n + 1}/il_570xN.{n + 1}_abcd.jpg"
        yield (n // 2 + 1, n + 1, int(n % 2 == 0), url, 1, 1, 0, *[1] * models)


def pictures(folder: Path, rows: int) -> None:
    """A name for each image; a file system lets one file have only so many."""
    for n in range(rows):
        listing = n // 2 + 1
        path = folder / str(listing % 1000) / f"{listing}_{n + 1}.jpg"
        if n < 2000:
            path.parent.mkdir(exist_ok=True)
        if n % NAMES_OF_ONE_FILE == 0:
            Image.new("RGB", (32, 24), (n % 251, 9, 9)).save(path)
            first = path
        else:
            os.link(first, path)


def read(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "etsy_data.db")) as db:
        for table in ("image_status", "listings", "listings_dynamic"):
            cursor = db.execute(f"SELECT * FROM {table}")
            while cursor.fetchmany(PART):
                pass
    for _, _, names in os.walk(folder / "images"):
        assert names is not None
    for path in folder.rglob("*.faiss"):
        index = faiss.read_index(str(path))
        for start in range(0, index.ntotal, PART):
            index.reconstruct_n(start, min(PART, index.ntotal - start))
    json.loads((folder / "embeddings" / "image_index.json").read_bytes())


class database:  # noqa: N801
    """A database of its own; its URL."""

    def __init__(self, server: str) -> None:
        self.server, self.name = make_url(server), f"bench_adopt_{uuid.uuid4().hex[:8]}"

    def __enter__(self) -> str:
        self._say(f"CREATE DATABASE {self.name}")
        return self.server.set(database=self.name).render_as_string(hide_password=False)

    def __exit__(self, *_: object) -> None:
        self._say(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _say(self, sql: str) -> None:
        admin = Store(self.server.render_as_string(hide_password=False), pool_size=1)
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(sql)
        admin.close()


def adopt(home: Path, url: str, folder: Path, rows: int, models: dict[str, int], odd: int = 0) -> None:
    app = build(Settings(home=home, database_url=url), sender=Messages())
    app.set_up_database()
    job = market_files.adopt(app.store, app.dispatcher, Wish(folder))
    while app.engine.run_one(Lane.IO, 0, Worker("server", "1/1")):
        pass
    job = app.work.get(job.id)
    assert job.state == "SUCCESS", job.result
    print(f"  disagreements: {job.result['odd']}")
    assert bool(job.result["odd"]) == bool(odd), job.result
    if rows:
        assert (job.result["images"], job.result["downloaded"]) == (rows, rows - 2 * odd)
        assert job.result["embedded"] == dict.fromkeys(models, rows - 4 * odd)
    with app.store.transaction() as tx:
        found = tx.value("SELECT count(*) FROM stage_state"), tx.value("SELECT count(*) FROM image WHERE NOT awaited")
        print(f"  {found[0]:,} rows of the ledger, {found[1]:,} images with their files")
    app.close()


if __name__ == "__main__":
    main()
