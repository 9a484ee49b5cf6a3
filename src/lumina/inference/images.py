"""Pictures to vectors, by the image tower of one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.encoder import Vectors
from lumina.domain.model import ModelEntry
from lumina.domain.picture import Pixels
from lumina.errors import BadModel, Unavailable
from lumina.inference.check import FLOAT, check_input, check_output, read_model, regular_file
from lumina.inference.fitting import Fitting
from lumina.inference.preprocess import Tensor, prepare
from lumina.inference.providers import Execution
from lumina.inference.session import Session

Tensors = NDArray[np.float32]
"""n x 3 x side x side."""


ACCELERATED = 4
"""So many times more pictures at once are given to what is no CPU, which is idle otherwise."""


class Images:
    """An `ImageEncoder`: the network is loaded when it is first needed.

    Args:
        entry: of the model.
        session: gives the loaded network, each time the same.
        refuse: told why the network is none that can be used, where that shows only when it runs.
    """

    def __init__(
        self, entry: ModelEntry, session: Callable[[], Session], refuse: Callable[[str], None] = lambda _reason: None
    ) -> None:
        self.name, self.version, self.dimensions = entry.name, entry.version, entry.dimensions
        self.tower = entry.image
        self._session, self._refuse = session, refuse
        self._batch = entry.batch
        self._loaded: Session | None = None
        self.fitting = Fitting(entry.batch)

    def encode(self, pictures: Sequence[Pixels]) -> Vectors:
        """One vector per picture, each of length 1; see `lumina.domain.encoder.ImageEncoder`."""
        if not pictures:
            return np.empty((0, self.dimensions), dtype=np.float32)
        features = [
            self.features(np.stack([self.prepare(pixels) for pixels in pictures[start : start + self.fitting.size]]))
            for start in range(0, len(pictures), self.fitting.size)
        ]
        return unit(np.concatenate(features), self.name)

    def prepare(self, pixels: Pixels) -> Tensor:
        """What the network takes of one picture."""
        return prepare(pixels, self.tower.preprocessing)

    def features(self, tensors: Tensors) -> NDArray[np.float32]:
        """What the network gives, n x dimensions: of any length, perhaps not finite.

        Raises:
            BadModel: another number of values than the entry states.
            Unavailable: it is not installed, or not even one picture fits into memory, which is no picture's fault.
        """
        session = self.load()
        try:
            return self.fitting.run(partial(self._run, session), tensors)
        except MemoryError as error:
            raise Unavailable(f"Model {self.name}: {error}") from error

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

    def _run(self, session: Session, tensors: NDArray[Any]) -> NDArray[np.float32]:
        values = session.run({self.tower.input: tensors})
        if self.tower.token is not None and values.ndim == 3:
            values = values[:, self.tower.token]
        if values.shape[0] != len(tensors) or values[0].size != self.dimensions:
            reason = (
                f"{session.place} gives an output of the shape {values.shape} for {len(tensors)} pictures, "
                f"but {self.dimensions} values for each are expected."
            )
            self._refuse(reason)
            raise BadModel(reason)
        return values.reshape(len(tensors), self.dimensions)


def open_images(folder: Path, entry: ModelEntry, execution: Execution, threads: int) -> Session:
    """Check and load the image tower of a model.

    Raises:
        BadModel: the file is not what the entry says.
        MemoryError: it does not fit into memory.
    """
    tower = entry.image
    place = regular_file(folder, tower.file, _size(entry, tower.file))
    model = read_model(place, folder)
    side = tower.preprocessing.side
    check_input(model, place, tower.input, FLOAT, (None, 3, side, side))
    check_output(model, place, tower.output, entry.dimensions)
    return Session(place, model, tower.output, execution, threads)


def unit(features: NDArray[np.float32], name: str) -> Vectors:
    """The features brought to length 1.

    Raises:
        BadModel: some are not finite, or nothing but zeros.
    """
    if not sound(features).all():
        raise BadModel(f"{name} gives vectors that are not finite, or empty.")
    exact = features.astype(np.float64)  # squares of large numbers would not fit
    return np.asarray(exact / np.linalg.norm(exact, axis=1, keepdims=True), dtype=np.float32)


def sound(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Of each row, whether it is a vector with a direction."""
    lengths = np.linalg.norm(features.astype(np.float64), axis=1)
    return np.asarray(np.isfinite(lengths) & (lengths > 0))


def _size(entry: ModelEntry, path: str) -> int:
    return next(file.size for file in entry.files if file.path == path)
