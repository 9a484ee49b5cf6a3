"""Waiting in the main thread for a person, the system or a child's end."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Self


class Signals:
    """While this is open, SIGINT, SIGTERM and SIGHUP (a closed terminal) ask to stop instead of ending the process.

    Attributes:
        asked: how often somebody asked to stop; the second time means "at once".
        reason: what asked first.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.reason = ""
        self._read, self._write = os.pipe()
        self._before: dict[signal.Signals, object] = {}
        self._wakeup = -1

    def __enter__(self) -> Self:
        for end in (self._read, self._write):
            os.set_blocking(end, False)
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # `nohup` means it
                self._before[number] = signal.signal(number, self._ask)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal() gave
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> bool:
        """Sleep, but not longer than until the next signal (a child's end is one); True when asked to stop."""
        if not self.asked and select.select([self._read], [], [], seconds)[0]:
            os.read(self._read, 4096)
        return self.asked > 0

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        self.asked += 1
        self.reason = self.reason or ("Ctrl+C" if number == signal.SIGINT else signal.Signals(number).name)
