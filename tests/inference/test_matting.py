"""Cut-outs are prepared and read as rembg does it, element by element."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lumina.errors import NotFound
from lumina.inference import matting
from lumina.inference.catalogue import U2NET, entry
from lumina.inference.models import Models
from tests.support.tiny_models import picture

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

MODES = ("RGB", "L", "LA", "RGBA", "P", "CMYK", "YCbCr", "1", "I;16")


def prepared_by_rembg(image: Image.Image) -> np.ndarray:
    """`BaseSession.normalize` of rembg 2.0, with what `u2net.py` and `u2netp.py` give it."""
    mean, std, size = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), (320, 320)
    im_ary = np.array(image.convert("RGB").resize(size, Image.Resampling.LANCZOS))
    im_ary = im_ary / max(np.max(im_ary), 1e-6)
    normal = np.zeros((im_ary.shape[0], im_ary.shape[1], 3))
    for channel in range(3):
        normal[:, :, channel] = (im_ary[:, :, channel] - mean[channel]) / std[channel]
    return np.expand_dims(normal.transpose((2, 0, 1)), 0).astype(np.float32)


def mask_of_rembg(answer: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What `U2netpSession.predict` makes of the network's first output."""
    pred = answer[:, 0, :, :]
    ma, mi = np.max(pred), np.min(pred)
    pred = np.squeeze((pred - mi) / (ma - mi))
    mask = Image.fromarray((pred * 255).astype("uint8"))
    return np.asarray(mask.resize(size, Image.Resampling.LANCZOS))


def in_mode(mode: str, pixels: np.ndarray) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(pixels[:, :, 0].astype(np.uint16) * 257)
    return Image.fromarray(pixels).convert(mode)


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_of_any_mode_is_prepared_as_the_reference_prepares_it(mode: str) -> None:
    image = in_mode(mode, picture(411, 297, 3))
    found = matting.prepare(np.asarray(image.convert("RGB")), U2NET)
    np.testing.assert_array_equal(found, prepared_by_rembg(image)[0])


@pytest.mark.parametrize("size", [(320, 320), (1440, 960), (97, 411), (2, 1000), (1, 1)])
def test_a_picture_of_any_size_is_prepared_as_the_reference_prepares_it(size: tuple[int, int]) -> None:
    pixels = picture(*size, 5)
    np.testing.assert_array_equal(matting.prepare(pixels, U2NET), prepared_by_rembg(Image.fromarray(pixels))[0])


def test_a_black_picture_is_prepared_as_well() -> None:
    black = np.zeros((30, 40, 3), np.uint8)
    np.testing.assert_array_equal(matting.prepare(black, U2NET), prepared_by_rembg(Image.fromarray(black))[0])


def test_the_answer_is_read_as_the_reference_reads_it() -> None:
    answer = np.random.default_rng(1).normal(0.3, 0.2, (1, 1, 320, 320)).astype(np.float32)
    for size in ((320, 320), (570, 713), (31, 9)):
        np.testing.assert_array_equal(matting.alpha(answer[0, 0], *size), mask_of_rembg(answer, size))


@pytest.mark.parametrize("value", [0.0, 1.0, np.nan, np.inf])
def test_an_answer_that_says_nothing_is_all_background(value: float) -> None:
    found = matting.alpha(np.full((320, 320), value, np.float32), 20, 10)
    assert found.shape == (10, 20)
    assert not found.any()


def test_models_say_which_of_them_cut_out_and_which_make_vectors(tmp_path: object) -> None:
    models = Models(tmp_path)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match=r"dinov2-base cuts nothing out; models that do are u2net, u2netp\."):
        models.matting("dinov2-base")
    with pytest.raises(NotFound, match=r"u2net makes no vectors; models that do are clip-vit-b32, "):
        models.image_encoder("u2net")
    assert entry("u2netp").kinds == ("matting",)
    assert models.waiting("u2net") == "Model u2net is not installed: lumina models pull u2net"
