"""Downloads of models that go on while people do other things."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from lumina.domain.model import ModelEntry
from lumina.errors import Conflict, Interrupted, LuminaError
from lumina.inference import manifest
from lumina.remote.hub import Hub, check_terms

_log = structlog.get_logger(__name__)


@dataclass
class _Pull:
    """One that goes on."""

    thread: threading.Thread | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


class Pulls:
    """One thread per download. A page that is loaded anew sees them all; a server that stops ends them.

    What had arrived by then stays, and the next download goes on from there.

    Args:
        hub: where the models come from.
        after: called with a model's name when it is installed.
    """

    def __init__(self, hub: Hub, after: Callable[[str], object]) -> None:
        self._hub, self._after = hub, after
        self._lock = threading.Lock()
        self._running: dict[str, _Pull] = {}
        self._problems: dict[str, str] = {}
        self._stopped = False

    @property
    def problems(self) -> dict[str, str]:
        """Name -> why its last download failed."""
        with self._lock:
            return dict(self._problems)

    @property
    def running(self) -> frozenset[str]:
        """Names of the models that this process downloads."""
        with self._lock:
            return frozenset(self._running)

    def start(self, entry: ModelEntry, *, accept_terms: bool = False, accept_change: bool = False) -> None:
        """Begin; one that goes on already is joined.

        Raises:
            BadInput: terms have to be accepted first.
            Conflict: another process downloads it, or the server is stopping.
        """
        check_terms(entry, manifest.read_or_none(self._hub.home / entry.name), accept_terms=accept_terms)
        with self._lock:
            if self._stopped:
                raise Conflict("The server is stopping.")
            if entry.name in self._running:
                return
            if self._hub.pulling(entry.name):
                raise Conflict(f"Model {entry.name} is being downloaded already, by a command.")
            self._problems.pop(entry.name, None)
            pull = self._running[entry.name] = _Pull()
            pull.thread = threading.Thread(
                target=self._run,
                args=(entry, pull, accept_terms, accept_change),
                name=f"pull {entry.name}",
                daemon=True,  # a server that does not answer must not hold up the end of the process
            )
            pull.thread.start()

    def cancel(self, name: str, seconds: float = 2.0) -> bool:
        """Stop a download, and wait a little for its end; False where this process has none of that name."""
        with self._lock:
            pull = self._running.get(name)
        if pull is None:
            return False
        pull.cancelled.set()
        if pull.thread is not None:
            pull.thread.join(seconds)
        return True

    def stop(self, seconds: float = 2.0) -> None:
        """Stop all of them, at the end of the process."""
        with self._lock:
            self._stopped = True
            running = list(self._running.values())
        for pull in running:
            pull.cancelled.set()
        for pull in running:
            if pull.thread is not None:
                pull.thread.join(seconds)

    def _run(self, entry: ModelEntry, pull: _Pull, accept_terms: bool, accept_change: bool) -> None:
        problem = ""
        try:
            self._hub.pull(entry, accept_terms=accept_terms, accept_change=accept_change, stop=pull.cancelled.is_set)
            self._after(entry.name)
        except Interrupted:
            _log.info("download stopped", model=entry.name)
        except LuminaError as error:
            problem = str(error)
            _log.warning("download failed", model=entry.name, reason=problem)
        except Exception as error:  # noqa: BLE001  # the thread is ours: nobody else would hear of it
            problem = f"The download failed in an unexpected way ({type(error).__name__}); the server's log tells more."
            _log.exception("download failed", model=entry.name)
        with self._lock:
            del self._running[entry.name]
            if problem:
                self._problems[entry.name] = problem
