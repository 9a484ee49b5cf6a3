"""One process that the supervisor keeps alive."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from lumina.store.embedded.launch import launch
from lumina.supervisor.budget import CrashBudget, RestartPolicy
from lumina.supervisor.logs import LogFile, LogPump


class ChildState(StrEnum):
    """What a child is doing."""

    OFF = "off"
    RUNNING = "running"
    WAITING = "waiting"
    """It crashed and is started again after a while."""
    HELD = "held"
    """A kill file keeps it stopped."""
    GAVE_UP = "gave up"
    """It crashed too often."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run.

    Attributes:
        name: shown to people; also the name of its log.
        command: program and arguments.
        holds: names of lanes whose kill files stop it.
        nice: 0-19, higher yields to others.
        environment: added to the supervisor's own.
    """

    name: str
    command: tuple[str, ...]
    holds: tuple[str, ...] = ()
    nice: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A process, its log and its crash budget. It leads a session of its own and dies with the supervisor."""

    def __init__(self, spec: ChildSpec, logs: Path, policy: RestartPolicy | None = None) -> None:
        self.spec = spec
        self.state = ChildState.OFF
        self.restart_at = 0.0
        self.starts = 0
        self.budget = CrashBudget(policy or RestartPolicy())
        self._log = logs / f"{spec.name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: LogPump | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it; from the main thread only (see `launch`)."""
        self._process = launch(
            self.spec.command,
            output=subprocess.PIPE,
            nice=self.spec.nice,
            environment={**os.environ, **self.spec.environment},
        )
        assert self._process.stdout is not None
        self._pump = LogPump(self._process.stdout, LogFile(self._log))
        self.state = ChildState.RUNNING
        self.starts += 1

    def exit_status(self) -> int | None:
        """Its exit status once it has ended; None while it runs. What it left behind in its session is ended too."""
        if self._process is None:
            return None
        status = self._process.poll()
        if status is not None:
            self.send(signal.SIGKILL)
            self._forget()
        return status

    def send(self, number: signal.Signals) -> None:
        """Signal the process; SIGKILL goes to its whole session."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    def last_words(self) -> str:
        """The last line of its output that says something."""
        lines = [line for line in (self._pump.last if self._pump else ()) if line.strip()]
        return lines[-1].strip() if lines else ""

    def _forget(self) -> None:
        if self._pump:
            self._pump.finish()
        self._process = None
