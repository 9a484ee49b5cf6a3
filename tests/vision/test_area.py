from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.vision.area import squeeze

pytestmark = pytest.mark.unit


def test_whole_blocks_become_their_means() -> None:
    plane = np.arange(24 * 40, dtype=np.uint16).reshape(24, 40)
    assert np.allclose(squeeze(plane, 6, 10), plane.reshape(6, 4, 10, 4).mean((1, 3)))


def test_a_cell_counts_the_share_it_covers() -> None:
    assert np.allclose(squeeze(np.array([[0, 30, 90]]), 1, 2), [[10, 70]])


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_the_mean_stays(rows: int, columns: int, height: int, width: int) -> None:
    plane = np.random.default_rng(rows * columns).random((rows, columns))
    assert np.isclose(squeeze(plane, height, width).mean(), plane.mean())
