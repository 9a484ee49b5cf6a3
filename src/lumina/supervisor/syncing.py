"""While Lumina is up, what is followed of marketplaces is synced in its time."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import structlog

from lumina.bootstrap import App
from lumina.engine.sync import SYNC
from lumina.errors import LuminaError
from lumina.services.killfiles import KillFiles

log = structlog.get_logger()

LOOK_SECONDS = 5.0
"""How often it is looked what is due."""


class Syncing:
    """A thread that asks for syncs; a context manager."""

    def __init__(self, app: App, look_seconds: float = LOOK_SECONDS) -> None:
        self._app, self._seconds = app, look_seconds
        self._kills = KillFiles(app.settings.home)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="syncing", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._over.wait(self._seconds):
            try:
                if not self._kills.stops(SYNC):
                    self._app.market.sync_due()
            except LuminaError as error:
                log.info("syncing waits", reason=str(error))
            except Exception:
                log.exception("syncing")
