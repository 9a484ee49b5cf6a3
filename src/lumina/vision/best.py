"""Which frame of a sequence is the best one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumina.vision.frames import Frames

SHARP, EXPOSED, WHOLE = 60.0, 25.0, 15.0
"""Points for sharpness, exposure and unclipped tones; 100 together."""
DARK, LIGHT = 0.35, 0.6
"""Mean luma between which an exposure is taken for the scene's own."""
OFF, LOST = 0.35, 0.1
"""Distance from there, and share of pixels clipped beyond the best frame's, at which nothing is left of the points."""

Reals = NDArray[np.float64]


def scores(frames: Frames) -> Reals:
    """Points of each frame among these, 0-100.

    Sharpness is a variance, so its root is what grows with contrast; it counts in proportion to the sharpest frame's,
    because only frames of one scene can be compared by it.
    """
    sharp = relative_sharpness(frames)
    usual = min(max(middle(frames.brightness), DARK), LIGHT)
    exposed = 1 - np.clip(np.abs(frames.brightness - usual) / OFF, 0, 1)
    whole = 1 - np.clip((frames.clipped - frames.clipped.min()) / LOST, 0, 1)
    return np.asarray(SHARP * sharp + EXPOSED * exposed + WHOLE * whole)


def relative_sharpness(frames: Frames) -> Reals:
    """Against the sharpest frame, 0-1; 1 where none has any."""
    most = float(frames.sharpness.max())
    return np.sqrt(frames.sharpness / most) if most > 0 else np.ones(len(frames))


def middle(values: Reals) -> float:
    """The middle value, of two the larger."""
    return float(np.sort(values)[len(values) // 2])


def best(frames: Frames) -> int:
    """Index of the best frame: what a person prefers, then most points, then the first one."""
    order = np.lexsort((np.arange(len(frames)), -scores(frames).round(3), -frames.verdict))
    return int(order[0])
