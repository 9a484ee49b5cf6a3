"""Our sessions on networks of the real architectures give what PyTorch gives."""

from __future__ import annotations

import numpy as np
import pytest

from lumina.inference.models import Models
from tests.support.tiny_models import DIMENSIONS, FOLDER, NAMES, TEXTS, pictures

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]

EXPECTED = np.load(FOLDER / "expected.npz")


@pytest.mark.parametrize("name", NAMES)
def test_pictures_give_what_the_reference_makes_of_them(tiny_models: Models, name: str) -> None:
    encoder = tiny_models.image_encoder(name)
    features = encoder.features(np.stack([encoder.prepare(pixels) for pixels in pictures()]))
    expected = EXPECTED[f"{name} pictures"]
    assert features.shape == expected.shape == (len(pictures()), DIMENSIONS)
    np.testing.assert_allclose(features, expected, atol=1e-4)
    # the comparison means something only where pictures differ by much more than that
    assert np.ptp(expected, axis=0).max() > 0.05


@pytest.mark.parametrize("name", [name for name in NAMES if f"{name} texts" in EXPECTED])
def test_words_give_what_the_reference_makes_of_them(tiny_models: Models, name: str) -> None:
    vectors = tiny_models.text_encoder(name).encode_text(TEXTS)
    expected = EXPECTED[f"{name} texts"]
    np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-4)
    assert np.ptp(expected, axis=0).max() > 0.05


def test_vectors_have_length_one_and_do_not_depend_on_the_rest_of_the_batch(tiny_models: Models) -> None:
    encoder = tiny_models.image_encoder("dinov2-base")
    together = encoder.encode(pictures() * 3)
    alone = np.concatenate([encoder.encode([pixels]) for pixels in pictures()])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(together, np.concatenate([alone] * 3), atol=1e-5)
    assert encoder.encode([]).shape == (0, DIMENSIONS)
    assert tiny_models.text_encoder("clip-vit-b32").encode_text([]).shape == (0, DIMENSIONS)
