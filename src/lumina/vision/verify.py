"""Are two pictures copies? Signatures of candidate pairs are compared, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.duplicates import Relation
from lumina.vision.orient import upright
from lumina.vision.signature import LUMA, Signatures, chroma, luma, ratio

_CHUNK = 2048
"""Pairs compared at a time: some 50 MB."""
_WINDOWS = (0.975, 0.95, 0.925, 0.9, 0.875, 0.85, 0.825, 0.8)
"""Shares of width and height that a crop may leave."""

Stack = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One of each per pair.

    Attributes:
        accepted: they are copies.
        similarity: 0-1, of what both show.
        relation: how the second came from the picture of the first (`lumina.domain.duplicates.Relation`).
        equal: so alike that their decoded pixels may be the same.
    """

    accepted: NDArray[np.bool_]
    similarity: NDArray[np.float32]
    relation: NDArray[np.int8]
    equal: NDArray[np.bool_]


def verify(a: Signatures, b: Signatures, hint: NDArray[np.int8] | None = None) -> Verdicts:
    """Compare pairs of signatures.

    Args:
        a: n x SIZE.
        b: n x SIZE.
        hint: what the join that found the pair takes it for; only those hinted at as turned are compared turned.
    """
    hints = np.zeros(len(a), np.int8) if hint is None else hint
    parts = [
        _verify(a[at : at + _CHUNK], b[at : at + _CHUNK], hints[at : at + _CHUNK]) for at in range(0, len(a), _CHUNK)
    ]
    parts = parts or [_verify(a, b, hints)]
    return Verdicts(*(np.concatenate([getattr(part, name) for part in parts]) for name in Verdicts.__slots__))


def _verify(a: Signatures, b: Signatures, hint: NDArray[np.int8]) -> Verdicts:
    first, second = luma(a).astype(np.float32), luma(b).astype(np.float32)
    proportion = np.abs(np.log(ratio(a) / ratio(b)))
    similarity = np.where(proportion < 0.03, _correlation(first, second), 0).astype(np.float32)
    relation = np.zeros(len(a), np.int8)
    for kind, whole, part in ((Relation.CROP, first, second), (Relation.CONTAINS, second, first)):
        for share in _WINDOWS:
            window = _window(share)
            found = _correlation(np.asarray(window @ whole @ window.T, np.float32), part) - np.float32(0.01)
            better = (found > similarity) & (similarity < 0.98)
            similarity, relation = np.where(better, found, similarity), np.where(better, kind, relation)
    turned = hint == Relation.TURNED
    for orientation in range(2, 9) if turned.any() else ():
        found = np.zeros(len(a), np.float32)
        found[turned] = _correlation(_turned(first[turned], orientation), second[turned])
        better = found > similarity
        similarity, relation = np.where(better, found, similarity), np.where(better, Relation.TURNED, relation)
    accepted = (similarity > 0.97) & (_colour(a, b) < 14)
    equal = np.abs(first - second).max(axis=(1, 2)) <= 3
    return Verdicts(accepted, similarity.clip(0, 1).astype(np.float32), relation.astype(np.int8), equal)


def _correlation(a: Stack, b: Stack) -> NDArray[np.float32]:
    a, b = a - a.mean(axis=(1, 2), keepdims=True), b - b.mean(axis=(1, 2), keepdims=True)
    power = (a * a).sum(axis=(1, 2)) * (b * b).sum(axis=(1, 2))
    return np.asarray((a * b).sum(axis=(1, 2)) / np.sqrt(np.maximum(power, 1e-6)), np.float32)


def _colour(a: Signatures, b: Signatures) -> NDArray[np.float32]:
    """Mean difference of the colours, 0 where one of the two is grey."""
    first, second = chroma(a).astype(np.float32) - 128, chroma(b).astype(np.float32) - 128
    grey = np.minimum(np.abs(first).max(axis=(1, 2, 3)), np.abs(second).max(axis=(1, 2, 3))) <= 2
    return np.asarray(np.where(grey, 0, np.abs(first - second).mean(axis=(1, 2, 3))), np.float32)


def _turned(stack: Stack, orientation: int) -> Stack:
    """Every picture turned as `lumina.vision.orient.upright` does."""
    channels: NDArray[Any] = np.moveaxis(stack, 0, 2)
    return np.asarray(np.moveaxis(upright(channels, orientation), 2, 0))


@lru_cache(maxsize=32)
def _window(share: float) -> NDArray[np.float32]:
    """LUMA x LUMA: the middle `share` of a row of cells, spread over a whole row again."""
    edges = (1 - share) / 2 * LUMA + np.arange(LUMA + 1) * share
    cells = np.arange(LUMA)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return np.asarray(overlap.clip(0) / share, np.float32)
