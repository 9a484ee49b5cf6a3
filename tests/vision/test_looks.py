from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lumina.vision.looks import FAR, NEAR, SIDE, compare, level, reliefs
from lumina.vision.resize import box
from tests.support.frames import WIDTH, view, world

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


def small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return box(pixels[..., 0], 32, 32)


def test_a_relief_takes_away_what_is_around() -> None:
    rows = np.arange(SIDE, dtype=np.uint8)
    slope = np.tile(rows * 4, (SIDE, 1))[None]
    relief = reliefs(slope)
    assert relief.shape == (1, SIDE, SIDE)
    assert abs(relief.mean()) < 1e-4
    assert np.abs(relief[0, :, 8:-8]).max() < 2, "an even slope has no relief but at its ends"


def test_the_same_frame_at_another_exposure_is_alike_and_another_one_is_not() -> None:
    scenes = [world(seed) for seed in range(6)]
    one = reliefs(np.stack([small(view(scene)) for scene in scenes]))
    darker = reliefs(np.stack([small(view(scene, stops=-1.5, noise=7)) for scene in scenes]))
    assert level(one, darker).min() > 0.8
    assert level(one, np.roll(darker, 1, axis=0)).max() < 0.5


@pytest.mark.parametrize("cells", [-20, -12, -8, -2, 0, 3, 9, 15, 21])
def test_the_shift_between_two_frames_is_found(cells: int) -> None:
    first, second = 1.0, 1.0 + cells / 32
    scenes = [world(seed) for seed in range(4)]
    alike = compare(
        reliefs(np.stack([small(view(scene, first)) for scene in scenes])),
        reliefs(np.stack([small(view(scene, second, noise=3)) for scene in scenes])),
    )
    if abs(cells) <= NEAR:
        assert alike.near.min() > 0.8
    else:
        assert alike.beside.min() > 0.6
        assert (np.abs(alike.shift - cells) <= 1).all(), "to the right is positive"
        assert (alike.near < alike.beside - 0.2).all()


def test_shifts_end_at_far() -> None:
    assert FAR / SIDE < 0.75 < (FAR + 2) / SIDE + 0.05
    scene = world(1)
    alike = compare(reliefs(small(view(scene))[None]), reliefs(small(view(scene, 0.9))[None]))
    assert alike.beside[0] < 0.65


def test_correlation_is_what_numpy_says_it_is() -> None:
    a, b = reliefs(np.stack([small(view(world(seed), 0.2, noise=seed + 1)) for seed in (1, 2)]))
    expected = np.corrcoef(a.ravel(), b.ravel())[0, 1]
    assert level(a[None], b[None])[0] == pytest.approx(expected, abs=1e-3)


def test_blank_pictures_are_like_nothing() -> None:
    blank = reliefs(np.random.default_rng(1).integers(9, 11, (1, SIDE, SIDE)).astype(np.uint8))
    other = reliefs(np.random.default_rng(2).integers(9, 11, (1, SIDE, SIDE)).astype(np.uint8))
    assert level(blank, blank)[0] < 0.5
    assert compare(blank, other).near[0] < 0.25


def test_nothing_compares_to_nothing() -> None:
    none = np.zeros((0, SIDE, SIDE), np.float32)
    assert len(level(none, none)) == 0
    assert len(compare(none, none).near) == 0


def test_a_width_of_the_scene_is_32_cells() -> None:
    assert WIDTH / SIDE == 4
