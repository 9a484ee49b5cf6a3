"""Screenshots of one program are told apart by counting; copies among them are still found."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from lumina.domain.duplicates import Relation
from lumina.vision import signature as signatures
from lumina.vision.layout import ALIGNED, APART, OPEN, layout, sheet
from lumina.vision.luma import luma
from lumina.vision.resize import box, shrink
from lumina.vision.verify import verify
from tests.support.screens import Pixels, cropped, darker, saved, screen, smaller

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

MOST = 10


def taken(pixels: Pixels) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    small = shrink(np.ascontiguousarray(pixels), 320)
    return np.frombuffer(signatures.signature(small, box(luma(small), 32, 32), (width, height)), np.uint8)


@lru_cache
def template(count: int = 200) -> NDArray[np.uint8]:
    return np.stack([taken(screen(seed)) for seed in range(count)])


def known(first: Pixels, second: Pixels) -> int:
    """The answer, which is the same in either order."""
    a, b = taken(first), taken(second)
    assert layout(a, b, MOST, sheet()) == layout(b, a, MOST, sheet())
    return layout(a, b, MOST, sheet())


def test_no_two_of_two_hundred_screenshots_of_one_template_are_copies() -> None:
    signed = template()
    a, b = np.triu_indices(len(signed), 1)
    assert not verify(signed[a], signed[b]).accepted.any()


@pytest.mark.parametrize("hint", [Relation.CROP, Relation.CONTAINS, Relation.TURNED])
def test_nor_are_those_that_hashes_take_for_parts_or_turned(hint: Relation) -> None:
    signed = template()[:40]
    a, b = np.triu_indices(len(signed), 1)
    assert not verify(signed[a], signed[b], np.full(len(a), hint, np.int8)).accepted.any()


def test_nearly_all_are_told_apart_without_measuring() -> None:
    signed, desk = template()[:100], sheet()
    a, b = np.triu_indices(len(signed), 1)
    answers = [layout(signed[i], signed[k], MOST, desk) for i, k in zip(a, b, strict=True)]
    assert np.mean(np.array(answers) == APART) > 0.95


@pytest.mark.parametrize(
    "copy",
    [screen(1), saved(screen(1), 30), smaller(screen(1), 0.5), saved(smaller(screen(1), 0.75), 60)],
    ids=["same", "quality 30", "half", "three quarters at quality 60"],
)
def test_a_copy_lies_upon_its_original(copy: Pixels) -> None:
    assert known(screen(1), copy) == ALIGNED
    found = verify(taken(screen(1))[None], taken(copy)[None])
    assert found.accepted[0]
    assert found.relation[0] == Relation.SAME


@pytest.mark.parametrize("power", [0.9, 1.1])
def test_tones_that_were_changed_are_no_other_text(power: float) -> None:
    assert known(screen(2), darker(screen(2), power)) != APART
    assert verify(taken(screen(2))[None], taken(darker(screen(2), power))[None]).accepted[0]


@pytest.mark.parametrize("margin", [0.025, 0.04])
def test_a_part_is_looked_for_further(margin: float) -> None:
    part = cropped(screen(3), margin)
    assert known(screen(3), part) == OPEN
    found = verify(taken(screen(3))[None], taken(part)[None], np.array([Relation.CROP], np.int8))
    assert found.accepted[0]
    assert found.relation[0] == Relation.CROP


def test_frames_of_other_proportions_are_left_open() -> None:
    assert known(screen(4), screen(4)[:340]) == OPEN


def test_pictures_of_nothing_are_left_open() -> None:
    blank = np.full((384, 384, 3), 255, np.uint8)
    assert known(blank, blank) == OPEN
