"""Train a head from examples, counterexamples and a background, and find from which score on it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.vision.heads import STRENGTH, Floats, Linear, folds, log_odds, probe, prototype, scores, tail

FEW = 5
"""Examples from which on a probe is better than their mean."""
LEAST = 10
"""Vectors of the background with which something can be said about chance."""
RATE, MOST_RATE = 1e-3, 1e-2
"""Share of the background that may be taken for the thing by chance: about one image of a small catalog."""
REFUSED = 3.0
"""How much more a counterexample that a person has named counts than one of the background."""
BETA, BETA_CORRECTED = 0.3, 0.5
"""How much recall counts beside precision when the threshold is chosen; a classifier's recall is dearer."""
CORRECTION = 30.0
"""Strength of a probe that corrects a classifier: what that knows is lost sooner than it is learnt."""
STEEPEST = 60.0


@dataclass(frozen=True, slots=True)
class Material:
    """What a head is trained with; vectors of length 1.

    Attributes:
        yes, no: examples and counterexamples, n x d and m x d.
        background: others, nearly all of which do not show the thing, b x d.
        hard: those of other things that are most like it, h x d; counterexamples, but none of chance.
        known: what a classifier says of the node: probabilities for yes, no, background and hard in this order; None
            where there is no classifier for it.
        size: images that there are.
    """

    yes: NDArray[np.floating]
    no: NDArray[np.floating]
    background: NDArray[np.floating]
    hard: NDArray[np.floating]
    known: NDArray[np.floating] | None
    size: int


@dataclass(frozen=True, slots=True)
class Trained:
    """A head and what it was measured at; all figures come from examples that were left out of its training."""

    linear: Linear
    probe: bool
    threshold: float
    slope: float
    prior: float
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scored:
    """Scores of what was left out when they were made."""

    yes: Floats
    no: Floats
    background: Floats


def train(material: Material) -> Trained:
    """The mean of up to four examples, a probe from five on or where a classifier knows the node already.

    Raises:
        ValueError: there is no example, or a vector is not finite.
    """
    if not len(material.yes):
        raise ValueError("there is no example")
    if not all(np.isfinite(part).all() for part in (material.yes, material.no, material.background, material.hard)):
        raise ValueError("a vector is not finite")
    against = len(material.no) + len(material.background) + len(material.hard)
    if against and (len(material.yes) >= FEW or (material.known is not None and len(material.no))):
        return _by_probe(material)
    return _by_prototype(material)


def rate_of(size: int) -> float:
    """Share of the background that may pass by chance: one image of the catalog, within bounds."""
    return float(np.clip(1 / max(size, 1), RATE, MOST_RATE))


def _by_prototype(material: Material) -> Trained:
    linear = prototype(material.yes, material.background)
    own = scores(material.yes, linear.weights, linear.bias).astype(np.float64)
    scored = _Scored(
        _left_out(material, own),
        scores(material.no, linear.weights, linear.bias).astype(np.float64),
        scores(material.background, linear.weights, linear.bias).astype(np.float64),
    )
    level = _level(scored, material.size) if len(material.background) >= LEAST else _between(scored, own)
    if len(material.yes) > 1:  # as like them as they are to each other, or nearly
        level += max(float(np.median(scored.yes)) - level, 0.0) / 2
    if len(scored.no):
        level = max(level, (float(scored.no.max()) + max(float(own.min()), float(scored.no.max()))) / 2)
    return _trained(linear, scored, level, material, probe=False)


def _left_out(material: Material, own: Floats) -> Floats:
    """What the mean of the others says of each example; of a single one what it says of itself."""
    if len(material.yes) < 2:
        return own
    found = []
    for place in range(len(material.yes)):
        others = prototype(np.delete(material.yes, place, axis=0), material.background)
        found.append(float(scores(material.yes[place : place + 1], others.weights, others.bias)[0]))
    return np.array(found)


def _between(scored: _Scored, own: Floats) -> float:
    """Half-way between the examples and what is known to be something else, for want of a background."""
    known = np.concatenate([scored.no, scored.background])
    highest = float(known.max()) if len(known) else 0.4 * float(own.min())
    return max((float(own.min()) + highest) / 2, highest)


