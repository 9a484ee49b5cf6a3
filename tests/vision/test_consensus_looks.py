"""Whether pictures look the same but for how they were saved, and what was changed."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from lumina.domain.consensus import Way
from lumina.vision.consensus import framed, named, ways
from lumina.vision.luma import luma
from lumina.vision.resize import box
from lumina.vision.signature import signature

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def scene() -> Image.Image:
    """Soft shapes in many colours, 480 x 360."""
    noise = np.random.default_rng(7).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((480, 360), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))


def signed(*pictures: Image.Image) -> NDArray[np.uint8]:
    """Their signatures."""
    rows = []
    for picture in pictures:
        pixels = np.asarray(picture.convert("RGB"))
        gray = box(luma(pixels), 32, 32)
        rows.append(np.frombuffer(signature(pixels, gray, picture.size), np.uint8))
    return np.stack(rows)


def way(first: Image.Image, second: Image.Image) -> int:
    """What is found of one pair, looked at closer where that is needed."""
    signatures, (one, other) = signed(first, second), (np.array([0]), np.array([1]))
    found = int(ways(signatures, one, other)[0])
    assert found == int(ways(signatures, other, one)[0])
    return int(named(signatures, one, other)[0]) if found == Way.EDITED else found


def saved(picture: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def marked(picture: Image.Image) -> Image.Image:
    copy = picture.copy()
    ImageDraw.Draw(copy).rectangle((340, 300, 470, 350), fill=(255, 255, 255))
    return copy


def test_saving_again_and_scaling_change_nothing(scene: Image.Image) -> None:
    for copy in (saved(scene, 75), saved(scene, 30), scene.resize((240, 180)), scene.resize((960, 720))):
        assert way(scene, copy) == 0


@pytest.mark.parametrize("power", [0.8, 1.2])
def test_tones(scene: Image.Image, power: float) -> None:
    copy = scene.point([round(255 * (level / 255) ** power) for level in range(256)] * 3)
    assert way(scene, copy) == Way.TONE


def test_colours(scene: Image.Image) -> None:
    assert way(scene, scene.convert("L")) == Way.COLOUR


def test_marks(scene: Image.Image) -> None:
    assert way(scene, marked(scene)) == Way.MARK


def test_frames(scene: Image.Image) -> None:
    cut = scene.crop((12, 9, 468, 351))
    tilted = scene.rotate(4, Image.Resampling.BICUBIC)
    mirrored = scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for copy in (cut, tilted, mirrored):
        assert way(scene, copy) == Way.FRAME


def test_borders_are_seen_at_all_four_sides_only(scene: Image.Image) -> None:
    bordered, half = (Image.new("RGB", size, (250, 250, 250)) for size in ((528, 396), (480, 396)))
    bordered.paste(scene, (24, 18))
    half.paste(scene, (0, 18))
    assert framed(signed(scene, saved(bordered, 75), half)).tolist() == [False, True, False]


def test_nothing_to_compare(scene: Image.Image) -> None:
    nothing = np.zeros(0, np.int64)
    assert ways(signed(scene), nothing, nothing).tolist() == []
    assert ways(np.zeros((0, 1168), np.uint8), nothing, nothing).tolist() == []
