"""Everything that has to run while Lumina works, in the order in which one part needs the other."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from lumina import __version__
from lumina.bootstrap import App, Settings, build
from lumina.domain.stage import Lane
from lumina.errors import LuminaError
from lumina.services.killfiles import WHOLE, KillFiles
from lumina.supervisor.child import Child, ChildState
from lumina.supervisor.children import api_spec, worker_specs
from lumina.supervisor.database import Database
from lumina.supervisor.home import HomeLock, Running
from lumina.supervisor.inline import InlineLane
from lumina.supervisor.keeper import Event, Keeper

log = structlog.get_logger()

BUSY_SECONDS = 2.0
IDLE_SECONDS = 10.0
"""How often the reaper looks, with and without open work."""
MODELS_SECONDS = 2.0
"""How often the supervisor looks whether the first model was installed."""


class Supervisor:
    """Holds the home, runs database, workers and (where asked) the API, and keeps them alive.

    Use it as a context manager in the main thread, and call `tick` a few times a second.

    Args:
        settings: as given; the embedded database's URL is filled in by `start`.
        url: where the web interface will be; empty: no API process, no port, and the io lane is worked on right here,
            which saves short runs the start of a process.
        tell: gets what happens.
        service: started by a service manager, not by a person: a kill file keeps it from starting.
    """

    def __init__(
        self, settings: Settings, *, url: str = "", tell: Callable[[Event], None], service: bool = False
    ) -> None:
        self.settings = settings
        self.url = url
        self.kills = KillFiles(settings.home)
        self.keeper = Keeper([], self.kills, tell, self._free_leases)
        self.refused = service and self.kills.everything
        self._service = service
        self._tell = tell
        self._lock = HomeLock(settings.home)
        self._database: Database | None = None
        self._app: App | None = None
        self._over = threading.Event()
        self._helpers: list[threading.Thread] = []
        self._inline: InlineLane | None = None
        self._pids: dict[str, int] = {}
        self._look_at_models = 0.0

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def app(self) -> App:
        """The parts of this process, on the database that now runs."""
        assert self._app is not None, "start first"
        return self._app

    def start(self) -> None:
        """Returns once the database is ready and all processes have been started.

        Raises:
            AlreadyRunning: another supervisor has this home.
            Unavailable: the database cannot be started or reached.
        """
        if self.refused:
            self._tell(Event("info", "lumina", f"not started: {self.settings.home / WHOLE} is there"))
            return
        self._lock.acquire(Running(os.getpid(), __version__, self.url))
        if not self._service:
            self._clear_kill_files()
        self._database = Database(self.settings, self._tell)
        self.settings = self.settings.model_copy(update={"database_url": self._database.start()})
        self._app = build(self.settings)
        self._app.set_up_database()
        if freed := self._app.leases.release_node(self.settings.node):
            self._tell(Event("info", "lumina", f"took up again what was interrupted: {freed} batches"))
            self._app.derived.sweep()  # workers that were killed may have left half-written files
        self._start_children(self._app)
        for name, work in (("reaper", self._reap), ("words", self._write_words)):
            self._helpers.append(threading.Thread(target=work, args=(self._app,), name=name, daemon=True))
            self._helpers[-1].start()

    def tick(self) -> bool:
        """Look after everything once; False when a kill file says to stop."""
        if self.kills.everything:
            return False
        now = time.monotonic()
        if self._database is not None:
            self._database.tick(now)
        self._add_gpu_lane(now)
        self.keeper.tick(now)
        self._pids |= {child.spec.name: child.pid for child in self.keeper.children if child.pid is not None}
        return True

    def broken(self) -> list[str]:
        """Names of the parts that crashed too often and were given up."""
        names = [child.spec.name for child in self.keeper.children if child.state is ChildState.GAVE_UP]
        return ["database", *names] if self._database is not None and self._database.gave_up else names

    def held(self) -> list[str]:
        """Names of the parts that a kill file keeps stopped."""
        return [child.spec.name for child in self.keeper.children if child.state is ChildState.HELD]

    def stop(self) -> None:
        """Stop everything within 30 s; harmless when nothing runs."""
        self._over.set()
        self.keeper.stop()
        if self._inline is not None:
            self._inline.stop(5)
        for helper in self._helpers:
            helper.join(5)
        if self._app is not None:
            self._app.close()
        if self._database is not None:
            self._database.stop()
        self._lock.release()

    def _clear_kill_files(self) -> None:
        for name in self.kills.clear():
            self._tell(Event("info", "lumina", f"removed the kill file {name}: you want it to run again"))

    def _start_children(self, app: App) -> None:
        lanes = [Lane.CPU, *([Lane.GPU] if _needs_gpu_lane(app) else [])]
        if self.url:
            specs = [api_spec(self.settings), *worker_specs(self.settings, [Lane.IO, *lanes])]
        else:
            specs = worker_specs(self.settings, lanes)
            self._inline = InlineLane(app, Lane.IO)
        logs = Path(self.settings.home) / "logs"
        self.keeper.children = [Child(spec, logs) for spec in specs]
        self.tick()

    def _add_gpu_lane(self, now: float) -> None:
        """Networks get a process of their own as soon as the first model is installed, and none before."""
        if now < self._look_at_models or self._app is None or not self.keeper.children:
            return
        self._look_at_models = now + MODELS_SECONDS
        if Lane.GPU.value not in {child.spec.name for child in self.keeper.children} and _needs_gpu_lane(self._app):
            (spec,) = worker_specs(self.settings, [Lane.GPU])
            self.keeper.children = [*self.keeper.children, Child(spec, Path(self.settings.home) / "logs")]

    def _free_leases(self, name: str) -> None:
        """A worker process ended: what it still held is held by nobody."""
        pid = self._pids.pop(name, None)
        if pid is None or self._app is None:
            return
        try:
            self._app.leases.release_worker(
                self.settings.node, str(pid), "crashed", "The worker process ended while it had this file."
            )
        except LuminaError as error:
            log.warning("leases left to run out", worker=name, reason=str(error))

    def _reap(self, app: App) -> None:
        while not self._over.is_set():
            try:
                busy = app.reaper.tick()
            except Exception:
                log.exception("reaper")
                busy = True
            self._over.wait(BUSY_SECONDS if busy else IDLE_SECONDS)

    def _write_words(self, app: App) -> None:
        while not self._over.is_set():
            try:
                seconds = app.words.tick()
            except Exception:
                log.exception("words")
                seconds = IDLE_SECONDS
            self._over.wait(seconds)


def _needs_gpu_lane(app: App) -> bool:
    return any(stage.lane is Lane.GPU and stage.waiting is None for stage in app.registry)
