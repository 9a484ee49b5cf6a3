"""What a person sees while Lumina runs: a live line on a terminal, log lines anywhere else."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from lumina.supervisor.keeper import Event
from lumina.supervisor.logs import LogFile

PLAIN_SECONDS = 10.0
"""Without a terminal the line is repeated this seldom."""


class Display:
    """Writes events to stderr and to the home's log; shows the line of rates.

    Args:
        logs: folder of the log files.
        quiet: no line of rates without a terminal.
    """

    def __init__(self, logs: Path, *, quiet: bool = False) -> None:
        self._logs = logs
        self._log: LogFile | None = None
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._quiet = quiet
        self._shown_at = 0.0
        self._shown = ""

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
        if self._log is not None:
            self._log.close()

    def tell(self, event: Event) -> None:
        """One event, to the person and to the log."""
        line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} [{event.level}] {event.child}: {event.text}\n"
        if self._logs.parent.is_dir():
            self._log = self._log or LogFile(self._logs / "lumina.log")
            self._log.write(line.encode(errors="backslashreplace"))
        self._print(line)

    def say(self, text: str) -> None:
        """A line for the person alone."""
        self._print(text + "\n")

    def line(self, text: str) -> None:
        """Show how far things are; an empty text takes the line away."""
        if self._live.is_started:
            self._live.update(Text(text, overflow="ellipsis", no_wrap=True), refresh=True)
        elif not self._quiet and text and text != self._shown and time.monotonic() - self._shown_at >= PLAIN_SECONDS:
            self._shown, self._shown_at = text, time.monotonic()
            self._print(text + "\n")

    def _print(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            if self._live.is_started:
                self._console.print(Text(text.rstrip("\n")))
            else:
                sys.stderr.write(text)
                sys.stderr.flush()
