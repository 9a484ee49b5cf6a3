"""Recognise things in vectors that stay as they are: scores, thresholds, and heads made of a few examples.

Vectors are of length 1. A head is a direction in their space; what it says of an image is `weights . vector + bias`.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
BLOCK = 8_192
"""Vectors that are looked at in one product of matrices."""
MANY = 4_000
"""Background scores from which on a rare quantile is counted instead of estimated."""
OUTSTANDING = 4.0
"""Widths above the middle of the background from which on a score is no chance."""
STRENGTH = 1_000.0
"""How far a probe may follow its examples: the inverse of its penalty on the length of its weights."""
ROUNDS = 25
ENOUGH = 1e-6
MOST_LOGIT = 8.0
"""Log-odds beyond which a classifier's certainty counts no more: about 0.9997."""
_BELL = NormalDist()


@dataclass(frozen=True, slots=True)
class Linear:
    """A direction and where it begins."""

    weights: Matrix
    bias: float


def scores(vectors: NDArray[np.floating], weights: Matrix, bias: Matrix | float = 0.0) -> Matrix:
    """What heads say of vectors.

    Args:
        vectors: n x d, of any floating type.
        weights: h x d, or d for one head.
        bias: h, or one number.

    Returns:
        n x h, or n for one head, float32.
    """
    shape = (len(vectors), *weights.shape[:-1])
    found: Matrix = np.empty(shape, np.float32)
    for start in range(0, len(vectors), BLOCK):
        block = np.asarray(vectors[start : start + BLOCK], np.float32)
        found[start : start + BLOCK] = block @ weights.T + bias
    return found


def sigmoid(values: NDArray[np.floating]) -> Floats:
    """Log-odds to probabilities, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(values, np.float64))))


def log_odds(probabilities: NDArray[np.floating]) -> Floats:
    """Probabilities to log-odds, at most `MOST_LOGIT` from 0."""
    inside = np.clip(np.asarray(probabilities, np.float64), 1e-12, 1 - 1e-12)
    return np.asarray(np.clip(np.log(inside) - np.log1p(-inside), -MOST_LOGIT, MOST_LOGIT))


def softmax(logits: Matrix) -> Matrix:
    """Rows of logits to probabilities that add up to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def tail(background: NDArray[np.floating], rate: float) -> float:
    """The score that this share of the background reaches by chance.

    Few scores do not show what is rare, and among the background may be images of the very thing, which stand out. So
    the tail is drawn out, as a bell's would be, from where nine in ten and 98 in 100 lie of those that do not stand
    out. Of many scores it is counted as well, and moves the answer by one width of the bell at most.

    Args:
        background: scores of images drawn at random; at least one.
        rate: 0-1.
    """
    given = np.asarray(background, np.float64)
    low, middle = np.quantile(given, (0.16, 0.5))
    width = max(float(middle - low), 1e-6)
    ordinary = given[given <= middle + OUTSTANDING * width]
    nine, most = np.quantile(ordinary, (0.9, 0.98))
    wide = max((nine - middle) / _BELL.inv_cdf(0.9), (most - middle) / _BELL.inv_cdf(0.98), width)
    drawn = float(middle + wide * _BELL.inv_cdf(1 - rate))
    if len(given) * rate < MANY / 1_000:
        return drawn
    return float(np.clip(np.quantile(given, 1 - rate), drawn - wide, drawn + wide))


def prototype(examples: NDArray[np.floating], background: NDArray[np.floating]) -> Linear:
    """The direction in which a few examples differ from what there is otherwise.

    Args:
        examples: n x d, n at least 1.
        background: m x d; with none, differences are from nothing.
    """
    centre = _centre(background, examples.shape[1])
    mean = np.asarray(examples, np.float64).mean(axis=0) - centre
    length = float(np.linalg.norm(mean))
    weights = (mean / (length if length > ENOUGH else 1.0)).astype(np.float32)
    return Linear(weights, float(-(weights @ centre)))


def _centre(background: NDArray[np.floating], dimensions: int) -> Floats:
    if not len(background):
        return np.zeros(dimensions)
    return np.asarray(np.asarray(background, np.float64).mean(axis=0))


