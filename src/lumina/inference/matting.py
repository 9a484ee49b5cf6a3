"""Things told from their background: how much of each pixel belongs to what a picture shows.

Pictures are prepared, and the network's answer is read, exactly as rembg does it for the same weights
(https://github.com/danielgatis/rembg, `sessions/base.py` and `sessions/u2net.py`): tests compare element by element.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lumina.domain.model import ModelEntry, Preprocessing
from lumina.domain.picture import Pixels
from lumina.errors import BadModel, Unavailable
from lumina.inference.check import FLOAT, check_input, check_output, read_model, regular_file
from lumina.inference.fitting import Fitting
from lumina.inference.images import ACCELERATED, Tensors
from lumina.inference.preprocess import Tensor
from lumina.inference.providers import Execution
from lumina.inference.session import Session

Map = NDArray[np.float32]
"""Side x side: the larger, the more a pixel belongs to what is shown; the ends of the scale differ from map to map."""
Alpha = NDArray[np.uint8]
"""Height x width: 0 background, 255 what is shown."""


class Matting:
    """A matting network, loaded when it is first needed; safe to use from several threads.

    Args:
        entry: of the model.
        session: gives the loaded network, each time the same.

    Attributes:
        fitting: feeds it with as many pictures at once as memory allows.
    """

    def __init__(self, entry: ModelEntry, session: Callable[[], Session]) -> None:
        self.name, self.version = entry.name, entry.version
        self.tower = entry.image
        self._session = session
        self._batch = entry.batch
        self._loaded: Session | None = None
        self.fitting = Fitting(entry.batch)

    def load(self) -> Session:
        """The loaded network; `fitting` is then as large as suits what it runs on.

        Raises:
            Unavailable: it is not installed, broken, or does not fit into memory.
        """
        session = self._session()
        if session is not self._loaded:
            self._loaded = session
            self.fitting = Fitting(self._batch * (1 if session.provider is Execution.CPU else ACCELERATED))
        return session

    def prepare(self, pixels: Pixels) -> Tensor:
        """What the network takes of one picture."""
        return prepare(pixels, self.tower.preprocessing)

    def maps(self, tensors: Tensors) -> NDArray[np.float32]:
        """The network's answers: n x side x side; of a picture that it cannot take they may not be finite.

        Raises:
            BadModel: they have another shape.
            Unavailable: it is not installed, or not even one picture fits into memory, which is no picture's fault.
        """
        session = self.load()
        try:
            return self.fitting.run(partial(self._run, session), tensors)
        except MemoryError as error:
            raise Unavailable(f"Model {self.name}: {error}") from error

    def _run(self, session: Session, tensors: NDArray[Any]) -> NDArray[np.float32]:
        values, side = session.run({self.tower.input: tensors}), self.tower.preprocessing.side
        if values.shape != (len(tensors), 1, side, side):
            raise BadModel(
                f"{session.place} gives an output of the shape {values.shape} for {len(tensors)} pictures, "
                f"but one map of {side} x {side} for each is expected."
            )
        return values[:, 0]


def prepare(pixels: Pixels, how: Preprocessing) -> Tensor:
    """3 x side x side: squeezed to a square, as shares of the brightest value that is left, normalised.

    Args:
        pixels: height x width x 3, sRGB, upright; any size from 1 x 1.
        how: of the model's entry.
    """
    image = Image.fromarray(np.ascontiguousarray(pixels))
    small = np.asarray(image.resize((how.side, how.side), Image.Resampling.LANCZOS))
    shares = np.arange(256, dtype=np.float64) / max(int(small.max()), 1e-6)
    tables = [((shares - mean) / std).astype(np.float32) for mean, std in zip(how.mean, how.std, strict=True)]
    return np.stack([table[small[:, :, channel]] for channel, table in enumerate(tables)])


def alpha(answer: Map, width: int, height: int) -> Alpha:
    """One of the network's maps, stretched from 0 to 255 and brought to the picture's size.

    Args:
        answer: side x side.
        width: of the picture, pixels.
        height: of the picture, pixels.

    Returns:
        All background where the map is flat or not finite: then nothing stands out from anything.
    """
    low, high = answer.min(), answer.max()
    if not np.isfinite([low, high]).all() or high <= low:
        return np.zeros((height, width), np.uint8)
    small = ((answer - low) / (high - low) * 255).astype(np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.LANCZOS))


def open_matting(folder: Path, entry: ModelEntry, execution: Execution, threads: int) -> Session:
    """Check and load a matting network.

    Raises:
        BadModel: the file is not what the entry says.
        MemoryError: it does not fit into memory.
    """
    tower, side = entry.image, entry.image.preprocessing.side
    size = next(file.size for file in entry.files if file.path == tower.file)
    place = regular_file(folder, tower.file, size)
    model = read_model(place, folder)
    check_input(model, place, tower.input, FLOAT, (None, 3, side, side))
    check_output(model, place, tower.output, side)
    return Session(place, model, tower.output, execution, threads)
