"""One supervisor per home, and how others find it."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from lumina.errors import AlreadyRunning, Unavailable
from lumina.store.embedded.guard import FileLock


@dataclass(frozen=True, slots=True)
class Running:
    """The supervisor that serves a home.

    Attributes:
        pid: its process id.
        version: of the program.
        url: where its web interface is; empty for `lumina up --once`.
    """

    pid: int
    version: str
    url: str


class HomeLock:
    """Held by the supervisor as long as it lives; the kernel frees it when it dies."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._lock = FileLock(home / "run" / "supervisor.lock")
        self._held = False
        self._note = home / "run" / "supervisor.json"

    def acquire(self, running: Running) -> None:
        """Become the supervisor of this home.

        Raises:
            AlreadyRunning: another one is.
            Unavailable: the home cannot be written.
        """
        try:
            (self.home / "run").mkdir(parents=True, exist_ok=True)
            held = self._lock.acquire()
        except OSError as error:
            raise Unavailable(f"{self.home} cannot be written: {error.strerror}.") from error
        if not held:
            self._lock.release()
            raise self._already_running()
        self._held = True
        self.describe(running)

    def check_free(self) -> None:
        """Raises `AlreadyRunning` where another supervisor has this home."""
        if self.running() is not None:
            raise self._already_running()

    def describe(self, running: Running) -> None:
        """Tell others; the holder alone may."""
        new = self._note.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(asdict(running)))
        new.replace(self._note)

    def release(self) -> None:
        """Stop being the supervisor; harmless where it is not."""
        if self._held:
            self._note.unlink(missing_ok=True)
            self._held = False
        self._lock.release()

    def running(self) -> Running | None:
        """The supervisor that runs now; None where there is none."""
        if not self._lock.path.exists() or not self._lock.held_elsewhere():
            return None
        return self._read() or Running(0, "", "")

    def _read(self) -> Running | None:
        with contextlib.suppress(OSError, ValueError, TypeError):
            return Running(**json.loads(self._note.read_text()))
        return None

    def _already_running(self) -> AlreadyRunning:
        return AlreadyRunning(f"Lumina already runs on {self.home}{self._whom()}. `lumina stop` ends it.")

    def _whom(self) -> str:
        other = self._read()
        if other is None:
            return ""
        return f" (process {other.pid}" + (f", {other.url})" if other.url else ")")
