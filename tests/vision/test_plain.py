"""What is computed in a quick way, beside the plain way to say it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lumina.vision.area import squeeze
from lumina.vision.candidates import ORIENTATIONS
from lumina.vision.hashes import is_flat, median_hash, spectrum, whash
from lumina.vision.luma import luma
from lumina.vision.measures import crispness, laplacian, sharpness, without_border
from lumina.vision.orient import upright
from lumina.vision.probes import turns
from lumina.vision.quality.blocks import FREQUENCIES, coefficients
from lumina.vision.quality.history import shifted_grid

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]
Gray = NDArray[np.uint8]
seeds = st.integers(0, 10_000)


def noise(seed: int, *shape: int, levels: int = 256) -> Gray:
    return np.random.default_rng(seed).integers(0, levels, shape).astype(np.uint8)


def bits(flags: NDArray[np.bool_]) -> int:
    return int("".join("01"[int(flag)] for flag in flags.ravel()), 2)


@given(seeds, st.sampled_from([2, 5, 256]))
def test_hashes_compare_with_the_median(seed: int, levels: int) -> None:
    cells = squeeze(noise(seed, 72, 72, levels=levels), 8, 8)
    assert whash(noise(seed, 72, 72, levels=levels)) == bits(cells > np.median(cells))
    low = spectrum(noise(seed, 32, 32, levels=levels))
    assert median_hash(low) == bits(low > np.median(low))


@given(seeds)
def test_turns_are_the_hashes_of_the_turned_spectrum(seed: int) -> None:
    gray = noise(seed, 32, 32)
    low, odd = spectrum(gray), np.where(np.arange(8) % 2, -1, 1)
    found = turns(gray)
    for place, orientation in enumerate(ORIENTATIONS):
        # Mirroring changes the signs of the odd cosines, transposing exchanges rows and columns.
        turned = spectrum(upright(gray[..., None], orientation)[..., 0])
        plain = low.T if orientation >= 5 else low
        plain = plain * odd if orientation in (2, 3, 6, 7) else plain
        plain = plain * odd[:, None] if orientation in (3, 4, 7, 8) else plain
        assert np.allclose(plain, turned)
        assert found[8 * place : 8 * place + 8] == median_hash(plain).to_bytes(8, "big")


@given(seeds, st.integers(1, 40), st.integers(1, 40))
def test_luma_is_weighed_in_whole_numbers(seed: int, height: int, width: int) -> None:
    pixels = noise(seed, height, width, 3)
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    assert np.array_equal(luma(pixels), (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16)


def test_what_has_its_size_already_is_not_averaged() -> None:
    gray = noise(1, 32, 32)
    assert np.array_equal(squeeze(gray, 32, 32), gray)
    assert np.allclose(squeeze(gray, 32, 32, 1e-12), gray)
    assert not is_flat(gray)


@given(seeds, st.integers(3, 40), st.integers(3, 40))
def test_edges_are_taken_row_by_row(seed: int, height: int, width: int) -> None:
    gray = noise(seed, height, width)
    wide = gray.astype(np.int64)
    plain = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] - 4 * wide[1:-1, 1:-1]
    assert np.array_equal(laplacian(gray), plain)
    assert sharpness(gray) == pytest.approx(plain.var(), rel=1e-4)
    assert sharpness(gray, laplacian(gray)) == sharpness(gray)


def test_crispness_is_of_the_softer_parts() -> None:
    gray = noise(4, 62, 92)
    gray[:40, :50] //= 9
    parts = laplacian(gray)[10:50, 15:75].reshape(4, 10, 4, 15).astype(np.float64)
    softest = np.sort(parts.var(axis=(1, 3)).ravel())[:8]
    assert crispness(gray) == pytest.approx(np.log2(1 + softest / 32).mean(), rel=1e-5)
    assert crispness(gray, laplacian(gray)) == crispness(gray)


@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (9, 2), (1, 300)])
def test_pictures_without_inner_pixels_have_no_edges(shape: tuple[int, int]) -> None:
    assert laplacian(noise(1, *shape)).size == 0
    assert sharpness(noise(1, *shape)) == crispness(noise(1, *shape)) == 0
    assert without_border(noise(1, *shape)).size


@given(seeds, st.integers(0, 7), st.integers(0, 7))
def test_coefficients_are_products_with_cosines(seed: int, down: int, across: int) -> None:
    tiles = noise(seed, 2, 48, 48)
    found = coefficients(tiles, (down, across))
    whole = (48 - max(down, across)) // 8
    assert found.shape == (len(FREQUENCIES), 2 * whole * whole)
    block = tiles[1, down + 8 : down + 16, across : across + 8].astype(np.float64)
    places = (2 * np.arange(8) + 1) * np.pi / 16
    for row, (v, u) in enumerate(FREQUENCIES):
        scale = (np.sqrt(0.5) if v == 0 else 1) * (np.sqrt(0.5) if u == 0 else 1) / 4
        plain = scale * (np.cos(v * places) @ block @ np.cos(u * places))
        assert found[row, whole * whole + whole] == pytest.approx(plain, abs=1e-3)


@given(st.integers(1, 7), st.integers(1, 7))
def test_a_grid_that_lies_elsewhere_is_found(down: int, across: int) -> None:
    tiles = noise(down * 8 + across, 54, 48, 48, levels=12)
    steps = noise(3, 54, 7, 7, levels=60)
    rows, columns = (np.arange(48) - down) // 8 + 1, (np.arange(48) - across) // 8 + 1
    assert shifted_grid(tiles + steps[:, rows][:, :, columns]) == (down, across)
