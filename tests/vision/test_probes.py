from __future__ import annotations

import numpy as np
import pytest

from lumina.vision.area import squeeze
from lumina.vision.candidates import ORIENTATIONS, PROBE_MARGINS, PROBE_RADIUS, TURN_RADIUS, numbers
from lumina.vision.hashes import phash
from lumina.vision.luma import luma
from lumina.vision.orient import upright
from lumina.vision.probes import probes, turns
from lumina.vision.resize import box
from tests.support.pictures import scene

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]


def bits(number: int, other: int) -> int:
    return (int(number) ^ int(other)).bit_count()


def test_turns_are_the_hashes_of_the_turned_picture() -> None:
    for seed in range(6):
        picture = scene(seed)
        blobs = np.frombuffer(turns(box(luma(picture), 32, 32)), np.uint8)[None]
        for orientation, found in zip(ORIENTATIONS, numbers(blobs)[0], strict=True):
            assert bits(found, phash(box(luma(upright(picture, orientation)), 32, 32))) <= TURN_RADIUS // 2


@pytest.mark.parametrize("margin", [0.025, 0.05, 0.08, 0.1])
def test_a_crop_is_near_one_of_the_probes(margin: float) -> None:
    for seed in range(6):
        picture = luma(scene(seed, 640, 480))
        down, across = round(480 * margin), round(640 * margin)
        cropped = phash(box(np.ascontiguousarray(picture[down:-down, across:-across]), 32, 32))
        found = numbers(np.frombuffer(probes(box(picture, 96, 96)), np.uint8)[None])[0]
        assert len(found) == len(PROBE_MARGINS)
        assert min(bits(each, cropped) for each in found) <= PROBE_RADIUS


def test_margins_are_left_out_exactly() -> None:
    plane = np.zeros((100, 100))
    plane[10:90, 10:90] = 7
    assert np.allclose(squeeze(plane, 8, 8, 0.1), 7)
    assert squeeze(plane, 8, 8, 0.05).min() < 7
    assert np.allclose(squeeze(plane, 10, 10, 0.0).mean(), plane.mean())
