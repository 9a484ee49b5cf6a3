"""Sequences among frames: bursts, brackets, panoramas, time-lapses, and HDR pictures with their normal ones.

What a camera did on purpose is looked for first; a frame belongs to one sequence at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from lumina.domain.bursts import SequenceKind
from lumina.vision.bursts import DRIFTED, RAPID, bursts
from lumina.vision.frames import CALLED, Frames, lanes
from lumina.vision.strip import Found, Strip
from lumina.vision.twins import twins

BRACKET_GAP = 5.0
"""Seconds from the end of one exposure to the next one."""
STEP, GREAT_STEP, BRIGHTER = 0.29, 0.9, 1.1
"""Stops that a bracket's exposures are apart; without a word of the camera's GREAT_STEP, and then the brightness must
follow by this factor: automatic exposure keeps it."""
BRACKET_ALIKE = 0.5
PANORAMA_GAP = 10.0
"""Seconds to turn, aim and release again; less than RAPID is a panned burst."""
PANORAMA_ALIKE, PANORAMA_INNER, PANORAMA_MARGIN, PANORAMA_SHIFT = 0.65, 0.4, 0.15, 7
"""Correlation beside, that between two pairs of neighbours that have it, how much more than near, and cells sideways
at least."""
PANORAMA_FRAMES = 3

LAPSE_FRAMES, LAPSE_GAP, LAPSE_SHORTEST, LAPSE_SHORTEST_WHOLE = 20, 60.0, 0.9, 2.0
"""Frames; seconds at most, at least, and at least where no fractions are known."""
LAPSE_EVEN, LAPSE_EVEN_WHOLE = 0.1, 1.0
"""Gaps differ by this share of the gap (and 0.15 s), by whole seconds where no fractions are known."""


def find(frames: Frames, check: Callable[[], None] = lambda: None) -> list[Found]:
    """All sequences among frames; the same ones in whatever order the frames come.

    Args:
        frames: all that could belong together; those more than `CALLED` seconds apart never do.
        check: called now and then; may raise.
    """
    order, lane = lanes(frames)
    strip = Strip(frames, order, lane, check)
    for finder in (_called, _brackets, _panoramas, _lapses, bursts):
        check()
        strip.keep(finder(strip))
    twins(frames, strip)
    return sorted(strip.found, key=lambda each: (int(frames.time[each.members[0]]), int(frames.image[each.members[0]])))


def _called(strip: Strip) -> Iterator[Found]:
    """Bursts and panoramas that the camera itself names."""
    frames = strip.frames
    close = strip.joined & (strip.gap <= CALLED)
    shot = close & (frames.shot[1:] == frames.shot[:-1]) & (frames.shot[1:] != 0)
    for start, end in strip.runs(shot, 2):
        yield Found(SequenceKind.BURST, list(range(start, end)))
    panel = close & (frames.panel[:-1] > 0) & (frames.panel[1:] == frames.panel[:-1] + 1)
    for start, end in strip.runs(panel, 2):
        yield Found(SequenceKind.PANORAMA, list(range(start, end)))


def _brackets(strip: Strip) -> Iterator[Found]:
    frames = strip.frames
    idle = strip.gap - frames.shutter[:-1]
    close = strip.joined & (idle <= BRACKET_GAP) & (strip.step(frames.focal) <= 0.02 * frames.focal[:-1])
    exposed = strip.step(frames.exposure)
    by_itself = frames.bracketing[1:] & frames.bracketing[:-1] & (exposed >= STEP)
    brighter = np.diff(np.log(frames.brightness + 0.004)) * -np.sign(np.nan_to_num(np.diff(frames.exposure)))
    great = (exposed >= GREAT_STEP) & (brighter >= np.log(BRIGHTER))
    stepped = np.flatnonzero(close & ((strip.step(frames.bias) >= STEP) | by_itself | great))
    linked = np.zeros(len(strip.gap), np.bool_)
    linked[stepped] = strip.near(stepped, stepped + 1, BRACKET_ALIKE)
    for start, end in strip.runs(linked, 2):
        for part in _rounds(frames, start, end):
            if len(part) > 1:
                yield Found(SequenceKind.BRACKET, part)


def _rounds(frames: Frames, start: int, end: int) -> Iterator[list[int]]:
    """One bracket after the other: a new one begins where an exposure comes back."""
    part: list[int] = []
    for at in range(start, end):
        if any(_same_exposure(frames, at, other) for other in part):
            yield part
            part = []
        part.append(at)
    yield part


def _same_exposure(frames: Frames, one: int, other: int) -> bool:
    known = [values for values in (frames.bias, frames.exposure) if not np.isnan(values[[one, other]]).any()]
    return bool(known) and all(abs(values[one] - values[other]) < STEP / 2 for values in known)


def _panoramas(strip: Strip) -> Iterator[Found]:
    frames = strip.frames
    same_lens = strip.step(frames.focal) <= 0.02 * frames.focal[:-1]
    pairs = np.flatnonzero(strip.joined & (strip.gap >= RAPID) & (strip.gap <= PANORAMA_GAP) & same_lens)
    pairs = pairs[strip.level(pairs, pairs + 1) < PANORAMA_ALIKE]
    alike = strip.compare(pairs, pairs + 1)
    sideways = (alike.beside >= alike.near + PANORAMA_MARGIN) & (np.abs(alike.shift) >= PANORAMA_SHIFT)
    sure, weak = np.zeros((2, len(strip.gap)), np.int64)
    sure[pairs] = np.where(sideways & (alike.beside >= PANORAMA_ALIKE), np.sign(alike.shift), 0)
    weak[pairs] = np.where(sideways & (alike.beside >= PANORAMA_INNER), np.sign(alike.shift), 0)
    inner = (weak[1:-1] != 0) & (weak[1:-1] == sure[:-2]) & (weak[1:-1] == sure[2:])
    direction = sure.copy()
    direction[1:-1] = np.where(inner, weak[1:-1], sure[1:-1])
    runs = [(start, end, sign) for sign in (1, -1) for start, end in strip.runs(direction == sign, PANORAMA_FRAMES)]
    over = 0
    for start, end, sign in sorted(runs):
        members = list(range(max(start, over), end))  # where it turns back, both have the frame
        if len(members) >= PANORAMA_FRAMES:
            over = end
            yield Found(SequenceKind.PANORAMA, members, sign)


def _lapses(strip: Strip) -> Iterator[Found]:
    """Frames at even intervals: nobody releases so many by hand like that, and nobody wants one of them alone."""
    gap, joined = strip.gap, strip.joined & (strip.gap <= LAPSE_GAP)
    least = np.where(strip.vague, LAPSE_SHORTEST_WHOLE, LAPSE_SHORTEST)
    allowed = np.where(strip.vague, LAPSE_EVEN_WHOLE, np.maximum(LAPSE_EVEN * gap, 0.15))
    even = joined[1:] & joined[:-1] & (np.abs(np.diff(gap)) <= np.maximum(allowed[1:], allowed[:-1]))
    for start, end in strip.runs(even, LAPSE_FRAMES - 1):
        at = np.arange(start, end)
        usual = np.median(gap[at])
        steady = (np.abs(gap[at] - usual) <= allowed[at]).mean() >= 0.9 and usual >= np.median(least[at])
        if steady and strip.near(at, at + 1, DRIFTED).mean() >= 0.75:
            yield Found(SequenceKind.TIMELAPSE, list(range(start, end + 1)))
