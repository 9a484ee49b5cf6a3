"""Parts of a picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.region import LEAST, region
from lumina.errors import BadInput

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]
numbers = st.floats(-2, 3)


@settings(max_examples=60, deadline=None)
@given(numbers, numbers, numbers, numbers, st.integers(1, 90), st.integers(1, 90))
def test_a_region_lies_within_the_picture_or_is_refused(
    x: float, y: float, width: float, height: float, across: int, down: int
) -> None:
    pixels = np.zeros((down, across, 3), np.uint8)
    try:
        cut = region(f"{x!r},{y!r},{width!r},{height!r}").of(pixels)
    except BadInput as error:
        assert str(error).startswith("region: ")  # noqa: PT017
        return
    assert LEAST <= cut.shape[0] <= down
    assert LEAST <= cut.shape[1] <= across


def test_the_right_pixels_are_taken() -> None:
    pixels = np.arange(100 * 200 * 3).reshape(100, 200, 3).astype(np.uint8)
    assert np.array_equal(region("0.5, 0.2, 0.25, 0.4").of(pixels), pixels[20:60, 100:150])
    assert region("-0.5,-1,2,3").of(pixels).shape == (100, 200, 3), "what reaches beyond the edges is cut off"


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "0,0,0,1", "0,0,-1,1", "2,0,1,1", "0,-3,1,1", "0,0,1,1,1"],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="region: "):
        region(text)
