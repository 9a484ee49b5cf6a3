"""A picture that was asked with, without its background, by a network with real weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lumina.errors import Unavailable
from lumina.inference.models import Models
from lumina.services.listings.cut import cut_out
from tests.support.products import product
from tests.support.weights import install_weights

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]


def test_what_a_picture_shows_is_left_on_white(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="pull u2netp"):
        cut_out(Models(tmp_path), "u2netp", np.zeros((8, 8, 3), np.uint8))
    install_weights(tmp_path, "u2netp")
    models = Models(tmp_path)
    pixels, mask = product(seed=1)
    cut = cut_out(models, "u2netp", pixels)
    shown = np.asarray(mask).astype(bool)
    assert cut.shape == pixels.shape
    assert (cut[~shown] > 250).mean() > 0.9, "the background is white"
    assert np.abs(cut[shown].astype(int) - pixels[shown]).mean() < 12, "the product is as it was"
    with pytest.raises(Unavailable, match="cut out"):
        cut_out(models, "u2netp", np.full((96, 96, 3), 90, np.uint8))
