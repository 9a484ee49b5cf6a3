"""A marketplace as five models might see it: what they have in common is the products, and what their families miss.

A product is a point among products of its category; a picture of it is that point seen from somewhere. Each family of
models sees this through an error of its own, which its members share, and each model through a further one; for some
listings a family is nearly blind (CLIP does not tell patterns apart, DINOv2 does not read). Some products are sold by
other shops as well, nearly the same: they look right to every model, and are not the listing that is wanted. All
vectors of a model are turned into its own dimensions by a random map that keeps angles, nearly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
FACTS = 96
"""Dimensions in which products differ."""
CATEGORY, PRODUCT, VIEW = 0.75, 0.65, 0.5
"""Lengths of the parts of a picture."""
FAMILY, MODEL = 0.55, 0.45
"""Lengths of the errors that a family shares, and of a model's own, for models of middling quality."""
BLIND, BLINDNESS = 0.15, 2.5
"""Share of the listings to which a family is nearly blind, and how many times greater its error is there."""
COPIED, COPY = 0.2, 0.35
"""Share of the listings that are sold by another shop as well, and how far, of a product's own, these lie apart."""
IMAGES = ((1, 0.25), (2, 0.2), (3, 0.25), (4, 0.15), (6, 0.1), (10, 0.05))
"""How many images listings have, and how often; 3 on average."""


@dataclass(frozen=True)
class Seer:
    """A model of the benchmark: how long its vectors are, whose errors it shares, how great they are."""

    name: str
    dimensions: int
    family: str
    error: float


SEERS = (
    Seer("clip-vit-b32", 512, "clip", 1.15),
    Seer("clip-vit-l14", 768, "clip", 0.95),
    Seer("dinov2-base", 768, "dinov2", 1.05),
    Seer("dinov2-large", 1024, "dinov2", 0.9),
    Seer("dinov3-base", 768, "dinov3-base", 1.0),
)


@dataclass(frozen=True)
class Goods:
    """What is sold. `products`: listings x FACTS; `listing`: of each image; `blind`: family -> of each listing."""

    products: Matrix
    listing: NDArray[np.int64]
    views: Matrix
    blind: dict[str, NDArray[np.bool_]]

    @property
    def images(self) -> NDArray[np.int64]:
        """How many images each listing has."""
        return np.bincount(self.listing, minlength=len(self.products))


def goods(listings: int, random: np.random.Generator) -> Goods:
    """So many listings; categories hold about 40 products each."""
    categories = _unit(random.normal(size=(max(listings // 40, 1), FACTS)))
    own = _unit(random.normal(size=(listings, FACTS)))
    category = random.integers(0, len(categories), listings)
    copies = np.flatnonzero(random.random(listings) < COPIED)
    copied = random.integers(0, listings, len(copies))
    own[copies] = _unit(own[copied] + COPY * own[copies])
    category[copies] = category[copied]
    counts, shares = np.array(IMAGES).T
    listing = np.repeat(np.arange(listings), random.choice(counts.astype(int), listings, p=shares))
    views = VIEW * _unit(random.normal(size=(len(listing), FACTS)))
    products = (CATEGORY * categories[category] + PRODUCT * own).astype(np.float32)
    families = dict.fromkeys(seer.family for seer in SEERS)
    blind = {family: random.random(listings) < BLIND for family in families}
    return Goods(products, listing, views.astype(np.float32), blind)


def seen(made: Goods, seer: Seer, part: slice, seed: int = 7) -> Matrix:
    """Vectors of some images, of length 1, as a model sees them; the same each time."""
    turn = _unit(_random(seed, seer.name).normal(size=(FACTS, seer.dimensions)))
    listing = made.listing[part]
    count = len(listing)
    worse = np.where(made.blind[seer.family][listing], BLINDNESS, 1.0)[:, None].astype(np.float32)
    shared = _unit(_random(seed, seer.family, part.start).normal(size=(count, FACTS)))
    own = _unit(_random(seed, seer.name, part.start).normal(size=(count, FACTS)))
    facts = made.products[listing] + made.views[part]
    facts = facts + seer.error * worse * (FAMILY * shared + MODEL * own)
    return _unit(facts @ turn)


def parts(count: int, size: int = 20_000) -> Iterator[slice]:
    """All images, some at a time."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def _random(*key: int | str) -> np.random.Generator:
    numbers = [int.from_bytes(part.encode()[-8:]) if isinstance(part, str) else part for part in key]
    return np.random.default_rng(numbers)


def _unit(vectors: NDArray[np.floating]) -> Matrix:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
