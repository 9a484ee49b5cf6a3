"""Take one batch of a lane and see it through."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from lumina.domain.stage import Lane
from lumina.domain.work import Batch, BatchKind
from lumina.engine.dispatch import Dispatcher
from lumina.engine.finalise import Finaliser, Follow, finalise
from lumina.engine.heartbeat import Heartbeat
from lumina.engine.leases import Leases
from lumina.errors import BadInput, Conflict, Interrupted, LeaseLost, NotFound, Unavailable
from lumina.store import Store, jobs, ledger
from lumina.store.ledger import Worker

log = structlog.get_logger()

Handler = Callable[[Batch, Callable[[], bool]], None]
"""Works on a leased batch and ends it, or raises; the second argument says whether to stop early."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What a worker process runs, once per wake-up.

    Attributes:
        handlers: kind of batch -> what does it; `finalise` is built in.
        lease_seconds: a worker silent for this long loses its batch.
        finalisers: kind of job -> what its end does, besides giving it its state.
        follow: asks for what comes after a job.
    """

    store: Store
    dispatcher: Dispatcher
    leases: Leases
    handlers: Mapping[BatchKind, Handler]
    lease_seconds: int
    finalisers: Mapping[str, Finaliser] = field(default_factory=dict)
    follow: Follow = lambda _tx, _job: None

    def run_one(self, lane: Lane, hint: int, worker: Worker, stop: Callable[[], bool] = lambda: False) -> bool:
        """Claim the best ready batch of a lane and run it; False where there was none.

        Whatever happens, the batch ends, is given back, or its lease runs out: nothing is lost.
        """
        with self.store.transaction() as tx:
            batch = ledger.claim(tx, lane, hint, worker, self.lease_seconds)
        if batch is None:
            return False
        with Heartbeat(self.store, batch, self.lease_seconds) as heartbeat:
            self._run(batch, lambda: stop() or heartbeat.lost)
        self._top_up(lane)
        return True

    def _run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        try:
            if batch.kind is BatchKind.FINALISE:
                finalise(self.store, batch, self.finalisers, self.follow)
            else:
                self.handlers[batch.kind](batch, stop)
        except LeaseLost as error:
            log.warning("late result dropped", batch=batch.id, reason=str(error))
        except Interrupted as error:
            self._give_back(batch, str(error), delay_seconds=0)
        except (Unavailable, Conflict) as error:
            self._give_back(batch, str(error))
        except (BadInput, NotFound) as error:
            self._fail_job(batch, str(error))
        except Exception as error:
            log.exception("batch failed", batch=batch.id, kind=batch.kind.value)
            self._strike(batch, error)

    def _give_back(self, batch: Batch, reason: str, delay_seconds: float = 5) -> None:
        """Something outside is away for now: the batch waits, without a strike.

        If that something is the database, we try for as long as the lease lasts.
        """
        log.warning("batch given back", batch=batch.id, reason=reason)
        until = time.monotonic() + self.lease_seconds
        while True:
            try:
                with self.store.transaction() as tx:
                    ledger.give_back(tx, batch, strike=False, error=reason, delay_seconds=delay_seconds)
                return
            except Unavailable:
                if time.monotonic() > until:
                    raise
                time.sleep(1)

    def _fail_job(self, batch: Batch, reason: str) -> None:
        """The request itself makes no sense (a source that was removed, say): trying again would not help."""
        with self.store.transaction() as tx:
            ledger.end(tx, batch, error=reason)
            jobs.fail(tx, batch.job_id, {"message": reason})

    def _strike(self, batch: Batch, error: Exception) -> None:
        with self.store.transaction() as tx:
            self.leases.strike(tx, batch, "error", f"{type(error).__name__}: {error}"[:500])

    def _top_up(self, lane: Lane) -> None:
        try:
            self.dispatcher.top_up([lane])
        except Unavailable as error:
            log.warning("broker away", reason=str(error))
