"""Sees to it that nothing is stuck: lost leases, lost messages, old jobs."""

from __future__ import annotations

import time

import structlog

from lumina.engine import vectors
from lumina.engine.dispatch import Dispatcher
from lumina.engine.leases import Leases
from lumina.errors import Unavailable
from lumina.store import Store, jobs, ledger, runs

log = structlog.get_logger()

SILENT_SECONDS = 3.0
"""Messages on their way for this long, in a lane where nobody has claimed anything since, count as lost."""
BUSY_SECONDS = 60.0
"""The same for a lane in which some batch is being worked on: 32 RAW files from a NAS take a while."""
START_SECONDS = 10.0
"""So long after the reaper's start nothing counts as lost: workers are only just starting."""
PRUNE_SECONDS = 3600.0


class Reaper:
    """Run `tick` every few seconds, in one place per installation (the supervisor of the server)."""

    def __init__(
        self,
        store: Store,
        leases: Leases,
        dispatcher: Dispatcher,
        keep_jobs_days: int,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self.store = store
        self.leases = leases
        self.dispatcher = dispatcher
        self.keep_jobs_days = keep_jobs_days
        self._trusts_silence_at = time.monotonic() + start_seconds
        self._pruned_at = float("-inf")

    def tick(self) -> bool:
        """One round; returns True while there is open work. A database or broker that is away is left for the next."""
        try:
            return self._tick()
        except Unavailable as error:
            log.warning("reaper waits", reason=str(error))
            return True

    def _tick(self) -> bool:
        if released := self.leases.release_expired():
            log.warning("leases ran out", batches=released)
        with self.store.transaction() as tx:
            lost = ledger.forget_lost_messages(tx, SILENT_SECONDS, BUSY_SECONDS) if self._trusts_silence() else 0
            busy = bool(ledger.open_work(tx))
            abandoned = runs.drop_abandoned(tx)
        if abandoned:
            log.info("abandoned runs dropped", runs=abandoned)
        if lost:
            log.info("messages sent again", batches=lost)
        self.dispatcher.top_up()
        self._prune()
        return busy

    def _trusts_silence(self) -> bool:
        return time.monotonic() >= self._trusts_silence_at

    def _prune(self) -> None:
        if time.monotonic() - self._pruned_at < PRUNE_SECONDS:
            return
        self._pruned_at = time.monotonic()
        with self.store.transaction() as tx:
            if pruned := jobs.prune(tx, self.keep_jobs_days):
                log.info("old jobs pruned", jobs=pruned)
            vectors.ask(tx, self.dispatcher)  # embedding a large catalog takes days, and nobody waits for its end
