"""What teaching comes to on photos that were held out, from their vectors and what they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumina.domain.recognition import Head, HeadKind
from lumina.vision.heads import diverse
from lumina.vision.recogniser import confidence
from lumina.vision.training import Material, train

Known = Callable[[NDArray[np.floating]], NDArray[np.float32]]
ROUNDS, AT_ONCE = 5, 10
NOTHING = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Photos:
    """Vectors, n x d, of length 1; whether each shows the thing; what a classifier says of it, n, where that counts."""

    vectors: NDArray[np.float32]
    truth: NDArray[np.bool_]
    known: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Right, wrong and missed among the photos that were held out; their average precision, by split."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    ranked: tuple[float, ...] = ()

    def __add__(self, other: Held) -> Held:
        counts = self.right + other.right, self.wrong + other.wrong, self.missed + other.missed
        return Held(*counts, (*self.ranked, *other.ranked))

    def __str__(self) -> str:
        precision = self.right / max(self.right + self.wrong, 1)
        recall = self.right / max(self.right + self.missed, 1)
        return f"precision {precision:.3f}, recall {recall:.3f}, ranking {np.mean(self.ranked):.3f}"


def learn(photos: Photos, yes: NDArray[np.int64], no: NDArray[np.int64], pool: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of all photos a head would tag that was trained with these examples and counterexamples.

    The background are the others of the pool, as in a catalog where nobody has said more: some of them show the thing.
    """
    rest = np.setdiff1d(pool, np.concatenate([yes, no]))
    if photos.known is not None:  # in a catalog those that the classifier tags are no background
        rest = rest[photos.known[rest] < 0.5]
    order = np.concatenate([yes, no, rest])
    of = photos.vectors
    material = Material(
        of[yes], of[no], of[rest], of[NOTHING], None if photos.known is None else photos.known[order], len(pool)
    )
    found = train(material)
    head = Head(
        1, 1, HeadKind.PROBE, 1, found.linear.weights, found.linear.bias, found.threshold, found.prior, found.slope
    )
    return np.asarray(confidence(head, of, photos.known))


def held(sure: NDArray[np.floating], photos: Photos, out: NDArray[np.int64]) -> Held:
    """Counts on the photos that were held out."""
    tagged, truth = sure[out] >= 0.5, photos.truth[out]
    hits = truth[np.argsort(-sure[out], kind="stable")]
    ranked = float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())
    return Held(int((tagged & truth).sum()), int((tagged & ~truth).sum()), int((~tagged & truth).sum()), (ranked,))


def from_examples(photos: Photos, count: int, seeds: int) -> Held:
    """A node that was taught by some examples alone, over several splits."""
    total = Held()
    for seed in range(seeds):
        pool, out = split(photos, seed)
        yes = pool[photos.truth[pool]][:count]
        total += held(learn(photos, yes, NOTHING, pool), photos, out)
    return total


def corrected(photos: Photos, seeds: int, begin: int = 5) -> tuple[Held, Held]:
    """Before and after 50 answers to what was most in doubt, over several splits."""
    before, after = Held(), Held()
    for seed in range(seeds):
        pool, out = split(photos, seed)
        yes, no = pool[photos.truth[pool]][:begin], NOTHING
        sure = learn(photos, yes, no, pool) if photos.known is None else photos.known
        before += held(sure, photos, out)
        for _ in range(ROUNDS):
            asked = _asked(photos, sure, np.setdiff1d(pool, np.concatenate([yes, no])))
            yes = np.concatenate([yes, asked[photos.truth[asked]]])
            no = np.concatenate([no, asked[~photos.truth[asked]]])
            sure = learn(photos, yes, no, pool)
        after += held(sure, photos, out)
    return before, after


def _asked(photos: Photos, sure: NDArray[np.floating], rest: NDArray[np.int64]) -> NDArray[np.int64]:
    """What the queue of doubts shows next."""
    near = rest[np.argsort(np.abs(sure[rest] - 0.5), kind="stable")][: 3 * AT_ONCE]
    return near[diverse(photos.vectors[near], AT_ONCE)]


def split(photos: Photos, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Half of the photos to teach with, half held out; each has half of what shows the thing."""
    random = np.random.default_rng(seed)
    pool, out = list[NDArray[np.int64]](), list[NDArray[np.int64]]()
    for side in (photos.truth, ~photos.truth):
        mixed = random.permutation(np.flatnonzero(side))
        pool.append(mixed[: (len(mixed) + 1) // 2])
        out.append(mixed[(len(mixed) + 1) // 2 :])
    return random.permutation(np.concatenate(pool)), random.permutation(np.concatenate(out))
