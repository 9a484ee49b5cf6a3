"""A marketplace whose listings look like something, to several models that see it each in its own way.

Each listing is a direction of its own in every model's space, and its images are that direction with noise; the words
of a listing are a direction too, the same one that an encoder of texts gives for its title. The file of a picture to
ask with is its colour: red is listing 1, green 2, blue 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumina.domain.market import Listing, ListingImage, Market
from lumina.domain.model import ModelEntry
from lumina.domain.picture import Pixels
from lumina.domain.vectors import SpaceKind
from lumina.errors import NotFound, Unavailable
from lumina.inference.catalogue import entry
from lumina.inference.models import Models
from lumina.store import Store, Transaction, listings, spaces, vectors
from tests.support.market import market

DIMENSIONS = 128
NAMES = ("clip-vit-b32", "clip-vit-l14", "dinov2-base", "dinov2-large", "dinov3-base")
Vector = NDArray[np.float32]
COLOURS = ("red", "green", "blue")
"""What listings 1 to 3 are called."""
TALKING = ("clip-vit-b32", "clip-vit-l14")
SALT = 31
"""Of all that is drawn: one with which nothing looks like the named listings by chance, as one question in twenty may
have it."""
OTHERS = 150
"""Listings besides these, so that there is something that chance can be told by."""


def direction(model: str, kind: str, number: int) -> Vector:
    """Of length 1: what a model makes of a listing."""
    return unit(np.random.default_rng(hash_of(f"{model} {kind} {number}")).normal(size=DIMENSIONS))


def hash_of(text: str) -> int:
    """The same on every machine."""
    return int.from_bytes(f"{SALT} {text}".encode()[:64].ljust(64, b"."), "big") % (2**61 - 1)


def unit(vector: NDArray[np.floating]) -> Vector:
    """Of length 1."""
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


class Seer:
    """Encodes words and plain colours as one model does."""

    version, dimensions = 1, DIMENSIONS

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen = 0

    def encode(self, pictures: Sequence[Pixels]) -> Vector:
        self.seen += len(pictures)
        return np.stack([direction(self.name, "image", int(each.mean((0, 1)).argmax()) + 1) for each in pictures])

    def encode_text(self, texts: Sequence[str]) -> Vector:
        return np.stack([self._meant(text) for text in texts])

    def _meant(self, text: str) -> Vector:
        framed = text.startswith(("a photo of", "a picture of"))
        named = [number for number, name in enumerate(COLOURS, 1) if name in text]
        number = named[0] if named else 10_000 + len(text)
        return direction(self.name, "image" if framed else "text", number)


class SeeingModels(Models):
    """Five models; those in `missing` are not installed."""

    def __init__(self, *missing: str) -> None:
        super().__init__(Path("/nowhere"))
        self.missing = set(missing)
        self.seers = {name: Seer(name) for name in NAMES}

    def entries(self) -> tuple[ModelEntry, ...]:
        return tuple(replace(entry(name), dimensions=DIMENSIONS) for name in NAMES)

    def waiting(self, name: str) -> str | None:
        self.entry(name)
        return f"Model {name} is not installed" if name in self.missing else None

    def text_encoder(self, name: str) -> Seer:  # type: ignore[override]
        if name not in TALKING:
            raise NotFound(f"Model {name} knows no words")
        return self.seers[name]

    def image_encoder(self, name: str) -> Seer:  # type: ignore[override]
        if name in self.missing:
            raise Unavailable(f"Model {name} is not installed")
        return self.seers[name]


@dataclass
class Shelf:
    """`images`: of each listing, in their order."""

    here: Market
    images: dict[int, list[int]]

    def of(self, image: int) -> int:
        """The listing of an image."""
        return next(number for number, images in self.images.items() if image in images)


def shelf(
    store: Store,
    names: Sequence[str] = NAMES,
    *,
    noise: float = 0.5,
    kinds: Sequence[str] = ("image", "cutout", "text"),
) -> Shelf:
    """153 listings with 1 to 3 images in shops 7 and 8, which have vectors of these models."""
    with store.transaction() as tx:
        here = market(tx)
        listings.save(tx, here.source_id, [_listing(number) for number in range(1, len(COLOURS) + OTHERS + 1)])
        found = tx.rows("SELECT listing_id, image_id FROM listing_image ORDER BY listing_id, rank")
        images: dict[int, list[int]] = {}
        for row in found:
            images.setdefault(row["listing_id"], []).append(row["image_id"])
        _arrive(tx, here)
        for name in names:
            for kind in kinds:
                if kind != "text" or name in TALKING:
                    _embed(tx, name, kind, images, noise)
    return Shelf(here, images)


def _listing(number: int) -> Listing:
    named = number <= len(COLOURS)
    return Listing(
        number,
        7 + number % 2,
        title=f"A {COLOURS[number - 1]} mug" if named else f"Thing {number}",
        tags=("ceramic", "kitchen") if named else ("thing",),
        price=Decimal(number),
        currency="EUR" if number % 3 else "USD",
        when_made="made_to_order" if number % 2 else "2020_2026",
        state="active" if number % 5 else "sold_out",
        created_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number),
        images=tuple(ListingImage(10 * number + rank, rank, "http://x/1.jpg") for rank in range(1, 2 + number % 3)),
    )


def _arrive(tx: Transaction, here: Market) -> None:
    """The images' files are there."""
    tx.execute("UPDATE image SET missing_since = NULL, awaited = false, width = 4, height = 3")
    tx.execute(
        """INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns, checksum)
        SELECT id, :source, folder || '/' || stem || '.jpg', 'original', 'jpeg', 1, 1, int8send(id) FROM image""",
        source=here.source_id,
    )


def _embed(tx: Transaction, name: str, kind: str, images: dict[int, list[int]], noise: float) -> None:
    random = np.random.default_rng(hash_of(name + kind))
    pairs = [(image, number) for number, ids in images.items() for image in ids]
    rows = [direction(name, "text" if kind == "text" else "image", number) for _, number in pairs]
    matrix = np.stack(rows)
    if kind != "text":
        matrix = matrix + noise * random.normal(size=matrix.shape).astype(np.float32) / np.sqrt(DIMENSIONS)
    space = spaces.get_or_create(tx, name, 1, DIMENSIONS, SpaceKind(kind))
    vectors.save(tx, space, np.array([image for image, _ in pairs]), matrix)
