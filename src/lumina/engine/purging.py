"""Jobs that remove for good what may not be kept of a marketplace; a killed one goes on where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from lumina.domain.stage import Lane
from lumina.domain.work import Batch, BatchKind, Job, Priority
from lumina.engine.cancelling import Cancelling
from lumina.engine.dispatch import Dispatcher
from lumina.engine.purge import Log, Purger, Removal, describe, sentence
from lumina.errors import Interrupted
from lumina.store import Store, Transaction, catalogs, jobs, ledger, removals
from lumina.store.removals import Doomed

MARKET_PURGE = "market-purge"
PURGE = "purge"
"""Of the payload of a batch of kind `clean`: what to remove."""


def start(tx: Transaction, dispatcher: Dispatcher, doomed: Doomed) -> Job:
    """A job that removes it; what is followed of it is so no more from this moment on. The same wish is joined.

    Raises:
        Conflict: something else of this marketplace is being removed.
    """
    removals.unfollow(tx, doomed)
    payload, key = asdict(doomed), f"{MARKET_PURGE}:{doomed.source_id}"
    running = jobs.running_with(tx, key)
    if running is not None and running.parameters == payload and not running.cancel_requested:
        return running
    catalog = catalogs.source(tx, doomed.source_id).catalog_id
    job = jobs.create(tx, MARKET_PURGE, catalog, payload, priority=Priority.ASKED, exclusive_key=key)
    ledger.add(tx, job.id, BatchKind.CLEAN, Lane.IO, payload={PURGE: payload})
    dispatcher.after(tx, Lane.IO)
    return jobs.get(tx, job.id)


class Purging:
    """Runs the batches of such jobs."""

    def __init__(self, store: Store, dispatcher: Dispatcher, purger: Purger) -> None:
        self.store, self.dispatcher, self.purger = store, dispatcher, purger

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Remove it, or what an earlier try has left of it.

        Raises:
            Interrupted: told to stop; what is removed is removed, the rest follows. LeaseLost: somebody else does it.
        """
        doomed, cancelled = Doomed(**batch.payload[PURGE]), Cancelling(self.store, batch.job_id)
        with self.store.transaction() as tx:
            begun = _read(jobs.get(tx, batch.job_id).result.get("removal"))
        log = _Progress(batch)
        removal = self.purger.go_on(doomed, describe(doomed), lambda: stop() or cancelled(), begun, log)
        if removal is not None and removal.after is not None:
            raise Interrupted("The removal was interrupted; it goes on from there.")
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            if removal is None:
                jobs.merge_result(tx, batch.job_id, {"message": sentence({})})
            ledger.end(tx, batch, failed=0 if removal is None else removal.done["unreachable"])
            self.dispatcher.after(tx, Lane.IO)


class _Progress(Log):
    """Keeps in the result of the job how far it is, with each piece."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def hold(self, tx: Transaction) -> None:
        """Nobody else removes it as well."""
        ledger.hold(tx, self._batch)

    def told(self, tx: Transaction, removal: Removal) -> None:
        """So far."""
        job = self._batch.job_id
        jobs.reach(tx, job, removal.done["images"], removal.images)
        how_far = {"entry": removal.entry, "images": removal.images, "after": removal.after, "done": dict(removal.done)}
        jobs.merge_result(tx, job, {"removal": how_far, "message": sentence(removal.done)})


def _read(written: dict[str, Any] | None) -> Removal | None:
    return None if written is None else Removal(**{**written, "done": Counter(written["done"])})
