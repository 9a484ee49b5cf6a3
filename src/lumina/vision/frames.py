"""Frames of one stretch of time, as the search for sequences needs them, and which of them follow each other."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

SECOND = 1_000_000
"""Microseconds."""
CALLED = 60.0
"""Seconds within which a name or tag of the camera's joins frames."""
SAME_PIXELS = 3
"""Grey levels by which small pictures of one and the same frame differ after recompression."""

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """One of each per image; numbers that stand for texts are hashes of them, 0 where there is none.

    Attributes:
        image: its id.
        time: of capture, microseconds, wall clock.
        camera: the body that took it, by serial number where known.
        rendering: size, format and software: frames of one sequence come out of the camera alike.
        content: image data.
        name: the file's name without what copying adds to it.
        series: the same without its digits.
        rank: place in the order of folders and names.
        scene: folder and name without a word about HDR.
        shot: what the camera calls the burst.
        panel: place in a panorama by the camera's own name for it, 0 without one.
        hdr: 1 an HDR picture, 2 the normal one of it, 0 no word about it.
        bracketing: the camera says that it varied the exposure by itself.
        latitude, longitude: degrees, NaN where unknown.
        exposure: how little light there was, in stops (EV at ISO 100), NaN where unknown.
        bias: exposure compensation, stops, NaN where unknown.
        shutter: seconds, 0 where unknown.
        focal: millimetres, 0 where unknown.
        sharpness, brightness, clipped: of `lumina.vision.measures`; clipped at either end, 0-1.
        verdict: what a person thinks of it: -1 rejected, 0 nothing, more the better.
        lumas: n x 32 x 32.
    """

    image: NDArray[np.int64]
    time: NDArray[np.int64]
    camera: NDArray[np.int64]
    rendering: NDArray[np.int64]
    content: NDArray[np.int64]
    name: NDArray[np.int64]
    series: NDArray[np.int64]
    rank: NDArray[np.int64]
    scene: NDArray[np.int64]
    shot: NDArray[np.int64]
    panel: NDArray[np.int64]
    hdr: NDArray[np.int64]
    bracketing: NDArray[np.bool_]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    exposure: NDArray[np.float64]
    bias: NDArray[np.float64]
    shutter: NDArray[np.float64]
    focal: NDArray[np.float64]
    sharpness: NDArray[np.float64]
    brightness: NDArray[np.float64]
    clipped: NDArray[np.float64]
    verdict: NDArray[np.int64]
    lumas: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.image)

    def take(self, chosen: NDArray[Any]) -> Frames:
        """These frames, by index or mask."""
        return Frames(*(getattr(self, field.name)[chosen] for field in fields(self)))


def lanes(frames: Frames) -> tuple[Indices, Indices]:
    """Sort frames into lanes: what one camera took, in order, without copies.

    A copy has the same time, camera and rendering as another frame. Where the time has a fraction of a second that is
    enough: no camera takes two at once. Where it has none, several frames may share it; copies are told by their name,
    or by being the same picture under a name of another sort. Copies with the same image data are left out; others
    (a second set of recompressed frames, say) get lanes of their own.

    Returns:
        Indices of the frames, lane after lane and in order of time, and the lane of each.
    """
    kept = _distinct(frames)
    order = kept[np.lexsort(_columns(frames.take(kept), "rank", "time", "rendering", "camera"))]
    sorted_ = frames.take(order)
    layer = _layers(sorted_)
    again = np.lexsort((*_columns(sorted_, "rank", "time"), layer, *_columns(sorted_, "rendering", "camera")))
    starts = _changes(sorted_.camera[again], sorted_.rendering[again], layer[again])
    return order[again], starts.cumsum()


def _distinct(frames: Frames) -> Indices:
    """Of frames with the same image data and time the first by id."""
    key = np.where(frames.content == 0, frames.image, frames.content)
    order = np.lexsort((frames.image, key, frames.time, frames.camera))
    first = _changes(frames.camera[order], frames.time[order], key[order])
    return np.sort(order[first])


def _layers(frames: Frames) -> Indices:
    """How many copies of each frame come before it; `frames` in order of camera, rendering, time and rank."""
    at = np.arange(len(frames))
    starts = _changes(frames.camera, frames.rendering, frames.time)
    group, place = starts.cumsum(), at - np.maximum.accumulate(np.where(starts, at, 0))
    whole = frames.time % SECOND == 0
    by_name = np.lexsort((at, frames.name, group))
    named = _changes(group[by_name], frames.name[by_name])
    occurrence = np.empty_like(at)
    occurrence[by_name] = at - np.maximum.accumulate(np.where(named, at, 0))
    layer = np.where(whole, occurrence, place)
    renamed = np.flatnonzero((place > 0) & whole & (layer == 0) & (frames.series != np.roll(frames.series, 1)))
    same = _difference(frames.lumas[renamed], frames.lumas[renamed - 1]) <= SAME_PIXELS
    layer[renamed[same]] = place[renamed[same]]
    return layer


def _difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.int64]:
    if not len(a):
        return np.zeros(0, np.int64)
    return np.asarray(np.abs(a.astype(np.int16) - b).max(axis=(1, 2)), np.int64)


def _columns(frames: Frames, *names: str) -> tuple[NDArray[Any], ...]:
    return tuple(getattr(frames, name) for name in names)


def _changes(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """True where any of the sorted columns differs from the row before, and in the first row."""
    changed = np.ones(len(columns[0]), np.bool_)
    changed[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return changed
