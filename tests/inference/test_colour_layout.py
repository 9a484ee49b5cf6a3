"""The built-in encoder: always there, written down as arithmetic, and blind to nothing that it should see."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lumina.domain.model import ModelState
from lumina.errors import BadInput
from lumina.inference.models import Models
from lumina.inference.preprocess import prepare
from lumina.remote.hub import Hub
from scripts import make_colour_layout as made
from tests.support.tiny_models import picture

pytestmark = pytest.mark.unit
NAME = "colour-layout"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """In a home in which nothing was ever installed."""
    return Models(tmp_path_factory.mktemp("home") / "models")


def test_it_is_installed_in_an_empty_home_and_writes_nothing_there(models: Models) -> None:
    assert models.standing(NAME).state is ModelState.INSTALLED
    vectors = models.image_encoder(NAME).encode([picture(80, 60, 1)])
    assert vectors.shape == (1, 314)
    assert np.linalg.norm(vectors[0]) == pytest.approx(1)
    assert not models.home.exists()


def test_the_file_beside_the_program_is_what_its_script_writes(models: Models) -> None:
    file = models.folder(NAME) / "files" / f"{NAME}.onnx"
    assert file.read_bytes() == made.graph().SerializeToString(deterministic=True)


def test_it_computes_what_its_script_says(models: Models) -> None:
    encoder = models.image_encoder(NAME)
    pixels = prepare(picture(120, 90, 3), models.entry(NAME).image.preprocessing)
    small = pixels.reshape(3, 32, 2, 32, 2).mean(axis=(2, 4))
    apart = ((small[:, None] - made.anchors().T[:, :, None, None]) ** 2).sum(axis=0) / (2 * made.BLUR**2)
    near = np.exp(apart.min(axis=0) - apart)
    middle, rim = ((near / near.sum(axis=0) * window[0]).sum(axis=(1, 2)) for window in made.windows())
    grey = np.tensordot([0.299, 0.587, 0.114], small, axes=1)
    slopes = np.stack(
        [
            sum(kernel[0, y, x] * grey[y : y + 30, x : x + 30] for y in range(3) for x in range(3))
            for kernel in made.kernels()
        ]
    )
    rises = np.maximum(np.pad(slopes, ((0, 0), (1, 1), (1, 1)), mode="edge"), 0)
    parts = [
        np.sqrt(np.maximum(middle - rim, 0)),
        rises.reshape(4, 4, 8, 4, 8).mean(axis=(2, 4)).ravel(),
        np.sqrt(middle),
    ]
    weighed = [w * part / np.linalg.norm(part) for w, part in zip(made.WEIGHTS.values(), parts, strict=True)]
    np.testing.assert_allclose(encoder.features(pixels[np.newaxis])[0], np.concatenate(weighed), atol=2e-4)


def test_pictures_of_one_colour_have_vectors_as_well(models: Models) -> None:
    vectors = models.image_encoder(NAME).encode([np.full((4, 9, 3), value, dtype=np.uint8) for value in (0, 255)])
    assert np.isfinite(vectors).all()
    assert vectors[0] @ vectors[1] < 0.2


def test_the_same_thing_in_another_light_is_nearer_than_another_thing(models: Models) -> None:
    def scene(colour: tuple[int, int, int], box: tuple[int, int, int, int], light: float) -> np.ndarray:
        image = Image.new("RGB", (300, 200), (235, 230, 225))
        image.paste(colour, box)
        return np.clip(np.asarray(image) * light, 0, 255).astype(np.uint8)

    first, dim, moved, other = models.image_encoder(NAME).encode(
        [
            scene((180, 40, 30), (90, 50, 210, 170), 1.0),
            scene((180, 40, 30), (90, 50, 210, 170), 0.9),
            scene((180, 40, 30), (96, 46, 216, 166), 1.0),
            scene((30, 60, 180), (20, 20, 120, 190), 1.0),
        ]
    )
    assert min(first @ dim, first @ moved) > first @ other + 0.05


def test_it_is_neither_fetched_nor_removed(models: Models) -> None:
    hub = Hub(models.home)
    assert hub.pull(models.entry(NAME)).unchanged
    with pytest.raises(BadInput, match="comes with the program"):
        hub.remove(NAME)
