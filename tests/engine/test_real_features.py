"""What chance gives among features of a real network: pictures that are there in other views, and some that are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lumina.domain.vectors import Near
from lumina.inference.models import Models
from lumina.vision.background import calibrate, cut
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
PICTURES = 40


def painted(seed: int) -> Image.Image:
    """A picture of its own for each seed: a background of stripes, and some shapes."""
    random = np.random.default_rng(seed)
    colours = [tuple(int(c) for c in random.integers(0, 256, 3)) for _ in range(6)]
    picture = Image.new("RGB", (320, 256), colours[0])
    draw = ImageDraw.Draw(picture)
    step = int(random.integers(8, 60))
    for x in range(0, 320, 2 * step):
        draw.rectangle((x, 0, x + step, 256), fill=colours[1])
    for colour in colours[2:]:
        left, top, width, height = (int(v) for v in random.integers((0, 0, 60, 60), (220, 150, 160, 140)))
        shape = (draw.ellipse, draw.rectangle)[int(random.integers(2))]
        shape(
            (left, top, left + width, top + height), fill=colour, outline=colours[0], width=int(random.integers(1, 9))
        )
    return picture


def views(seed: int) -> list[NDArray[np.uint8]]:
    """The picture, and two crops of it."""
    whole = painted(seed)
    return [np.asarray(view) for view in (whole, whole.crop((0, 0, 300, 240)), whole.crop((24, 18, 320, 256)))]


def test_pictures_that_are_there_are_found_and_those_that_are_not_give_nothing(tmp_path: Path) -> None:
    install_mobilenet(tmp_path)
    encoder = Models(tmp_path).image_encoder("mobilenet-v2")
    features = encoder.encode([view for seed in range(PICTURES) for view in views(seed)])
    owner = np.repeat(np.arange(PICTURES), 3)
    asked = np.arange(len(owner)) % 3 == 0
    known, owner = features[~asked], owner[~asked]
    others = known @ known.T
    np.fill_diagonal(others, -1)
    calibration = calibrate(known, others.max(axis=1), len(known))
    found = empty = 0
    for picture, question in enumerate(features[asked]):
        scores = known @ question
        near = [Near(place, float(score)) for place, score in enumerate(scores)]
        kept = cut(scores, len(known), calibration).kept(near)
        found += bool(kept) and owner[kept[0].image_id] == picture
        absent = [each for each in near if owner[each.image_id] != picture]
        empty += not cut(scores[owner != picture], len(absent), calibration).kept(absent)
    assert found >= 0.95 * PICTURES
    assert empty >= 0.9 * PICTURES
