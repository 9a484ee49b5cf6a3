from __future__ import annotations

import numpy as np
import pytest

from lumina.vision import signature as signatures
from lumina.vision.luma import luma
from lumina.vision.orient import upright
from lumina.vision.resize import box
from tests.support.pictures import scene

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]


def taken(pixels):
    gray = luma(pixels)
    height, width = pixels.shape[:2]
    data = signatures.signature(pixels, box(gray, 32, 32), (width, height))
    assert len(data) == signatures.SIZE <= 1536
    return np.frombuffer(data, np.uint8)[None]


def test_what_goes_in_comes_out() -> None:
    pixels = scene(2)
    found = taken(pixels)
    assert (signatures.luma(found)[0] == box(luma(pixels), 32, 32)).all()
    assert signatures.ratio(found)[0] == pytest.approx(320 / 240)


def test_colours_are_those_of_jpeg() -> None:
    red = np.zeros((240, 320, 3), np.uint8)
    red[..., 0] = 255
    assert (signatures.chroma(taken(red))[0, 1] > 250).all()
    assert (signatures.chroma(taken(np.full((240, 320, 3), 90, np.uint8))) == 128).all()


@pytest.mark.parametrize("orientation", range(2, 9))
def test_turning_a_signature_is_turning_its_picture(orientation: int) -> None:
    pixels = scene(5)
    found, expected = signatures.turned(taken(pixels), orientation), taken(upright(pixels, orientation))
    for part in (signatures.luma, signatures.chroma):
        assert np.abs(part(found).astype(int) - part(expected).astype(int)).max() <= 5
    assert signatures.ratio(found) == signatures.ratio(expected)
