"""Fill a database with a synthetic catalog: `python bench/seed.py --database URL --images 1000000`.

Dates over 20 years with busy summers and weekends, 100,000 images on one day, a few undated; cameras, places, two
files for some images, placeholders, keys of derived files, the ledger. The database is created and migrated first.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from lumina.store import Store, migrate, outcomes

CAMERAS = (
    ("Canon", "Canon EOS 5D Mark III"),
    ("Canon", "Canon EOS R6"),
    ("NIKON CORPORATION", "NIKON D750"),
    ("SONY", "ILCE-7M3"),
    ("Apple", "iPhone 6s"),
    ("Apple", "iPhone 12 Pro"),
    ("Google", "Pixel 7"),
    ("FUJIFILM", "X-T3"),
    ("OLYMPUS CORPORATION", "E-M5MarkII"),
    ("Panasonic", "DMC-GX8"),
    (None, None),
)
SHARES = (0.14, 0.1, 0.1, 0.09, 0.14, 0.16, 0.08, 0.06, 0.05, 0.03, 0.05)
FORMATS = (
    ("jpeg", ".JPG", 0.72),
    ("heic", ".HEIC", 0.14),
    ("nef", ".NEF", 0.08),
    ("mp4", ".MP4", 0.04),
    ("png", ".png", 0.02),
)
NULL = "\\N"
RENDITIONS = """INSERT INTO rendition (image_id, kind, key, width, height, size)
SELECT id, r.kind, thumbnail_key, greatest(width * side / 4000, 1), greatest(height * side / 4000, 1), side * 100
FROM image, (VALUES ('proxy', 1440), ('thumbnail', 320)) AS r (kind, side)
WHERE id >= %(first)s AND thumbnail_key IS NOT NULL"""
LEDGER = """INSERT INTO stage_state (image_id, stage_id, version, status, code, note)
SELECT image.id, stage.id, stage.version, CASE WHEN ok THEN 1 ELSE 2 END, CASE WHEN NOT ok THEN 'truncated' END,
    CASE WHEN NOT ok THEN 'The file ends too soon.' END
FROM image, stage, LATERAL (SELECT thumbnail_key IS NOT NULL OR stage.name IN ('checksum', 'metadata') AS ok) AS e
WHERE image.id >= %(first)s"""
STAGES = {"checksum": 1, "metadata": 1, "proxy": 1, "thumbnail": 1, "hash": 1, "quality": 1}
FIRST = datetime(2005, 1, 1)
DAYS = 20 * 365
BUSY = datetime(2016, 7, 16)
GEOHASH = "0123456789bcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Plan:
    """How many images of each sort."""

    images: int
    busy: int
    undated: int
    catalogs: int = 1


def taken(plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Seconds since `FIRST` per image, NaN for undated ones, in the order in which files would be found."""
    days = np.arange(DAYS)
    season = 1 + 0.8 * np.sin((days % 365 - 80) / 365 * 2 * np.pi) + np.where(days % 7 >= 5, 1.5, 0)
    season *= np.linspace(0.3, 1.7, DAYS) * rng.lognormal(0, 0.7, DAYS)
    usual = plan.images - plan.busy - plan.undated
    chosen = rng.choice(DAYS, usual, p=season / season.sum())
    seconds = chosen * 86400.0 + rng.normal(15 * 3600, 3 * 3600, usual).clip(0, 86399).round(2)
    on_busy_day = (BUSY - FIRST).total_seconds() + rng.uniform(6 * 3600, 23 * 3600, plan.busy).round(2)
    everything = np.sort(np.concatenate([seconds, on_busy_day]))
    return np.concatenate([everything, np.full(plan.undated, np.nan)])


