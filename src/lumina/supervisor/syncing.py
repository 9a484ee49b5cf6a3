"""While Lumina is up, what is followed of marketplaces is synced in its time."""

from __future__ import annotations

import structlog

from lumina.bootstrap import App
from lumina.engine.sync import SYNC
from lumina.errors import LuminaError
from lumina.services.killfiles import KillFiles
from lumina.supervisor.background import Background

log = structlog.get_logger()

LOOK_SECONDS = 5.0
"""How often it is looked what is due."""


class Syncing(Background):
    """A thread that asks for syncs; a context manager."""

    def __init__(self, app: App, look_seconds: float = LOOK_SECONDS) -> None:
        self._app, self._seconds = app, look_seconds
        self._kills = KillFiles(app.settings.home)
        super().__init__("syncing")

    def _run(self) -> None:
        while not self._over.wait(self._seconds):
            try:
                if not self._kills.stops(SYNC):
                    self._app.market.sync_due()
            except LuminaError as error:
                log.info("syncing waits", reason=str(error))
            except Exception:
                log.exception("syncing")
