"""HDR pictures and the normal ones of the same moments."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lumina.domain.bursts import SequenceKind
from lumina.vision import looks
from lumina.vision.frames import CALLED, SECOND, Frames
from lumina.vision.strip import Found, Strip

TWIN_ALIKE = 0.5
"""Correlation of an HDR picture and its normal one."""
TWIN_GAP = 5.0


def twins(frames: Frames, strip: Strip) -> None:
    """HDR pictures with the normal one of the same moment, whatever format and size they have.

    They are known by their name (IMG_1 and IMG_1_HDR), or by the camera's own words for both. A frame that was
    one of a burst leaves it; a bracket takes in what was made of it.
    """
    for pair in _alike(frames, [*_by_name(frames), *_by_tag(frames)]):
        owners = [strip.owner.get(index) for index in pair]
        if any(owner is not None and owner.kind is not SequenceKind.BURST for owner in owners):
            _take_in(strip, pair, owners)
        else:
            _leave(strip, pair)
            each = Found(SequenceKind.HDR, pair)
            strip.found.append(each)
            strip.owner.update((index, each) for index in pair)


def _alike(frames: Frames, pairs: list[list[int]]) -> list[list[int]]:
    if not pairs:
        return []
    first, second = np.array(pairs).T
    near = looks.compare(looks.reliefs(frames.lumas[first]), looks.reliefs(frames.lumas[second])).near
    return [pair for pair, alike in zip(pairs, near.tolist(), strict=True) if alike >= TWIN_ALIKE]


def _by_name(frames: Frames) -> Iterator[list[int]]:
    order = np.lexsort((frames.image, frames.rank, frames.hdr == 1, frames.scene, frames.camera))
    same = (np.diff(frames.camera[order]) == 0) & (np.diff(frames.scene[order]) == 0)
    differ = (frames.hdr[order[1:]] == 1) & (frames.hdr[order[:-1]] != 1) & (frames.scene[order[1:]] != 0)
    close = np.abs(np.diff(frames.time[order])) <= CALLED * SECOND
    for at in np.flatnonzero(same & differ & close).tolist():
        yield [int(order[at]), int(order[at + 1])]


def _by_tag(frames: Frames) -> Iterator[list[int]]:
    marked = np.flatnonzero(frames.hdr)
    order = marked[np.lexsort((frames.rank[marked], frames.time[marked], frames.camera[marked]))]
    pairs = (np.diff(frames.camera[order]) == 0) & (np.diff(frames.time[order]) <= TWIN_GAP * SECOND)
    taken = -1
    for at in np.flatnonzero(pairs & (frames.hdr[order[1:]] != frames.hdr[order[:-1]])).tolist():
        if at > taken:
            taken = at + 1
            yield sorted((int(order[at]), int(order[at + 1])), key=lambda index: int(frames.hdr[index]) == 1)


def _take_in(strip: Strip, pair: list[int], owners: list[Found | None]) -> None:
    kept = next(owner for owner in owners if owner is not None and owner.kind is not SequenceKind.BURST)
    for index, owner in zip(pair, owners, strict=True):
        if owner is None and kept.kind in (SequenceKind.BRACKET, SequenceKind.HDR):
            kept.members.append(index)
            strip.owner[index] = kept


def _leave(strip: Strip, pair: list[int]) -> None:
    for index in pair:
        owner = strip.owner.pop(index, None)
        if owner is None:
            continue
        owner.members.remove(index)
        if len(owner.members) == 1:
            strip.found.remove(owner)
            del strip.owner[owner.members[0]]
