"""From pixels to the tensor that a network takes: the one place where that happens.

Each step is done as the reference library does it (the Pillow processors of transformers 5; for DINOv3, which has
none, the steps of its torchvision processor), because a network sees a picture only as well as it was prepared the way
it was taught. Tests compare element by element.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lumina.domain.model import Filter, Preprocessing
from lumina.domain.picture import Pixels

Tensor = NDArray[np.float32]
"""3 x side x side: red, green, blue."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

LONGEST = 8
"""Pictures longer than this many times their width are cut before they are resampled, not after."""

_FILTERS = {Filter.BILINEAR: Image.Resampling.BILINEAR, Filter.BICUBIC: Image.Resampling.BICUBIC}


def prepare(pixels: Pixels, how: Preprocessing) -> Tensor:
    """3 x side x side, as the network of `how` was taught to see a picture.

    Args:
        pixels: height x width x 3, sRGB, upright; any size from 1 x 1.
        how: of the model's entry.
    """
    if how.rounded:
        return _squared(pixels, how)
    planes = [_plane(pixels[:, :, channel], how) for channel in range(3)]
    mean, std = (np.array(values, dtype=np.float32).reshape(3, 1, 1) for values in (how.mean, how.std))
    return np.asarray((np.stack(planes) - mean) / std, dtype=np.float32)


def _squared(pixels: Pixels, how: Preprocessing) -> Tensor:
    """What is cut out of the resampled picture, or all of it squeezed."""
    from lumina.vision.resample import Kernel, resampled  # whoever prepares no picture need not load the compiler

    size = (how.side, how.side)
    if how.shortest is not None:
        size = _fitted((pixels.shape[1], pixels.shape[0]), how.shortest)
        if max(size) > LONGEST * how.shortest:
            part, box = _middle(Image.fromarray(np.ascontiguousarray(pixels)), size, how)
            return _normalised(np.asarray(part.resize((how.side, how.side), _FILTERS[how.filter], box=box)), how)
    corner = (size[0] - how.side) // 2, (size[1] - how.side) // 2
    return resampled(pixels, size, corner, how.side, Kernel[how.filter.name], _table(how.mean, how.std))


def _fitted(size: tuple[int, int], shortest: int) -> tuple[int, int]:
    """Width and height with the shorter side at `shortest`, the longer one rounded down as the reference does."""
    width, height = size
    if width <= height:
        return shortest, int(shortest * height / width)
    return int(shortest * width / height), shortest


def _middle(image: Image.Image, fitted: tuple[int, int], how: Preprocessing) -> tuple[Image.Image, Box]:
    """What the middle square shows, with as much around it as the filter looks at, and where the square lies in that.

    A strip of a pixel by thousands, resampled as a whole, would fill the memory.
    """
    across, down = (_stretch(old, new, how.side) for old, new in zip(image.size, fitted, strict=True))
    part = image.crop((across[0], down[0], across[1], down[1]))
    return part, (across[2] - across[0], down[2] - down[0], across[3] - across[0], down[3] - down[0])


def _stretch(old: int, new: int, side: int) -> tuple[int, int, float, float]:
    """Along one side: first and last pixel to keep, and where the middle begins and ends, all in old pixels."""
    first = (new - side) // 2
    start, end = first * old / new, min((first + side) * old / new, old)
    margin = math.ceil(2 * max(1.0, old / new)) + 1
    return max(0, math.floor(start) - margin), min(old, math.ceil(end) + margin), start, end


def _normalised(pixels: Pixels, how: Preprocessing) -> Tensor:
    table = _table(how.mean, how.std)
    return np.stack([table[channel][pixels[:, :, channel]] for channel in range(3)])


@lru_cache(maxsize=16)
def _table(mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    """3 x 256: what becomes of each byte, computed in the reference's own precision."""
    values = (np.arange(256, dtype=np.float64) * (1 / 255)).astype(np.float32)
    rows = [(values - np.float32(m)) / np.float32(s) for m, s in zip(mean, std, strict=True)]
    return np.stack(rows).astype(np.float32)


def _plane(plane: NDArray[np.uint8], how: Preprocessing) -> NDArray[np.float32]:
    """One colour from 0 to 1, resampled without rounding; only squeezed pictures are prepared so."""
    image = Image.fromarray(plane.astype(np.float32) * np.float32(1 / 255))
    return np.asarray(image.resize((how.side, how.side), _FILTERS[how.filter]))
