"""Files of vectors in FAISS's format: written piece by piece, read without taking them into memory."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from lumina.errors import BadInput

Vectors = NDArray[np.float32]
_COUNT, _LENGTH = 8, 8
"""Where FAISS's header of a flat index says how many vectors follow; bytes of the length before the numbers."""
_SYNCED = 128 << 20
"""Bytes after which what is written is made to last: a slow disk would otherwise keep the end waiting for minutes."""


class VectorWriter:
    """A flat index of inner products (`IndexFlatIP`) that grows on disk; in memory stands the piece at hand alone.

    The header is FAISS's own, of an empty index, with the counts filled in.

    Args:
        path: of the new file; must not exist. dimensions, rows: of the whole.
    """

    def __init__(self, path: Path, dimensions: int, rows: int) -> None:
        self.dimensions, self.rows, self.written = dimensions, rows, 0
        self._hash, self._loose = blake3(), 0
        self._file = path.open("xb")
        self._write(_header(dimensions, rows))

    def add(self, vectors: Vectors) -> None:
        """The next vectors, n x dimensions.

        Raises:
            ValueError: of other dimensions, or more than were announced. OSError: they cannot be written.
        """
        if vectors.shape[1:] != (self.dimensions,) or self.written + len(vectors) > self.rows:
            raise ValueError(f"{vectors.shape} after {self.written} of {self.rows} x {self.dimensions}")
        self._write(np.ascontiguousarray(vectors, "<f4").reshape(-1).data)
        self.written += len(vectors)

    def close(self) -> str:
        """Make it last; returns the file's BLAKE3 in hexadecimal digits.

        Raises:
            ValueError: vectors are missing. OSError: it cannot be written.
        """
        if self.written != self.rows:
            raise ValueError(f"{self.written} of {self.rows} vectors")
        self._sync()
        self._file.close()
        return self._hash.hexdigest()

    def drop(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _write(self, numbers: Any) -> None:
        data = memoryview(numbers).cast("B")
        self._hash.update(data)
        self._file.write(data)
        self._loose += len(data)
        if self._loose > _SYNCED:
            self._sync()

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._loose = 0


class VectorFile:
    """A file that FAISS has opened: mapped, so that only what is looked at is read.

    Attributes:
        rows, dimensions: how many vectors there are, of how many numbers.
        kind: FAISS's name of the index.
        ids: of the vectors, where the file has some of its own (`IndexIDMap`), in their order.

    Raises:
        BadInput: it is damaged, no file of FAISS's, or of a kind that holds no plain vectors; the message says which.
    """

    def __init__(self, path: Path) -> None:
        import faiss  # it takes a fifth of a second, which only who needs it shall wait

        try:
            self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except (RuntimeError, OSError) as error:
            raise BadInput(f"{path.name} cannot be read by FAISS: {_said(error)}") from error
        flat, self.ids, self.kind = self._index, None, type(self._index).__name__
        if isinstance(flat, faiss.IndexIDMap | faiss.IndexIDMap2):
            self.ids = np.array(faiss.vector_to_array(flat.id_map), np.int64)
            flat = faiss.downcast_index(flat.index)
            self.kind += f" of {type(flat).__name__}"
        if not isinstance(flat, faiss.IndexFlat):
            raise BadInput(f"{path.name} holds an index of kind {self.kind}, which keeps no plain vectors.")
        self.rows, self.dimensions = int(flat.ntotal), int(flat.d)
        self._matrix: Vectors = faiss.rev_swig_ptr(flat.get_xb(), self.rows * self.dimensions).reshape(
            self.rows, self.dimensions
        )

    def part(self, start: int, count: int) -> Vectors:
        """So many vectors from a row on, as a copy; fewer at the end."""
        return self._matrix[start : start + count].copy()

    def at(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors of these rows, as a copy."""
        return self._matrix[rows]


def _header(dimensions: int, rows: int) -> bytes:
    import faiss

    empty = bytes(faiss.serialize_index(faiss.IndexFlatIP(dimensions)))
    filled = bytearray(empty)
    struct.pack_into("<q", filled, _COUNT, rows)
    struct.pack_into("<Q", filled, len(filled) - _LENGTH, rows * dimensions)
    return bytes(filled)


_MEANT = (
    ("read error", "it ends too early."),
    ("could not mmap", "it is empty, or lies where no file can be mapped."),
    ("mul_no_overflow", "it does not hold as many vectors as it says."),
)
"""Words in FAISS's messages about its own code, and what they mean."""


def _said(error: Exception) -> str:
    """What a person understands of FAISS's message."""
    text = str(error)
    meant = next((words for sign, words in _MEANT if sign in text), None)
    return meant or text.rpartition(": ")[2].strip()[:200] or type(error).__name__
