"""Words to vectors, by the text tower of one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.encoder import Vectors
from lumina.domain.model import ModelEntry, TextTower
from lumina.errors import BadModel, Unavailable
from lumina.inference.check import INT64, check_input, check_output, inputs_of, read_model, regular_file
from lumina.inference.fitting import Fitting
from lumina.inference.images import unit
from lumina.inference.providers import Execution
from lumina.inference.session import Session
from lumina.inference.tokens import Tokens


@dataclass(frozen=True, slots=True)
class TextSession:
    """A loaded text tower and its tokeniser."""

    network: Session
    tokens: Tokens


class Texts:
    """A `TextEncoder`: the network is loaded when it is first needed.

    Args:
        entry: of the model. tower: its text tower.
        session: gives the loaded network, each time the same.
    """

    def __init__(self, entry: ModelEntry, tower: TextTower, session: Callable[[], TextSession]) -> None:
        self.name, self.version, self.dimensions = entry.name, entry.version, entry.dimensions
        self.tower = tower
        self._session = session
        self.fitting = Fitting(4 * entry.batch)

    def encode_text(self, texts: Sequence[str]) -> Vectors:
        """One vector per text, each of length 1; see `lumina.domain.encoder.TextEncoder`."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        session = self._session()
        ids, mask = session.tokens.ids(texts)
        rows = np.stack([ids, mask], axis=1)
        try:
            return unit(self.fitting.run(lambda part: self._run(session.network, part), rows), self.name)
        except MemoryError as error:
            raise Unavailable(f"Model {self.name}: {error}") from error

    def _run(self, network: Session, rows: NDArray[Any]) -> NDArray[np.float32]:
        """`rows` is n x 2 x context: ids and mask."""
        known = dict(zip(self.tower.inputs, (rows[:, 0], rows[:, 1]), strict=False))
        values = network.run({name: np.ascontiguousarray(known[name]) for name in network.inputs})
        if values.shape != (len(rows), self.dimensions):
            raise BadModel(f"{network.place} gives {values.shape}, but {(len(rows), self.dimensions)} is expected.")
        return values


def open_texts(folder: Path, entry: ModelEntry, tower: TextTower, execution: Execution, threads: int) -> TextSession:
    """Check and load the text tower of a model.

    Raises:
        BadModel: the files are not what the entry says.
        MemoryError: the network does not fit into memory.
    """
    sizes = {file.path: file.size for file in entry.files}
    place = regular_file(folder, tower.file, sizes[tower.file])
    words = regular_file(folder, tower.tokenizer, sizes[tower.tokenizer])
    model = read_model(place, folder)
    check_input(model, place, tower.inputs[0], INT64, (None, tower.context))
    if unknown := {value.name for value in inputs_of(model)} - set(tower.inputs):
        raise BadModel(f"{place} wants to be fed with {', '.join(sorted(unknown))}, which its entry does not know.")
    check_output(model, place, tower.output, entry.dimensions)
    return TextSession(Session(place, model, tower.output, execution, threads), Tokens(words, tower))
