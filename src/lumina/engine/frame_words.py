"""Sequences in sentences: what they are, why a frame is the best one, what is wrong with the others."""

from __future__ import annotations

import numpy as np

from lumina.domain.bursts import SequenceKind
from lumina.vision.best import middle, relative_sharpness
from lumina.vision.frames import SECOND, Frames
from lumina.vision.strip import Found

SOFTER, CLIPPED, DARKER = 0.05, 0.01, 0.03
"""Differences worth a word: of relative sharpness, of the share of clipped pixels, of the mean luma."""


def of_sequence(found: Found, frames: Frames, best: int) -> tuple[str, ...]:
    """Why these frames (in order) are a sequence, and why one of them is the best."""
    kind = _WHAT[found.kind](found, frames)
    return (kind, *_best(frames, best)) if found.kind is SequenceKind.BURST else (kind,)


def of_frames(frames: Frames, best: int) -> list[tuple[str, ...]]:
    """What sets each frame of a burst apart from its best one; nothing for the best itself."""
    sharp = relative_sharpness(frames)
    softer = (1 - sharp / max(float(sharp[best]), 1e-6)).tolist()
    lost = (frames.clipped - frames.clipped[best]).tolist()
    darker = (frames.brightness[best] - frames.brightness).tolist()
    rejected = (frames.verdict < 0).tolist()
    words = [_frame(*figures) for figures in zip(softer, lost, darker, rejected, strict=True)]
    words[best] = ()
    return words


def _frame(softer: float, lost: float, darker: float, rejected: bool) -> tuple[str, ...]:
    words = []
    if softer >= SOFTER:
        words.append(f"{softer:.0%} less sharp")
    if lost >= CLIPPED:
        words.append(f"{lost:.0%} more of it is clipped")
    if abs(darker) >= DARKER:
        words.append("Darker" if darker > 0 else "Brighter")
    if rejected:
        words.append("You rejected it")
    return tuple(words) or ("About as good",)


def _best(frames: Frames, best: int) -> list[str]:
    words = []
    if frames.verdict[best] > 0 and (np.delete(frames.verdict, best) < frames.verdict[best]).all():
        words.append("The one you rated highest")
    if relative_sharpness(frames)[best] == 1 and frames.sharpness.max() > frames.sharpness.min():
        words.append(f"Sharpest of {len(frames)}")
    if np.ptp(frames.clipped) >= CLIPPED and frames.clipped[best] - frames.clipped.min() < CLIPPED / 2:
        words.append("Nothing more clipped than in any other")
    usual = middle(frames.brightness)
    if np.ptp(frames.brightness) >= 2 * DARKER and abs(frames.brightness[best] - usual) < DARKER:
        words.append("Exposed like most of them")
    return words or ["Hardly any better than the others"]


def _burst(_found: Found, frames: Frames) -> str:
    seconds = np.ptp(frames.time) / SECOND
    return f"{len(frames)} frames in {seconds:.1f} s" if seconds else f"{len(frames)} frames within one second"


def _bracket(_found: Found, frames: Frames) -> str:
    for stops in (frames.bias, middle(frames.exposure) - frames.exposure):
        if not np.isnan(stops).any() and np.ptp(stops) > 0:
            return f"Exposures {', '.join(f'{value:+.1f}' if round(value, 1) else '0' for value in stops)} EV"
    return "The same frame at different exposures"


def _panorama(found: Found, frames: Frames) -> str:
    way = {1: ", from left to right", -1: ", from right to left"}.get(found.direction, "")
    return f"{len(frames)} frames that overlap side by side{way}"


def _lapse(_found: Found, frames: Frames) -> str:
    return f"{len(frames)} frames, one every {np.median(np.diff(frames.time)) / SECOND:.1f} s"


def _hdr(_found: Found, _frames: Frames) -> str:
    return "An HDR picture and the normal one of the same moment"


_WHAT = {
    SequenceKind.BURST: _burst,
    SequenceKind.BRACKET: _bracket,
    SequenceKind.PANORAMA: _panorama,
    SequenceKind.TIMELAPSE: _lapse,
    SequenceKind.HDR: _hdr,
}