class Seeder:
    """Writes one catalog by COPY."""

    def __init__(self, connection: Any, plan: Plan, seed: int = 7) -> None:
        self.connection = connection
        self.plan = plan
        self.rng = np.random.default_rng(seed)
        n = plan.images
        self.times = taken(plan, self.rng)
        self.cameras = self.rng.choice(len(CAMERAS), n, p=SHARES)
        self.formats = self.rng.choice(len(FORMATS), n, p=[share for _, _, share in FORMATS])
        self.gps = self.rng.random(n) < 0.33
        self.places = self.rng.normal((46.8, 8.2), (3.0, 6.0), (n, 2))
        self.portrait = self.rng.random(n) < 0.3
        self.failed = self.rng.random(n) < 0.002
        self.pairs = self.rng.random(n) < 0.08

    def run(self, catalog: str, source: int) -> None:
        """All tables of one catalog."""
        self.catalog, self.source = catalog, source
        cursor = self.connection.cursor()
        cursor.execute("SELECT coalesce(max(id), 0) FROM image")
        self.first = cursor.fetchone()[0] + 1
        self.copy(
            "image (id, catalog_id, source_id, kind, folder, stem, taken_at, width, height, placeholder, render_key,"
            " thumbnail_key)",
            self.images(),
        )
        self.copy("file (image_id, source_id, path, role, format, size, modified_ns, checksum, content)", self.files())
        self.copy(
            "metadata (image_id, camera_make, camera_model, f_number, iso, latitude, longitude, geohash, duration)",
            self.metadata(),
        )
        self.derive(RENDITIONS)
        self.derive(LEDGER)
        cursor.execute("SELECT setval(pg_get_serial_sequence('image', 'id'), (SELECT max(id) FROM image))")
        self.connection.commit()

    def copy(self, table: str, rows: Iterator[bytes]) -> None:
        """COPY in text form, about a megabyte at a time."""
        began = time.perf_counter()
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            block: list[str] = []
            for row in rows:
                block.append(row)
                if len(block) == 5000:
                    copy.write("".join(block))
                    block.clear()
            copy.write("".join(block))
        print(f"  {table.split()[0]}: {time.perf_counter() - began:.1f} s", file=sys.stderr)

    def derive(self, sql: str) -> None:
        """Fill a table from the images."""
        began = time.perf_counter()
        with self.connection.cursor() as cursor:
            cursor.execute(sql, {"first": self.first})
        print(f"  {sql.split()[2]}: {time.perf_counter() - began:.1f} s", file=sys.stderr)

    def images(self) -> Iterator[str]:
        base = FIRST
        for n in range(self.plan.images):
            seconds = self.times[n]
            at = NULL if np.isnan(seconds) else (base + timedelta(seconds=float(seconds))).isoformat(" ")
            kind = "video" if FORMATS[self.formats[n]][0] == "mp4" else "photo"
            size = "3000\t4000" if self.portrait[n] else "4000\t3000"
            key = self.key(n)
            picture = f"{NULL}\t{NULL}\t{NULL}" if self.failed[n] else f"{self.placeholder(n)}\t\\\\x{key}\t\\\\x{key}"
            yield (
                f"{self.first + n}\t{self.catalog}\t{self.source}\t{kind}\t{self.folder(n)}\tIMG_{n:07}\t{at}\t{size}\t"
                f"{picture}\n"
            )

    def files(self) -> Iterator[str]:
        for n in range(self.plan.images):
            name, suffix, _ = FORMATS[self.formats[n]]
            digest = f"\\\\x{self.key(n)}{self.key(n)}"
            head = f"{self.first + n}\t{self.source}\t{self.folder(n)}/IMG_{n:07}"
            modified = 1_400_000_000_000_000_000 + n
            size = 3_000_000 + n % 999_983
            yield f"{head}{suffix}\toriginal\t{name}\t{size}\t{modified}\t{digest}\t{digest}\n"
            if self.pairs[n] and name == "nef":
                yield f"{head}.JPG\tderived\tjpeg\t{size // 4}\t{modified}\t{NULL}\t{NULL}\n"

    def metadata(self) -> Iterator[str]:
        for n in range(self.plan.images):
            camera = "\t".join(name or NULL for name in CAMERAS[self.cameras[n]])
            place = f"{NULL}\t{NULL}\t{NULL}"
            if self.gps[n]:
                latitude, longitude = self.places[n]
                place = f"{latitude:.6f}\t{longitude:.6f}\t{_geohash(latitude, longitude)}"
            duration = "12.5" if FORMATS[self.formats[n]][0] == "mp4" else NULL
            yield f"{self.first + n}\t{camera}\t2.8\t{100 << n % 6}\t{place}\t{duration}\n"

    def folder(self, n: int) -> str:
        return f"archive/{n // 5000:04}"

    def key(self, n: int) -> str:
        return f"{(self.first + n) * 0x9E3779B97F4A7C15 % 2**64:016x}{n:016x}"

    def placeholder(self, n: int) -> str:
        return f"\\\\x{self.key(n)}{self.key(n + 1)[:14]}"


def _geohash(latitude: float, longitude: float, length: int = 7) -> str:
    box = [[-90.0, 90.0], [-180.0, 180.0]]
    value, digits = 0, []
    for bit in range(length * 5):
        side, place = box[(bit + 1) % 2], (latitude, longitude)[(bit + 1) % 2]
        middle = (side[0] + side[1]) / 2
        upper = place >= middle
        side[0 if upper else 1] = middle
        value = value * 2 + upper
        if bit % 5 == 4:
            digits.append(GEOHASH[value])
            value = 0
    return "".join(digits)


def create_database(url: str) -> None:
    """Drop and create the database that the URL names."""
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    admin = create_engine(parsed.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{parsed.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{parsed.database}"'))
    admin.dispose()


def seed(url: str, plan: Plan) -> None:
    """Create the database and fill it."""
    create_database(url)
    store = Store(url)
    migrate.upgrade(store)
    began = time.perf_counter()
    for number in range(plan.catalogs):
        part = Plan(plan.images // plan.catalogs, plan.busy // plan.catalogs, plan.undated // plan.catalogs)
        with store.transaction() as tx:
            outcomes.declare(tx, STAGES)
            catalog = tx.value("INSERT INTO catalog (name) VALUES (:n) RETURNING id", n=f"Synthetic {number + 1}")
            source = tx.value(
                "INSERT INTO source (catalog_id, path, scanned_at) VALUES (:c, :p, now()) RETURNING id",
                c=catalog,
                p=f"/synthetic/{number + 1}",
            )
        connection = store.engine.raw_connection()
        Seeder(connection.driver_connection, part, seed=7 + number).run(str(catalog), source)
        connection.close()
    with store.transaction() as tx:
        tx.execute("SELECT timeline_fold()")
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
        size = connection.exec_driver_sql("SELECT pg_size_pretty(pg_database_size(current_database()))").scalar()
    store.close()
    print(f"{plan.images} images in {time.perf_counter() - began:.0f} s, database {size}", file=sys.stderr)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--database", required=True, help="URL; dropped and created anew")
    arguments.add_argument("--images", type=int, default=1_000_000)
    arguments.add_argument("--busy", type=int, help="images on one day; default a tenth")
    arguments.add_argument("--undated", type=int, help="default one in 200")
    arguments.add_argument("--catalogs", type=int, default=1)
    given = arguments.parse_args()
    busy = given.images // 10 if given.busy is None else given.busy
    undated = given.images // 200 if given.undated is None else given.undated
    seed(given.database, Plan(given.images, busy, undated, given.catalogs))


if __name__ == "__main__":
    main()
