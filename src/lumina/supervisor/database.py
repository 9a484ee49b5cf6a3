"""The database while the supervisor runs: its own child, or somebody else's server."""

from __future__ import annotations

import time
from collections.abc import Callable

from lumina.bootstrap import Settings
from lumina.errors import LuminaError
from lumina.store import Store
from lumina.store.embedded import EmbeddedPostgres
from lumina.supervisor.budget import CrashBudget, RestartPolicy
from lumina.supervisor.keeper import Event

NAME = "database"


class Database:
    """Starts the embedded PostgreSQL where no other is set, and starts it again when it crashes."""

    def __init__(self, settings: Settings, tell: Callable[[Event], None]) -> None:
        self._given = settings.database_url
        self._server = None if self._given else EmbeddedPostgres(settings.home)
        self._tell = tell
        self._budget = CrashBudget(RestartPolicy())
        self._restart_at: float | None = None
        self.gave_up = False

    def start(self) -> str:
        """Start it if it is ours; returns its URL.

        Raises:
            Unavailable: it does not start, or does not answer.
        """
        if self._server is None:
            _check(self._given)
            return self._given
        self._server.start()
        return self._server.url

    def tick(self, now: float) -> None:
        """Look whether it still runs."""
        if self._server is None or self.gave_up:
            return
        if self._restart_at is None and (status := self._server.crashed()) is not None:
            self._crashed(f"ended unexpectedly ({status})", now)
        if self._restart_at is not None and now >= self._restart_at:
            self._restart(self._server)

    def stop(self) -> None:
        """Stop it if it is ours."""
        if self._server is not None:
            self._server.stop()

    def _restart(self, server: EmbeddedPostgres) -> None:
        self._restart_at = None
        try:
            server.start()
        except LuminaError as error:
            self._crashed(str(error), time.monotonic())
        else:
            self._tell(Event("info", NAME, "runs again"))

    def _crashed(self, why: str, now: float) -> None:
        delay = self._budget.spend(now)
        if delay is None:
            self.gave_up = True
            self._tell(Event("error", NAME, f"{why}, too often: not started again"))
        else:
            self._restart_at = now + delay
            self._tell(Event("warning", NAME, f"{why}: started again in {delay:.2g} s"))


def _check(url: str) -> None:
    store = Store(url, pool_size=1)
    try:
        store.check()
    finally:
        store.close()
