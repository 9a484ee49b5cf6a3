"""Keeps children alive: restarts what crashes, respects kill files, stops all in time."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lumina.services.killfiles import KillFiles
from lumina.supervisor.child import Child, ChildState

GRACE = 18.0
"""Seconds that a child has to end by itself; the database's stop and the rest must also fit into 30."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a person may want to read. `level` is a log level, `text` a sentence."""

    level: str
    child: str
    text: str


class Keeper:
    """Steps through its children; call `tick` from the main thread a few times a second.

    Args:
        children: what to keep alive.
        kills: the home's kill files.
        tell: gets what happens.
        crashed: called with a child's name after it ended without being asked, before it is started again.
    """

    def __init__(
        self,
        children: Sequence[Child],
        kills: KillFiles,
        tell: Callable[[Event], None],
        crashed: Callable[[str], None],
    ) -> None:
        self.children = list(children)
        self.kills = kills
        self._tell = tell
        self._crashed = crashed
        self._kill_at: dict[str, float] = {}

    def start(self) -> None:
        """Start all that no kill file holds."""
        self.tick(time.monotonic())

    def tick(self, now: float) -> None:
        """Look at every child once."""
        for child in self.children:
            self._look(child, now)

    def stop(self, seconds: float = GRACE) -> None:
        """End all children: politely, and after `seconds` by force. Nothing is left when it returns."""
        for child in self.children:
            child.send(signal.SIGTERM)
        until = time.monotonic() + seconds
        while self._running() and time.monotonic() < until:
            time.sleep(0.02)
        for child in self._running():
            self._tell(Event("warning", child.spec.name, f"did not end within {seconds:.0f} s: killed"))
            child.send(signal.SIGKILL)
        while self._running():
            time.sleep(0.01)

    def _running(self) -> list[Child]:
        running = []
        for child in self.children:
            if child.pid is not None and child.exit_status() is None:
                running.append(child)
            else:
                child.state = ChildState.OFF
        return running

    def _look(self, child: Child, now: float) -> None:
        held = any(self.kills.stops(name) for name in child.spec.holds)
        if child.pid is not None and (status := child.exit_status()) is not None:
            self._ended(child, status, held, now)
        elif child.pid is not None:
            self._hold(child, held, now)
        elif held:
            child.state = ChildState.HELD
        elif child.state in (ChildState.OFF, ChildState.HELD) or self._due(child, now):
            child.start()

    def _due(self, child: Child, now: float) -> bool:
        return child.state is ChildState.WAITING and now >= child.restart_at

    def _hold(self, child: Child, held: bool, now: float) -> None:
        """Stop a running child whose kill file has appeared; by force when it takes too long."""
        name = child.spec.name
        if not held:
            self._kill_at.pop(name, None)
        elif name not in self._kill_at:
            self._tell(Event("info", name, "stops: there is a kill file"))
            self._kill_at[name] = now + GRACE
            child.send(signal.SIGTERM)
        elif now >= self._kill_at[name]:
            child.send(signal.SIGKILL)

    def _ended(self, child: Child, status: int, held: bool, now: float) -> None:
        name = child.spec.name
        self._crashed(name)
        if self._kill_at.pop(name, None) is not None or held:
            child.state = ChildState.HELD
            return
        delay = child.budget.spend(now)
        why = f"ended with {_status(status)}" + (f" ({words})" if (words := child.last_words()) else "")
        if delay is None:
            child.state = ChildState.GAVE_UP
            policy = child.budget.policy
            text = f"{why}, {policy.crashes} times within {policy.window:.0f} s: not started again"
            self._tell(Event("error", name, text))
            return
        child.state, child.restart_at = ChildState.WAITING, now + delay
        self._tell(Event("warning", name, f"{why}: started again in {delay:.2g} s"))


def _status(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
