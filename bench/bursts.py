"""The search for bursts, from the request to what people see, with the features of N images in the database.

    python -m bench.bursts --images 100000 --database postgresql://...

The catalog is made up: some cameras, of which one knows no fractions of a second, photographing in sessions; 28 % of
the images in bursts of 2 to 12, and some brackets and panoramas. The truth is known, so that what was found is compared
with it. A database is made and dropped.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
from PIL import Image

from bench.messages import Messages
from lumina.bootstrap import App, Settings, build
from lumina.domain.stage import Lane
from lumina.engine.follow import DETECT_BURSTS
from lumina.store import Store
from lumina.store.ledger import Worker
from lumina.vision.signature import CHROMA, LUMA, SIZE

FIRST = datetime(2010, 1, 1, 0, 0, 0, 123_000)
CAMERAS = (("Canon", "Canon EOS R6", True), ("Apple", "iPhone 12", True), ("NIKON", "NIKON D70", False))
SCENES = 4_000
RAW = {f"EXIF:Tag{n}": f"a value that a camera writes, {n}" for n in range(60)}


@dataclass(slots=True)
class Shot:
    """One image to be made up. `group`: of the sequence that it belongs to, 0 of none."""

    camera: int
    at: float
    scene: int
    shift: int
    stops: float
    group: int


def library(count: int, random: np.random.Generator) -> list[Shot]:
    """The truth: what each camera took, in order."""
    shots: list[Shot] = []
    clocks, group = [0.0] * len(CAMERAS), 0
    while len(shots) < count:
        camera = int(random.choice(len(CAMERAS), p=[0.45, 0.45, 0.1]))
        clocks[camera] += float(
            random.choice([random.uniform(3, 12), random.uniform(12, 300), 40_000], p=[0.3, 0.6, 0.1])
        )
        scene, kind = int(random.integers(SCENES)), random.random()
        group += 1
        if kind < 0.05:
            size, step = int(random.integers(2, 13)), float(random.uniform(0.1, 0.9))
            made = [Shot(camera, clocks[camera] + n * step, scene, n % 3, 0, group) for n in range(size)]
        elif kind < 0.055:
            made = [Shot(camera, clocks[camera] + n * 0.4, scene, 0, s, group) for n, s in enumerate((0.0, -1.5, 1.5))]
        elif kind < 0.058:
            made = [Shot(camera, clocks[camera] + 3 * n, scene, 18 * n, 0, group) for n in range(4)]
        else:
            made = [Shot(camera, clocks[camera], scene, 0, 0, 0)]
        clocks[camera] = made[-1].at
        shots += made
    return shots[:count]


def scenes(random: np.random.Generator) -> np.ndarray:
    """Small pictures three widths wide, of large and small shapes: n x 32 x 96, 0-255."""
    found = np.zeros((SCENES, LUMA, 3 * LUMA), np.float32)
    for size in (4, 8, 16, 32):
        for scene in found:
            noise = Image.fromarray(random.normal(0, 1, (size, 3 * size)).astype(np.float32))
            scene += np.asarray(noise.resize((3 * LUMA, LUMA), Image.Resampling.BICUBIC)) / size**0.5
    low, high = found.min((1, 2), keepdims=True), found.max((1, 2), keepdims=True)
    return (found - low) / (high - low) * 255


def seed(store: Store, shots: list[Shot], random: np.random.Generator) -> UUID:
    """Fill the tables that the search reads; returns the catalog."""
    with store.transaction() as tx:
        catalog = tx.value("INSERT INTO catalog (name) VALUES ('bench') RETURNING id")
        source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/bench') RETURNING id", c=catalog)
    connection = store.engine.raw_connection()
    wide = scenes(random)
    for table, rows in (
        ("image (id, catalog_id, source_id, folder, stem, taken_at, width, height)", _images(shots, catalog, source)),
        ("file (image_id, source_id, path, role, format, size, modified_ns, content)", _files(shots, source)),
        ("metadata (image_id, camera_make, camera_model, exposure_bias, raw)", _metadata(shots)),
        ("measure (image_id, sharpness, brightness, contrast, clipped_dark, clipped_bright)", _measures(shots, random)),
        ("fingerprint (image_id, dhash, ahash, whash, phash, flat, signature)", _prints(shots, wide, random)),
    ):
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write(row)
    connection.commit()
    connection.close()
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.exec_driver_sql("VACUUM ANALYZE")
    return UUID(str(catalog))


def _images(shots: list[Shot], catalog: Any, source: int) -> Iterator[str]:
    for n, shot in enumerate(shots):
        at = FIRST + timedelta(seconds=shot.at)
        at = at if CAMERAS[shot.camera][2] else at.replace(microsecond=0)
        yield f"{n + 1}\t{catalog}\t{source}\tf{n // 1000}\tIMG_{n:07}\t{at}\t4000\t3000\n"


def _files(shots: list[Shot], source: int) -> Iterator[str]:
    for n in range(len(shots)):
        yield f"{n + 1}\t{source}\tf{n // 1000}/IMG_{n:07}.jpg\toriginal\tjpeg\t3000000\t1\t\\\\x{n:064x}\n"


def _metadata(shots: list[Shot]) -> Iterator[str]:
    raw = json.dumps(RAW)
    for n, shot in enumerate(shots):
        make, model, _ = CAMERAS[shot.camera]
        yield f"{n + 1}\t{make}\t{model}\t{shot.stops}\t{raw}\n"


def _measures(shots: list[Shot], random: np.random.Generator) -> Iterator[str]:
    for n, sharpness in enumerate(random.uniform(50, 500, len(shots)).tolist()):
        yield f"{n + 1}\t{sharpness}\t0.45\t0.2\t0.001\t0.001\n"


def _prints(shots: list[Shot], wide: np.ndarray, random: np.random.Generator) -> Iterator[str]:
    rest = bytes(SIZE - 16 - LUMA**2).hex()
    assert len(rest) // 2 == 2 * CHROMA**2
    for n, shot in enumerate(shots):
        cells = wide[shot.scene, :, shot.shift : shot.shift + LUMA] * 2 ** (shot.stops / 2.2)
        luma = np.clip(cells + random.normal(0, 2, cells.shape), 0, 255).astype(np.uint8)
        yield f"{n + 1}\t{n}\t0\t0\t{n}\tf\t\\\\x{bytes(16).hex()}{luma.tobytes().hex()}{rest}\n"


def compared(store: Store, shots: list[Shot]) -> dict[str, Any]:
    """Pairs of neighbours that belong together and were found, and those that were found and do not."""
    with store.transaction() as tx:
        rows = tx.rows("SELECT image_id, burst_id FROM burst_member m JOIN published USING (run_id)")
        kinds = tx.value("SELECT counts -> 'kinds' FROM run JOIN published ON run_id = run.id")
    found = {row["image_id"]: row["burst_id"] for row in rows}
    groups: dict[int, list[int]] = {}
    for n, shot in enumerate(shots):
        groups.setdefault(shot.group, []).append(n + 1)
    singles = set(groups.pop(0, [])) | {group[0] for group in groups.values() if len(group) == 1}
    pairs = [pair for group in groups.values() for pair in pairwise(group)]
    hits = sum(found.get(a, 0) == found.get(b, 1) for a, b in pairs)
    return {
        "in sequences": round(len(found) / len(shots), 3),
        "neighbours found": round(hits / len(pairs), 4),
        "lone images taken for frames": sum(image in found for image in singles),
        "kinds": kinds,
    }


def run(app: App, messages: Messages, catalog: UUID) -> dict[str, float]:
    """Seconds of the whole job, and of each of its batches."""
    messages.waiting.clear()  # the search for copies, which follows
    began, used = time.perf_counter(), time.process_time()
    job = app.work.detect(DETECT_BURSTS, catalog)
    parts = {}
    while not app.work.get(job.id).state.ended:
        lane, batch = messages.waiting.pop(0)
        start = time.perf_counter()
        app.engine.run_one(lane, batch, Worker("bench", "1/1"))
        parts["search" if lane is Lane.CPU else "publication"] = round(time.perf_counter() - start, 2)
    total, own = time.perf_counter() - began, time.process_time() - used
    return {"job": round(total, 2), "of them Python's": round(own, 2), **parts}


def main() -> None:
    """Read the arguments, run, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--database", required=True, help="URL of a PostgreSQL server; a database is made and dropped")
    options = parser.parse_args()
    name, admin = f"bench_{uuid.uuid4().hex}", Store(options.database)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = admin.engine.url.set(database=name).render_as_string(hide_password=False)
    random, messages = np.random.default_rng(7), Messages()
    try:
        with TemporaryDirectory() as home:
            app = build(Settings(home=Path(home), database_url=url), sender=messages)
            app.set_up_database()
            shots = library(options.images, random)
            catalog = seed(app.store, shots, random)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for title in ("first", "again"):
                print(json.dumps({title: {"seconds": run(app, messages, catalog)}}), flush=True)
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
            print(json.dumps({"images": len(shots), "megabytes more": more, **compared(app.store, shots)}))
            app.close()
    finally:
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
