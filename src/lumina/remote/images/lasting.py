"""What has been written made to last through a power cut, by several threads at once.

A disk that is asked to flush one file after the other does so for each; asked for many at once, it does so for all.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
THREADS = 8
_UNABLE = frozenset({errno.EINVAL, errno.EACCES, errno.EPERM, errno.ENOTSUP, errno.EBADF, errno.EISDIR})
"""What systems say that cannot flush folders."""
_MOST_KNOWN = 20_000


class Lasting:
    """Waits for the disk."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, "downloads-flush")
        self._known: set[str] = set()

    def together(self, work: Callable[[Item], object], items: Sequence[Item]) -> None:
        """Do it with each, several at a time; returns, or raises what it has raised, when all have ended."""
        parts = [items[start::THREADS] for start in range(min(THREADS, len(items)))]
        running = [self._pool.submit(_each, work, part) for part in parts]
        for done in [each.exception() for each in running]:
            if done is not None:
                raise done

    def names(self, folders: Collection[str]) -> None:
        """Make the names in these folders last. Raises `OSError`.

        A folder that this process sees for the first time may be new: its own name has to last as well, and so on.
        """
        wanted = set(folders)
        for folder in folders:
            while folder not in self._known and (above := os.path.dirname(folder)) != folder:  # noqa: PTH120
                wanted.add(above)
                folder = above
        self.together(_flush, sorted(wanted))
        self._known = wanted if len(self._known) > _MOST_KNOWN else self._known | wanted

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


def _each(work: Callable[[Item], object], items: Sequence[Item]) -> None:
    for item in items:
        work(item)


def _flush(folder: str) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _UNABLE:
            raise
