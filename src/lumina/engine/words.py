"""Keeps the words that images are found by up to date, behind everybody's back."""

from __future__ import annotations

import time

import structlog

from lumina.domain.places import gazetteer
from lumina.errors import Unavailable
from lumina.store import Store, documents

log = structlog.get_logger()

SHARE = 0.5
"""Of the time that is spent on it; the rest is left to others."""
AT_ONCE = 200
"""Documents that a search waits for: what a person has just changed is found at once."""
_TURN_SECONDS = 1.0


class Words:
    """Run `tick` again and again, in one place per installation (the supervisor of the server)."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def tick(self) -> float:
        """Write what is marked, for about a second; returns how long to leave it alone then.

        A database that is away is left for the next time.
        """
        began = time.monotonic()
        try:
            more = self._pending()
            while more and time.monotonic() - began < _TURN_SECONDS:
                more = self._fold(documents.PIECE) > 0
        except Unavailable as error:
            log.warning("words wait", reason=str(error))
            more = False
        return (time.monotonic() - began) * (1 / SHARE - 1) if more else 1.0

    def catch_up(self) -> None:
        """Before a search: write some documents, of what has changed last.

        Where nothing can be written (the disk is full, say), what was written before can still be searched.
        """
        try:
            self._fold(AT_ONCE, newest=True)
        except Unavailable as error:
            log.warning("words wait", reason=str(error))

    def _pending(self) -> bool:
        with self.store.transaction() as tx:
            pending = documents.pending(tx)
        if pending:
            gazetteer()  # it takes a while to read: not within a transaction
        return pending

    def _fold(self, limit: int, *, newest: bool = False) -> int:
        with self.store.transaction() as tx:
            return documents.fold(tx, limit, newest=newest)
