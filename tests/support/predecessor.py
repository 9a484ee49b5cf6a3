"""A folder in which another program has gathered a marketplace, with all that it keeps and all that can be wrong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import faiss
import numpy as np
from PIL import Image

from tests.support.vectors_of import drawn

MODELS = {"clip_vitb32": 512, "dinov2_base": 768}
FLAGS = ("embed_clip_vitb32", "embed_dinov2_base", "embed_clip_vitb32_text")
Pair = tuple[int, int]


class Predecessor:
    """Listings 1, 2, ... of shop 7 with two images each: of listing 12 these are 121 and 122.

    Args:
        folder: to fill. listings: how many.
    """

    def __init__(self, folder: Path, listings: int = 4) -> None:
        self.folder, self.database = folder, folder / "etsy_data.db"
        self.pairs: list[Pair] = [(number, 10 * number + rank) for number in range(1, listings + 1) for rank in (1, 2)]
        for name in ("images", "images_nobg", "embeddings"):
            (folder / name).mkdir(parents=True)
        self._tables()
        for place, pair in enumerate(self.pairs):
            self.picture(pair, place)
        self.vectors()

    def _tables(self) -> None:
        listings = sorted({listing for listing, _ in self.pairs})
        with closing(sqlite3.connect(self.database)) as db, db:
            db.executescript(
                f"""
                CREATE TABLE image_status (listing_id INTEGER, image_id INTEGER, is_primary INTEGER, url TEXT,
                    to_download INTEGER, download_done INTEGER, bg_removed INTEGER, {", ".join(FLAGS)},
                    phase_of_moon TEXT);
                CREATE TABLE listings (listing_id INTEGER PRIMARY KEY, shop_id INTEGER, title TEXT, tags TEXT,
                    when_made TEXT, creation_timestamp INTEGER, colour TEXT);
                CREATE TABLE listings_dynamic (listing_id INTEGER, timestamp TEXT, state TEXT, quantity INTEGER,
                    num_favorers INTEGER, views INTEGER, price REAL, currency TEXT);
                CREATE TABLE shops (shop_id INTEGER PRIMARY KEY, shop_name TEXT, currency_code TEXT);
                CREATE TABLE shops_dynamic (shop_id INTEGER, timestamp TEXT, listing_active_count INTEGER,
                    num_favorers INTEGER, review_count INTEGER, location TEXT);
                CREATE TABLE reviews (shop_id INTEGER, listing_id INTEGER, buyer_user_id INTEGER, rating INTEGER,
                    review TEXT, created_timestamp INTEGER);
                INSERT INTO shops VALUES (7, 'Seven', 'EUR');
                INSERT INTO shops_dynamic VALUES (7, '2025-01-01 10:00:00', 3, 10, 2, 'Graz'),
                    (7, '2025-01-02 10:00:00', 3, 10, 2, 'Graz'), (7, '2025-01-03 10:00:00', 4, 11, 2, 'Graz');
                """
            )
            rows = [
                (
                    listing,
                    image,
                    int(image % 10 == 1),
                    f"https://i.example/{image}.jpg",
                    1,
                    1,
                    1,
                    *[1] * len(FLAGS),
                    "x",
                )
                for listing, image in self.pairs
            ]
            db.executemany(f"INSERT INTO image_status VALUES ({', '.join('?' * len(rows[0]))})", rows)
            for number in listings:
                said = (number, 7, f"Product {number}", '["made", "by hand"]', "2020_2025", 1_700_000_000, "blue")
                db.execute("INSERT INTO listings VALUES (?, ?, ?, ?, ?, ?, ?)", said)
                for day, price in ((1, 10.0), (2, 10.0), (3, 12.5)):
                    now = (number, f"2025-02-0{day}T08:00:00", "active", 3, 5, 100, price, "EUR")
                    db.execute("INSERT INTO listings_dynamic VALUES (?, ?, ?, ?, ?, ?, ?, ?)", now)
                review = (7, number, 1000 + number, 5, "lovely", 1_710_000_000)
                db.execute("INSERT INTO reviews VALUES (?, ?, ?, ?, ?, ?)", review)

    def path(self, pair: Pair) -> Path:
        return self.folder / "images" / f"{pair[0]}_{pair[1]}.jpg"

    def cutout(self, pair: Pair) -> Path:
        return self.folder / "images_nobg" / f"{pair[0]}_{pair[1]}.png"

    def picture(self, pair: Pair, seed: int) -> None:
        pixels = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
        Image.fromarray(pixels).resize((96, 72)).save(self.path(pair))
        Image.fromarray(pixels).convert("RGBA").resize((96, 72)).save(self.cutout(pair))

    def vectors(self, models: Mapping[str, int] = MODELS, pairs: Sequence[Pair] | None = None) -> None:
        """One file per model, and one of words; the vector of a pair is drawn from its image's number."""
        pairs = self.pairs if pairs is None else pairs
        (self.folder / "embeddings" / "image_index.json").write_text(json.dumps(pairs))
        for name, dimensions in models.items():
            self.write(name, drawn([image for _, image in pairs], dimensions))
        self.write("clip_vitb32_text", drawn([image for _, image in pairs], 512, seed=1))

    def write(self, name: str, matrix: np.ndarray) -> None:  # type: ignore[type-arg]
        index = faiss.IndexFlatIP(matrix.shape[1])
        index.add(matrix)
        faiss.write_index(index, str(self.folder / "embeddings" / f"{name}.faiss"))

    def sql(self, statement: str) -> None:
        with closing(sqlite3.connect(self.database)) as db, db:
            db.execute(statement)

    def manifest(self) -> dict[str, tuple[bytes, int]]:
        """Every file with its bytes and time: what must be the same afterwards."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
