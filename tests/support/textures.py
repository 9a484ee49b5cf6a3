"""Pictures with the spectrum of photographs: detail at every scale, as traces of compression need it."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def texture(seed: int = 1, width: int = 480, height: int = 336) -> Pixels:
    """Noise whose amplitude falls with its frequency, 40 grey levels of deviation, in colour."""
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)
    falling = 1 / np.maximum(np.hypot(down, across), 1 / width)
    noise = np.random.default_rng(seed).normal(size=(height, width))
    plane = np.fft.irfft2(np.fft.rfft2(noise) * falling, s=(height, width))
    gray = 128 + 40 * (plane - plane.mean()) / plane.std()
    tint = np.array([1.05, 1.0, 0.9])
    return np.clip(gray[..., None] * tint, 4, 250).astype(np.uint8)


def again(pixels: Pixels, quality: int) -> Pixels:
    """The same after JPEG."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Image.open(buffer))


def enlarged(pixels: Pixels, times: float, resampling: Image.Resampling = Image.Resampling.BICUBIC) -> Pixels:
    """The same, larger."""
    height, width = pixels.shape[:2]
    return np.asarray(Image.fromarray(pixels).resize((round(width * times), round(height * times)), resampling))
