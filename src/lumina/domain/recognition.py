"""How things are recognised in vectors, and what was recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import Space

Weights = NDArray[np.float32]
"""As many as a space has dimensions."""


class HeadKind(StrEnum):
    """Where a head comes from."""

    CLASSIFIER = "classifier"
    """The last layer of a network that was taught a vocabulary: one threshold per node, the weights are the model's."""
    PROMPT = "prompt"
    """Sentences with a node's name, as the model's text tower understands them."""
    PROTOTYPE = "prototype"
    """The mean of a few examples."""
    PROBE = "probe"
    """A logistic regression on examples and counterexamples."""


GIVEN = (HeadKind.CLASSIFIER, HeadKind.PROMPT)
"""Made from a model alone."""
LEARNT = (HeadKind.PROTOTYPE, HeadKind.PROBE)
"""Taught by people."""


@dataclass(frozen=True, slots=True)
class Head:
    """How a node is recognised in a space: `score = weights . vector + bias + prior * log-odds of the classifier`.

    Attributes:
        revision: of a node's learnt heads, counted from 1.
        weights: float32; of a classifier's node none, since its score is the summed probability of its classes.
        prior: how much the log-odds that the model's own classifier gives the node count; 0 where it has none.
        threshold: of the score. slope: confidence is `1 / (1 + exp(-slope * (score - threshold)))`, so 0.5 there.
        applied: its labels hold. proposed: it waits for a person's yes.
        examples: what it was trained with, counterexamples included. figures: what was measured then.
        trained_at: as of when people's words were read that it knows.
    """

    node_id: int
    space_id: int
    kind: HeadKind
    revision: int
    weights: Weights
    bias: float
    threshold: float
    prior: float = 0.0
    slope: float = 1.0
    applied: bool = False
    proposed: bool = False
    examples: int = 0
    figures: Mapping[str, Any] = field(default_factory=dict)
    trained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An image as the stages that follow an encoder see it: its vector, of length 1, and the space it lies in."""

    image_id: int
    space: Space
    vector: NDArray[np.floating]
    render_key: None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A node that may hold for an image or not; `distance` is how far the confidence lies from the threshold."""

    node_id: int
    confidence: float
    distance: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a model's heads see in one image.

    Attributes:
        model, version: of the encoder.
        labels: (node, confidence 0-1). doubts: for people to decide.
        mark: of the heads that were asked; another one is in force as soon as one of them is exchanged.
    """

    model: str
    version: int
    labels: tuple[tuple[int, float], ...]
    doubts: tuple[Doubt, ...] = ()
    mark: int | None = None