def _by_probe(material: Material) -> Trained:
    counts = [len(part) for part in (material.yes, material.no, material.background, material.hard)]
    vectors = np.concatenate([material.yes, material.no, material.background, material.hard]).astype(np.float32)
    yes = np.arange(len(vectors)) < counts[0]
    named = (np.arange(len(vectors)) >= counts[0]) & (np.arange(len(vectors)) < sum(counts[:2]))
    weight = np.where(named, REFUSED, 1.0)
    if material.known is not None:  # all that nobody has judged weighs as much as what people have said
        weight = np.where(np.arange(len(vectors)) < sum(counts[:2]), 1.0, sum(counts[:2]) / max(sum(counts[2:]), 1))
    offset = None if material.known is None else log_odds(material.known)
    strength = STRENGTH if offset is None else CORRECTION
    linear = probe(vectors, yes, weight=weight, offset=offset, strength=strength)
    said = scores(vectors, linear.weights, linear.bias).astype(np.float64)
    for out in folds(yes):
        known = None if offset is None else offset[~out]
        part = probe(vectors[~out], yes[~out], weight=weight[~out], offset=known, strength=strength)
        said[out] = scores(vectors[out], part.weights, part.bias)
    said += 0.0 if offset is None else offset
    ends = np.cumsum(counts)
    scored = _Scored(said[: ends[0]], said[ends[0] : ends[1]], said[ends[1] : ends[2]])
    return _trained(linear, scored, _refined(scored, material), material, probe=True)


def _refined(scored: _Scored, material: Material) -> float:
    """The threshold at which most is right of what was left out, and no lower than chance asks for."""
    known = np.sort(np.concatenate([scored.yes, scored.no, scored.background]))
    between = (known[1:] + known[:-1]) / 2
    if material.known is not None:
        lowest = 0.0  # what the classifier takes for unlikely stays so
    elif len(scored.background) >= LEAST:
        lowest = tail(scored.background, MOST_RATE)
    else:
        lowest = -np.inf
    choices = [each for each in (lowest, *between.tolist()) if np.isfinite(each) and each >= lowest]
    beta = BETA if material.known is None else BETA_CORRECTED
    share = max(material.size / max(len(scored.background), 1), 1.0)
    return float(max(choices, key=lambda choice: (_worth(scored, choice, share, beta), -choice)))


def _level(scored: _Scored, size: int) -> float:
    """What chance asks for. Where most examples would be lost by it, up to one in a hundred may pass."""
    rate = rate_of(size)
    strict = tail(scored.background, rate)
    if np.median(scored.yes) >= strict:
        return strict
    return max(tail(scored.background, max(rate, MOST_RATE)), min(strict, float(np.median(scored.yes))))


def _worth(scored: _Scored, level: float, share: float, beta: float) -> float:
    """F-measure: examples that are found, against counterexamples and the background that are taken for the thing.

    The background stands for all images: each of it counts as `share` of them.
    """
    right, lost = float((scored.yes >= level).sum()), float((scored.yes < level).sum())
    wrong = float((scored.no >= level).sum()) + share * float((scored.background >= level).sum())
    square = beta * beta
    whole = (1 + square) * right + square * lost + wrong
    return (1 + square) * right / whole if whole else 0.0


def _trained(linear: Linear, scored: _Scored, level: float, material: Material, *, probe: bool) -> Trained:
    right, wrong = int((scored.yes >= level).sum()), int((scored.no >= level).sum())
    above = float(np.median(scored.yes)) - level
    figures = {
        "examples": len(scored.yes),
        "refused": len(scored.no),
        "background": len(scored.background),
        "recall": round(right / len(scored.yes), 4),
        "precision": round(right / (right + wrong), 4) if right + wrong and len(scored.no) else None,
        "false_rate": rate_of(material.size),
        "left_out": len(scored.yes) > 1,
    }
    return Trained(
        linear,
        probe,
        float(level),
        float(np.clip(np.log(9) / max(above, 1e-6), 0.5, STEEPEST)) if above > 0 else STEEPEST / 4,
        0.0 if material.known is None or not probe else 1.0,
        figures,
    )
