"""A large file, read piece by piece where it is asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import overload

from lumina.files.read import explained


class FileWindow:
    """Slices of a file without holding it in memory.

    A film may be larger than a worker's memory; mapping it would count against the same limit, and a mapped file
    that is cut on a network drive kills the process.

    Raises:
        PictureError: `vanished` or `unreadable`, from the constructor and from every slice.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
            self._length = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise explained(error) from error

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> bytes: ...
    def __getitem__(self, at: int | slice) -> int | bytes:
        if isinstance(at, int):
            return self[at : at + 1][0]
        start, stop, _ = at.indices(self._length)
        try:
            self._file.seek(start)
            return self._file.read(max(0, stop - start))
        except OSError as error:
            raise explained(error) from error

    def close(self) -> None:
        """Gives the file back; slices fail from then on."""
        self._file.close()
