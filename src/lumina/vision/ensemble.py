"""Several models' opinions of the same candidates, made into one order of listings.

A voice is one model's space as one question asks it. Cosines of different voices cannot be compared: what is a lot for
one is nothing for another. So each is put on the scale of what chance gives in its own space: 0 in the middle of
chance, 0.5 where chance ends, 1 where nothing could be closer. All voices are asked about all candidates, so a
candidate that a voice did not bring up itself is weak to it, not absent.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lumina.domain.ensemble import NO_CHANCE, Gauge
from lumina.domain.vectors import Calibration
from lumina.vision import background

Scores = NDArray[np.float64]
CONSENSUS = 0.2
"""What it counts, beside the strength itself, that a voice takes a listing for no chance."""
FAR = 35.0
"""Widths beyond which a bell's tail is smaller than any number."""
LOW = -9.0
"""Widths below which all but nothing of a bell lies above."""
_BELL = NormalDist()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Listings in order, best first; arrays over `listings` of them.

    Attributes:
        listings: their numbers. scores: 0 to 1. best: the column of each one's best image among the candidates.
        similarities, strengths: voices x listings, of each voice's closest image; NaN where a voice knows none.
        places: voices x listings, from 1; 0 where a voice does not know the listing.
        matched: voices x listings, whether it is no chance to the voice.
    """

    listings: NDArray[np.int64]
    scores: Scores
    best: NDArray[np.int64]
    similarities: Scores
    strengths: Scores
    places: NDArray[np.int64]
    matched: NDArray[np.bool_]


def gauge(
    scores: NDArray[np.floating],
    size: int,
    calibration: Calibration | None,
    *,
    voices: int = 1,
    like: bool = True,
) -> Gauge | None:
    """What similarity to a question means.

    Args:
        scores: similarities of the question with vectors of the space drawn at random, 2,000 or so.
        size: vectors that are searched.
        calibration: of the space; None where it has none yet.
        voices: how many are asked: together they may err as often as one.
        like: the question is of the kind that the space holds, a picture among pictures or a text among texts; a
            question in words to pictures never gets close to any of them.

    Returns:
        None where there are too few vectors to tell.
    """
    if len(scores) < background.FEW:
        return None
    found = background.cut(scores, size * voices, calibration, picture=like)
    middle, width = (float(each[0]) for each in background.bell(scores[None]))
    top = 1.0 if like else 2 * found.level - math.tanh(middle)
    return Gauge(middle, max(width * (calibration.stretch if calibration else 1.0), 1e-6), found.level,
                 found.present, max(top, found.level + 1e-6))  # fmt: skip


def heard(known: Gauge, best: float) -> Gauge:
    """The gauge once the best similarity of all is known: where it is too low, no result is above chance."""
    if best >= known.present:
        return known
    return Gauge(known.middle, known.width, known.present, known.present, max(known.top, known.present + 1e-6))


def strengths(similarities: Scores, known: Gauge) -> Scores:
    """How much results look like what was asked, 0 to 1: 0.5 where chance ends, 0 in its middle and below."""
    middle = math.tanh(known.middle)
    below = 0.5 * (similarities - middle) / max(known.level - middle, 1e-6)
    above = 0.5 + 0.5 * (similarities - known.level) / max(known.top - known.level, 1e-6)
    return np.clip(np.where(similarities < known.level, np.minimum(below, 0.5), above), 0.0, 1.0)


def corrected(similarities: Scores, images: NDArray[np.int64], known: Gauge) -> Scores:
    """Similarities of the best of so many images as if each listing had one.

    The best of n draws from chance lies higher than a single one. What is returned for it is the similarity that a
    single draw reaches as seldom: far from chance, where ten chances are hardly more than one, next to the same.

    Args:
        similarities: of the best image of each listing.
        images: how many each listing has, 1 or more.
        known: what chance gives.
    """
    widths = (background.straightened(similarities) - known.middle) / known.width
    single = [_single(z, n) if n > 1 else z for z, n in zip(widths.tolist(), images.tolist(), strict=True)]
    moved = np.tanh(known.middle + known.width * np.array(single, np.float64))
    return np.where(images > 1, moved, similarities)


def _single(z: float, n: int) -> float:
    """The deviation that one draw exceeds as seldom as the best of n draws exceeds z."""
    if not z < FAR:
        return z if math.isnan(z) else math.sqrt(max(z * z - 2 * math.log(n), 0.0))
    tail = 0.5 * math.erfc(z / math.sqrt(2))
    of_best = 1.0 if tail >= 1.0 else -math.expm1(n * math.log1p(-tail))
    return -_BELL.inv_cdf(of_best) if of_best < 1.0 else min(z, LOW)


def weights(families: Sequence[str]) -> Scores:
    """How much each voice counts: all families the same, shared by their members; they add up to 1."""
    members = Counter(families)
    return np.array([1 / (len(members) * members[family]) for family in families], np.float64)


def rank(
    similarities: Scores,
    listings: NDArray[np.int64],
    images: NDArray[np.int64],
    gauges: Sequence[Gauge],
    families: Sequence[str],
) -> Ranking:
    """Order listings by what all voices say of them.

    A listing's score is the mean of the voices' strengths, each bounded: a voice that is very sure cannot outvote
    several that see nothing. Those to which it is no chance count for more. A voice that has no vector of a listing
    abstains.

    Args:
        similarities: voices x candidates; NaN where a voice has no vector of an image.
        listings: of each candidate the number of its listing, 0 to n - 1.
        images: of each listing, how many images it has to each voice: voices x n.
        gauges: of each voice.
        families: of each voice; voices of one family see alike and share a weight.
    """
    count = images.shape[1]
    closest = _best_of(similarities, listings, count)
    single = np.stack([corrected(*row) for row in zip(closest, images, gauges, strict=True)])
    strong = np.stack([strengths(*row) for row in zip(single, gauges, strict=True)])
    share = weights(families)
    scores = _mean((strong + CONSENSUS * (strong >= NO_CHANCE)) / (1 + CONSENSUS), share)
    each = np.stack([strengths(*row) for row in zip(similarities, gauges, strict=True)])
    best = _best_image(_mean(each, share), listings, count)
    order = np.lexsort((best, -scores))
    return Ranking(
        listings=order,
        scores=scores[order],
        best=best[order],
        similarities=closest[:, order],
        strengths=strong[:, order],
        places=_places(strong, closest)[:, order],
        matched=(strong >= NO_CHANCE)[:, order],
    )


def _mean(strong: Scores, share: Scores) -> Scores:
    """Of each column, over the voices that know it."""
    known = ~np.isnan(strong)
    given = np.where(known, strong, 0.0)
    return np.asarray((share @ given) / np.maximum(share @ known, 1e-12), np.float64)


def _best_of(similarities: Scores, listings: NDArray[np.int64], count: int) -> Scores:
    """Voices x listings: the greatest similarity of each listing's candidates; NaN where there is none."""
    found = np.full((len(similarities), count), -np.inf)
    for row, given in zip(found, similarities, strict=True):
        known = ~np.isnan(given)
        np.maximum.at(row, listings[known], given[known])
    return np.where(np.isneginf(found), np.nan, found)


def _best_image(scores: Scores, listings: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Of each listing the column of the image with the greatest score, of equals the first."""
    order = np.lexsort((-np.arange(len(scores)), scores))
    best = np.zeros(count, np.int64)
    best[listings[order]] = order  # what is written last stays
    return best


def _places(strong: Scores, closest: Scores) -> NDArray[np.int64]:
    """Of each voice the places of the listings in its own order, from 1; 0 where it knows nothing of one."""
    known = ~np.isnan(strong)
    places = np.zeros(strong.shape, np.int64)
    for at in range(len(strong)):
        order = np.lexsort((-np.nan_to_num(closest[at], nan=-9.0), -np.where(known[at], strong[at], -1.0)))
        places[at, order] = np.arange(1, len(order) + 1)
    return np.where(known, places, 0)
