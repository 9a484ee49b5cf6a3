"""Locks between processes that use one cluster. The kernel frees them when a process ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lumina.errors import Unavailable

if sys.platform != "win32":  # where it can be imported, but no server runs
    import fcntl


class FileLock:
    """An advisory lock on a file; shared among many, or exclusive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, *, shared: bool = False, seconds: float = 0) -> bool:
        """Try for so long; True once it is held."""
        handle = self._open()
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(handle, mode | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(0.01)
            else:
                return True

    def held_elsewhere(self) -> bool:
        """True while another holds it exclusively; not to be asked by a holder."""
        free = self.acquire(shared=True)
        self.release()
        return not free

    def release(self) -> None:
        """Let go; harmless when not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Hold it exclusively during the block.

        Raises:
            Unavailable: somebody else had it for that long.
        """
        if not self.acquire(seconds=seconds):
            self.release()
            raise Unavailable(f"Another Lumina has kept {self.path} locked for {seconds:.0f} s.")
        try:
            yield
        finally:
            self.release()

    def _open(self) -> int:
        if self._handle is None:
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        return self._handle
