"""A small library whose pictures show what their vectors say, and networks that see it.

Each word is a direction of its own; a picture's vector is the sum of what it shows and some noise, as encoders of words
and pictures make them, only that here everybody knows the truth. The file of a picture is its colour: red is a truck.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.model import ModelEntry
from lumina.domain.picture import Pixels
from lumina.domain.vectors import Space
from lumina.errors import Unavailable
from lumina.files.derived import DerivedStore
from lumina.inference.catalogue import entry
from lumina.inference.models import Models
from lumina.services.search import Search
from lumina.services.search.questions import Questions
from lumina.store import Store, Transaction, catalogs, spaces, vectors
from tests.support.worded import write_documents

DIMENSIONS = 128
THINGS = ("truck", "lake", "dog", "house", "tree")
COLOURS = {"truck": 0, "lake": 1, "dog": 2}
"""Thing -> the channel of the pictures that show it."""
MODEL = "clip-vit-b32"
Vector = NDArray[np.float32]


_APART = np.linalg.qr(np.random.default_rng(0).normal(size=(DIMENSIONS, len(THINGS))))[0].T


def direction(word: str) -> Vector:
    """Of length 1, the same on every machine; the things have nothing in common."""
    if word in THINGS:
        return unit(_APART[THINGS.index(word)])
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return unit(np.random.default_rng(seed).normal(size=DIMENSIONS))


def unit(vector: NDArray[np.floating]) -> Vector:
    """Of length 1."""
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


class Seer:
    """Encodes words and plain colours; counts how often."""

    name, version, dimensions = MODEL, 1, DIMENSIONS

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    def encode_text(self, texts: Sequence[str]) -> Vector:
        self.asked.append(texts)
        return np.stack([_meant(text) for text in texts])

    def encode(self, pictures: Sequence[Pixels]) -> Vector:
        things = list(COLOURS)
        return np.stack([direction(things[int(pixels.mean((0, 1)).argmax())]) for pixels in pictures])


class SeeingModels(Models):
    """One model, which is installed, or is not."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self.seer = Seer()
        self.lack: str | None = None

    def entries(self) -> tuple[ModelEntry, ...]:
        return (replace(entry(MODEL), dimensions=DIMENSIONS),)

    def waiting(self, name: str) -> str | None:
        self.entry(name)
        return self.lack if name == MODEL else f"Model {name} is not installed"

    def text_encoder(self, name: str) -> Seer:  # type: ignore[override]
        self.entry(name)
        return self.seer

    def image_encoder(self, name: str) -> Seer:  # type: ignore[override]
        if self.lack:
            raise Unavailable(self.lack)
        return self.seer


@dataclass(frozen=True)
class Shot:
    """An image to be: what it shows ("" is something else each time), its file's name, and how much noise there is."""

    thing: str
    name: str = "img"
    taken: str = "2019-07-04"
    noise: float = 0.8


@dataclass
class Library:
    """`shows`: what each image shows."""

    store: Store
    catalog: UUID
    source: int
    space: Space
    models: SeeingModels
    search: Search
    shows: dict[int, str]

    def showing(self, thing: str) -> set[int]:
        return {image for image, shown in self.shows.items() if shown == thing}

    def add(self, *pictures: Shot) -> list[int]:
        """More images; returns their ids."""
        with self.store.transaction() as tx:
            found = [self._row(tx, each) for each in pictures]
            matrix = np.stack([_seen(image, each) for image, each in zip(found, pictures, strict=True)])
            vectors.save(tx, self.space, np.array(found), matrix)
        self.shows.update(zip(found, (each.thing for each in pictures), strict=True))
        return found

    def _row(self, tx: Transaction, shot: Shot) -> int:
        image: int = tx.value(
            "INSERT INTO image (catalog_id, source_id, kind, folder, stem, taken_at)"
            " VALUES (:catalog, :source, 'photo', '', :stem, CAST(:taken AS timestamp)) RETURNING id",
            catalog=self.catalog,
            source=self.source,
            stem=shot.name,
            taken=shot.taken,
        )
        tx.execute(
            "INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)"
            " VALUES (:id, :source, :path, 'original', 'jpeg', 1, 1)",
            id=image,
            source=self.source,
            path=f"{shot.name}-{image}.jpg",
        )
        return image

    def settle(self) -> None:
        """Write the documents."""
        with self.store.transaction() as tx:
            write_documents(tx)


def _meant(text: str) -> Vector:
    words = [word for word in text.split() if word not in ("a", "photo", "picture", "of")]
    return unit(sum((direction(word) for word in words), np.zeros(DIMENSIONS)))


def _seen(image: int, shot: Shot) -> Vector:
    noise = unit(np.random.default_rng(image).normal(size=DIMENSIONS))
    return noise if not shot.thing else unit(direction(shot.thing) + shot.noise * noise)


def library(store: Store, folder: Path) -> Library:
    """Without images yet."""
    models = SeeingModels()
    with store.transaction() as tx:
        catalog = catalogs.create(tx, "seen")
        source = catalogs.add_source(tx, catalog.id, "/nowhere")
        space = spaces.get_or_create(tx, MODEL, 1, DIMENSIONS)
    questions = Questions(store, models, DerivedStore(folder), preferred=MODEL, max_pixels=10_000_000, megabytes=1024)
    return Library(store, catalog.id, source.id, space, models, Search(store, questions, lambda: None), {})
