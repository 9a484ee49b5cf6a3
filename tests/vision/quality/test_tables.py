from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lumina.vision.quality.tables import quality_at, quality_of, steps_at

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


@settings(max_examples=30, deadline=None)
@given(st.integers(20, 97))
def test_a_table_of_libjpeg_has_its_quality(quality: int) -> None:
    assert quality_of(steps_at(quality).astype(int).tolist()) == pytest.approx(quality, abs=2)


@pytest.mark.parametrize("quality", [10, 50, 75, 90, 100])
def test_the_tables_are_those_that_libjpeg_writes(quality: int) -> None:
    buffer = BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, "JPEG", quality=quality)
    assert Image.open(buffer).quantization[0] == steps_at(quality).astype(int).tolist()  # type: ignore[attr-defined]


def test_coarser_steps_mean_lower_quality() -> None:
    found = [quality_at(scale) for scale in (0, 0.1, 0.5, 1, 2, 5, 100)]
    assert found == sorted(found, reverse=True)
    assert (found[0], found[3]) == (100, 50)
    assert found[-1] >= 1


def test_the_coarsest_table_is_still_a_quality() -> None:
    assert 1 <= quality_of([65535] * 64) < quality_of([255] * 64) < 10
    assert np.all(steps_at(1) <= 255)
