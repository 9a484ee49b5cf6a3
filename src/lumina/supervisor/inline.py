"""A lane worked on by the supervisor itself, for runs too short to start a process for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection

import structlog

from lumina.bootstrap import App
from lumina.domain.stage import Lane
from lumina.engine.dispatch import Sender
from lumina.errors import LuminaError
from lumina.store.ledger import Worker

log = structlog.get_logger()

LOOK_SECONDS = 0.1
"""Wake-ups from this process come at once; work that others made is found by looking this often."""


class InlineLane:
    """Runs one lane's batches in a thread: scanning and planning need no process that may crash."""

    def __init__(self, app: App, lane: Lane) -> None:
        self._app, self._lane = app, lane
        self._wake, self._over = threading.Event(), threading.Event()
        app.dispatcher.sender = _Local(app.sender, lane, self._wake)
        self._thread = threading.Thread(target=self._run, name=f"lane {lane.value}", daemon=True)
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Let the batch at hand come to a stopping point; it is given back."""
        self._over.set()
        self._wake.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        worker = Worker(self._app.settings.node, str(os.getpid()))
        while not self._over.is_set():
            if not self._run_one(worker):
                self._wake.wait(LOOK_SECONDS)
                self._wake.clear()

    def _run_one(self, worker: Worker) -> bool:
        try:
            return self._app.engine.run_one(self._lane, 0, worker, self._over.is_set)
        except LuminaError as error:
            log.warning("lane waits", lane=self._lane.value, reason=str(error))
        except Exception:
            log.exception("lane", lane=self._lane.value)
        self._over.wait(0.5)
        return False


class _Local:
    """Wakes our own thread for its lane, and sends the rest on."""

    def __init__(self, others: Sender, lane: Lane, wake: threading.Event) -> None:
        self._others, self._lane, self._wake = others, lane, wake

    def send(self, lane: Lane, batch_ids: Collection[int]) -> None:
        if lane is self._lane:
            self._wake.set()
        else:
            self._others.send(lane, batch_ids)
