"""Batches as large as memory allows: one that does not fit is halved, and the size that fitted is remembered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Run = Callable[[NDArray[np.generic]], NDArray[np.float32]]
"""Rows in, as many rows out."""

_SIGNS = (
    "failed to allocate memory",
    "bad_alloc",
    "out of memory",
    "bfcarena",
    "cudnn_status_alloc_failed",
    "cublas_status_alloc_failed",
    "not enough memory",
)
"""What ONNX Runtime and its providers say, in lower case; they have no error of their own for it."""


class Fitting:
    """Feeds rows in batches of at most `size`, which shrinks where memory ends and never grows again.

    Attributes:
        size: rows per batch.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def run(self, run: Run, rows: NDArray[np.generic]) -> NDArray[np.float32]:
        """`run` over all rows, in order.

        Raises:
            MemoryError: not even one row fits.
        """
        parts, done = [], 0
        while done < len(rows):
            part = rows[done : done + self.size]
            try:
                parts.append(run(part))
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(len(part), error)
                continue
            done += len(part)
        return np.concatenate(parts)

    def _halve(self, rows: int, error: Exception) -> None:
        if rows == 1:
            raise MemoryError(f"Not even one row fits into memory: {error}") from error
        self.size = max(1, rows // 2)


def is_out_of_memory(error: BaseException) -> bool:
    """True where an error of Python, ONNX Runtime or CUDA means that memory did not suffice."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in _SIGNS)
