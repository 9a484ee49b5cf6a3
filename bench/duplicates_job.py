"""The search for copies over a large catalog whose features are in the database: `python -m bench.duplicates_job`.

Four catalogs: a usual one, of which a fifth has a copy; 25,000 identical files; 5,000 black frames; 10,000 screenshots
of one template, every hundredth with a copy that was saved as JPEG and one that was scaled. Pictures are made of
random waves, at the size that fingerprints are taken from. `--images` makes the first one smaller, and the others with
it; `--screens` runs the last one alone, which has three edges for each group where it finds all copies and no others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import UUID

import numpy as np
from blake3 import blake3
from PIL import Image

from bench.messages import Messages
from lumina.bootstrap import App, Settings, build
from lumina.engine.follow import DETECT_DUPLICATES
from lumina.store import Store, runs
from lumina.store.ledger import Worker
from lumina.store.results import signed
from lumina.store.runs import RunKind
from lumina.vision.hashes import dhash, is_flat, phash
from lumina.vision.probes import probes, turns
from lumina.vision.resize import box
from lumina.vision.signature import signature

SIDE = 96
COPIES = 0.2
COPIED = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--screens", action="store_true", help="screenshots alone")
    parser.add_argument("--database", default="", help="URL of a server on which a database may be made")
    arguments = parser.parse_args()
    if arguments.database:
        measure(arguments.database, arguments.images, screens_alone=arguments.screens)
        return
    from lumina.store.embedded import EmbeddedPostgres

    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as server:
        measure(server.url_of("postgres"), arguments.images, screens_alone=arguments.screens)


def measure(server: str, images: int, *, screens_alone: bool) -> None:
    admin = Store(server)
    name = f"bench_duplicates_{time.time_ns()}"
    _alone(admin, f"CREATE DATABASE {name}")
    url = admin.engine.url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    messages = Messages()
    app = build(Settings(database_url=url), sender=messages)
    try:
        app.set_up_database()
        share = images / 100_000
        if not screens_alone:
            waved(app, messages, images)
        report(app, messages, fill(app, "screens", screens(int(10_000 * share))), "screenshots")
    finally:
        app.close()
        _alone(admin, f"DROP DATABASE {name} WITH (FORCE)")
        admin.close()


def waved(app: App, messages: Messages, images: int) -> None:
    """All catalogs but the screenshots."""
    share = images / 100_000
    usual = fill(app, "usual", waves(images, copies=COPIES))
    report(app, messages, usual, "usual, first")
    report(app, messages, usual, "usual, again")
    fill(app, "usual", waves(images // 100, copies=COPIES, seed=2), catalog=usual)
    report(app, messages, usual, "usual, 1 % new")
    report(app, messages, fill(app, "same", waves(int(25_000 * share), same=True), one_file=True), "identical files")
    report(app, messages, fill(app, "black", black(int(5_000 * share))), "black frames")


def report(app: App, messages: Messages, catalog: UUID, name: str) -> None:
    """Run the job once and print what it took."""
    began, busy = time.perf_counter(), time.process_time()
    job = app.work.detect(DETECT_DUPLICATES, catalog)
    me = Worker("server", "1/2")
    while messages.waiting:
        app.engine.run_one(*messages.waiting.pop(0), me)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    job = app.work.get(job.id)
    with app.store.transaction() as tx:
        run = runs.published(tx, catalog, RunKind.DUPLICATES)
    assert run is not None
    names = ("images", "compared", "edges", "taken_over", "groups", "members", "capped", "match_seconds")
    figures = ", ".join(f"{name} {run.counts[name]:,}" for name in names)
    print(f"{name:16} {seconds:7.2f} s (processor {busy:.2f})  {job.state}  {figures}", flush=True)


def waves(count: int, *, copies: float = 0.0, same: bool = False, seed: int = 1) -> Iterator[np.ndarray]:
    """Pictures of random waves with the spectrum of photos; some are copies of the one before, with noise."""
    random = np.random.default_rng(seed)
    order = np.arange(24)
    basis = np.cos(np.pi * order[:, None] * (2 * np.arange(SIDE) + 1) / (2 * SIDE))
    fall = 1 / (1 + np.hypot(order[:, None], order[None, :])) ** 1.3
    picture = np.zeros((SIDE, SIDE))
    for number in range(count):
        if number and (same or random.random() < copies):
            yield np.clip(picture + (0 if same else random.normal(0, 2, picture.shape)), 0, 255)
            continue
        picture = basis.T @ (random.normal(0, 1, (24, 24)) * fall) @ basis
        picture = np.clip(128 + picture * 45 / max(picture.std(), 1e-6), 0, 255)
        yield picture


def black(count: int) -> Iterator[np.ndarray]:
    """Frames with the lens cap on: noise of a level or two."""
    random = np.random.default_rng(3)
    for _ in range(count):
        yield np.clip(random.normal(1, 1, (SIDE, SIDE)), 0, 255)


def screens(count: int) -> Iterator[np.ndarray]:
    """The same window with other lines of text; two copies follow each `COPIED`th."""
    random = np.random.default_rng(4)
    frame = np.full((SIDE, SIDE), 235.0)
    frame[:10], frame[:, :18], frame[-6:] = 60, 200, 120
    for number in range(count):
        page = frame.copy()
        for line in range(14, SIDE - 10, 4):
            page[line : line + 2, 22 : 22 + int(random.integers(10, 70))] = 90
        yield page
        if number % COPIED == 0:
            yield from copies(page)


def copies(page: np.ndarray) -> Iterator[np.ndarray]:
    """The picture after JPEG, and drawn larger and made smaller."""
    image, buffer = Image.fromarray(page.astype(np.uint8)), BytesIO()
    image.save(buffer, "JPEG", quality=60)
    yield np.asarray(Image.open(buffer), np.float64)
    large = image.resize((4 * SIDE, 4 * SIDE), Image.Resampling.NEAREST)
    yield np.asarray(large.resize((2 * SIDE, 2 * SIDE), Image.Resampling.LANCZOS), np.float64)


def fill(
    app: App, name: str, pictures: Iterator[np.ndarray], *, one_file: bool = False, catalog: UUID | None = None
) -> UUID:
    """A catalog of these pictures, with one file each."""
    with app.store.transaction() as tx:
        if catalog is None:
            catalog = tx.value("INSERT INTO catalog (name) VALUES (:name) RETURNING id", name=name)
            tx.execute("INSERT INTO source (catalog_id, path) VALUES (:id, :path)", id=catalog, path=f"/{name}")
        source = tx.value("SELECT id FROM source WHERE catalog_id = :id", id=catalog)
        first = tx.value("SELECT coalesce(max(id), 0) + 1 FROM image")
        tx.execute(
            "CREATE TEMPORARY TABLE given (id bigint, d bigint, p bigint, flat boolean, s bytea, b bytea, t bytea,"
            " c bytea) ON COMMIT DROP"
        )
        cursor = tx.connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        with cursor, cursor.copy("COPY given FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "int8", "int8", "bool", "bytea", "bytea", "bytea", "bytea"])
            for number, picture in enumerate(pictures):
                copy.write_row((first + number, *_features(picture), _digest(0 if one_file else first + number)))
        tx.execute(
            """INSERT INTO image (id, catalog_id, source_id, folder, stem, width, height, render_key)
            OVERRIDING SYSTEM VALUE
            SELECT id, :catalog, :source, '', 'i' || id, 4000, 3000, substr(c, 1, 16) FROM given""",
            catalog=catalog,
            source=source,
        )
        tx.execute("SELECT setval(pg_get_serial_sequence('image', 'id'), (SELECT max(id) FROM image))")
        tx.execute(
            """INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns, checksum, content)
            SELECT id, :source, id || '.jpg', 'original', 'jpeg',
                2000000 + hashint8(id) % 1000000, id, c, c FROM given""",
            source=source,
        )
        tx.execute(
            """INSERT INTO fingerprint (image_id, dhash, ahash, whash, phash, flat, signature, probes, turns)
            SELECT id, d, 0, 0, p, flat, s, b, t FROM given"""
        )
        tx.execute(
            """INSERT INTO measure (image_id, sharpness, brightness, contrast, clipped_dark, clipped_bright, detail,
                compression, data_size, score)
            SELECT id, 100, 0.5, 0.2, 0, 0, 1, 50 + abs(hashint8(id)) % 45, 2500000, abs(hashint8(id)) % 1000 / 10.0
            FROM given"""
        )
    with app.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return catalog


def _features(picture: np.ndarray) -> tuple[int, int, bool, bytes, bytes, bytes]:
    gray = np.rint(picture).astype(np.uint8)
    fine = box(gray, 32, 32)
    colours = np.repeat(gray[:, :, None], 3, axis=2)
    return (
        signed(dhash(box(gray, 72, 72))),
        signed(phash(fine)),
        is_flat(fine),
        signature(colours, fine, (SIDE, SIDE)),
        probes(box(gray, 64, 64)),
        turns(fine),
    )


def _digest(number: int) -> bytes:
    return blake3(number.to_bytes(8, "big")).digest()


def _alone(store: Store, sql: str) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(sql)


if __name__ == "__main__":
    sys.exit(main())
