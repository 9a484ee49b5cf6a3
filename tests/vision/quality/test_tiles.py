from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.vision.quality.tiles import MOST, SIDE, none, of_pixels, of_strip, telling
from tests.support.textures import texture

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300))
def test_there_are_tiles_where_one_fits(width: int, height: int) -> None:
    tiles = of_pixels(np.full((height, width, 3), 90, np.uint8))
    assert tiles.shape[1:] == (SIDE, SIDE)
    assert (len(tiles) > 0) == (min(width, height) >= SIDE)
    assert len(tiles) <= MOST


def test_tiles_begin_at_multiples_of_8() -> None:
    rows, columns = np.mgrid[:300, :500]
    pixels = np.repeat(((rows % 8) * 8 + columns % 8 + 60).astype(np.uint8)[..., None], 3, axis=2)
    tiles = of_pixels(pixels)
    assert len(tiles) == MOST
    assert np.all(tiles == tiles[0])
    assert np.array_equal(tiles[0], pixels[:SIDE, :SIDE, 0])


def test_a_strip_is_cut_into_whole_tiles() -> None:
    strip = np.arange(50 * 110, dtype=np.uint32).astype(np.uint8).reshape(50, 110)
    tiles = of_strip(strip)
    assert np.array_equal(tiles, np.stack([strip[:48, :48], strip[:48, 48:96]]))


def test_the_most_structured_tiles_are_kept_in_their_order() -> None:
    flat = np.full((MOST, SIDE, SIDE), 100, np.uint8)
    lively = of_pixels(texture())[:5]
    kept = telling(np.concatenate([flat[:20], lively, flat]))
    assert len(kept) == MOST
    assert np.array_equal(kept[20:25], lively)


def test_tiles_cut_off_at_white_go_first_but_a_graphic_keeps_its_own() -> None:
    lively = of_pixels(texture())[:20]
    burnt = lively.copy()
    burnt[:, :10] = 255
    assert np.array_equal(telling(np.concatenate([burnt, lively])), lively)
    assert np.array_equal(telling(burnt), burnt)
    assert len(telling(np.full((20, SIDE, SIDE), 255, np.uint8))) == 0
    assert len(telling(none())) == 0
