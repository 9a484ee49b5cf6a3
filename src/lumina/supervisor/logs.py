"""Log files of a size that is bounded, and the thread that writes a child's output into one."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from pathlib import Path
from typing import IO

LARGEST = 5 * 1024 * 1024
KEPT = 3


class LogFile:
    """Appends lines; at `largest` bytes the file becomes `.1`, that one `.2`, and so on."""

    def __init__(self, path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
        self.path, self.largest, self.kept = path, largest, kept
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")

    def write(self, line: bytes) -> None:
        """Append; a full disk loses the line, never the process."""
        with contextlib.suppress(OSError):
            if self._file.tell() + len(line) > self.largest:
                self._rotate()
            self._file.write(line)
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(OSError):
            self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(self.kept - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self.path.replace(self._numbered(1))
        self._file = self.path.open("ab")

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


class LogPump:
    """Copies a child's output into its log until the child closes it; keeps the last lines to explain a crash."""

    def __init__(self, source: IO[bytes], log: LogFile) -> None:
        self.last: deque[str] = deque(maxlen=20)
        self._source, self._log = source, log
        self._thread = threading.Thread(target=self._run, name=f"log {log.path.name}", daemon=True)
        self._thread.start()

    def finish(self, seconds: float = 1.0) -> None:
        """Wait until everything that the child wrote has arrived."""
        self._thread.join(seconds)

    def _run(self) -> None:
        with self._source:
            for line in self._source:
                self._log.write(line)
                self.last.append(line.decode(errors="replace").rstrip())
        self._log.close()