def probe(
    vectors: NDArray[np.floating],
    yes: NDArray[np.bool_],
    *,
    weight: NDArray[np.floating] | None = None,
    offset: NDArray[np.floating] | None = None,
    strength: float = STRENGTH,
) -> Linear:
    """A logistic regression with a penalty on the length of its weights; both sides weigh the same by default.

    It is found by Newton's method in the space that the examples span: n numbers instead of d, where n is less.

    Args:
        vectors: n x d, both sides in it.
        yes: which of them are examples.
        weight: of each, relative to the others of its side; all the same by default.
        offset: log-odds that are known of each before; none by default. They are of what is usual, so that then both
            sides weigh what they are.
        strength: the inverse of the penalty.

    Raises:
        ValueError: one of the sides is empty.
    """
    if yes.all() or not yes.any():
        raise ValueError("a probe needs examples and counterexamples")
    rows = np.asarray(vectors, np.float64)
    centre = rows[~yes].mean(axis=0)
    basis, reduced = _reduced(rows - centre)
    given = np.ones(len(yes)) if weight is None else np.asarray(weight, np.float64)
    if offset is None:
        found = _newton(reduced, yes, _balanced(yes, given), np.zeros(len(yes)), strength)
    else:
        found = _newton(reduced, yes, given / given.sum(), offset, strength)
    weights = basis @ found[:-1]
    return Linear(weights.astype(np.float32), float(found[-1] - weights @ centre))


def _reduced(rows: Floats) -> tuple[Floats, Floats]:
    """An orthonormal basis of what the rows span, d x r, and the rows in it, n x r."""
    if rows.shape[0] >= rows.shape[1]:
        return np.eye(rows.shape[1]), rows
    values, turned = np.linalg.eigh(rows @ rows.T)
    kept = values > max(values[-1], 0) * 1e-9
    lengths = np.sqrt(values[kept])
    return np.asarray(rows.T @ (turned[:, kept] / lengths)), np.asarray(turned[:, kept] * lengths)


def _balanced(yes: NDArray[np.bool_], given: Floats) -> Floats:
    """Weights that add up to one half for either side."""
    return np.asarray(np.where(yes, given / given[yes].sum(), given / given[~yes].sum()) / 2)


def _newton(
    rows: Floats, yes: NDArray[np.bool_], weight: Floats, offset: NDArray[np.floating], strength: float
) -> Floats:
    """The coefficients, the last one being the bias, which carries no penalty."""
    design = np.column_stack([rows, np.ones(len(rows))])
    penalty = np.full(design.shape[1], 1 / strength)
    penalty[-1] = 1e-9
    found: Floats = np.zeros(design.shape[1])
    target = yes.astype(np.float64)
    for _ in range(ROUNDS):
        chance = sigmoid(design @ found + offset)
        slope = design.T @ (weight * (chance - target)) + penalty * found
        bend = (design * (weight * np.maximum(chance * (1 - chance), 1e-6))[:, None]).T @ design
        step = np.linalg.solve(bend + np.diag(penalty + 1e-12), slope)
        longest = float(np.abs(design @ step).max(initial=0.0))
        found -= step * min(1.0, 4.0 / longest if longest else 1.0)
        if longest < ENOUGH * 1e3:
            break
    return found


def diverse(vectors: NDArray[np.floating], count: int) -> list[int]:
    """Places of rows that differ: the first one, then always the first of those that are least like all chosen before.

    Rows come in the order of what is wanted most; of equals the earlier one is taken.

    Args:
        vectors: n x d, of length 1.
        count: how many at most.
    """
    if not len(vectors):
        return []
    rows = np.asarray(vectors, np.float32)
    chosen = [0]
    nearest = rows @ rows[0]
    # what is wanted later has to differ a little more
    handicap = np.linspace(0, 0.2, len(rows), dtype=np.float32)
    while len(chosen) < min(count, len(rows)):
        nearest[chosen] = np.inf
        best = int(np.argmin(nearest + handicap))
        chosen.append(best)
        nearest = np.maximum(nearest, rows @ rows[best])
    return chosen


def folds(yes: NDArray[np.bool_], most: int = 5) -> list[NDArray[np.bool_]]:
    """Masks that divide both sides evenly: each is left out once. As many as there are examples, at most `most`."""
    count = min(most, int(yes.sum()))
    if count < 2:
        return []
    place = np.empty(len(yes), np.int64)
    for side in (yes, ~yes):
        place[side] = np.arange(int(side.sum())) % count
    return [place == fold for fold in range(count)]
