"""What happens to batches whose worker is gone: given back, split, or, for a poison image, set aside."""

from __future__ import annotations

import time
from collections.abc import Iterable

from lumina.domain.work import Batch, BatchKind, Status
from lumina.engine.dispatch import Dispatcher
from lumina.engine.registry import Registry
from lumina.store import Store, Transaction, features, inputs, jobs, ledger, outcomes, resolutions
from lumina.store.ledger import MAX_STRIKES
from lumina.store.outcomes import Outcome

NOTICED = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds in which the database notices that a client has died. After these its leases are left to run out."""


class Leases:
    """Frees leases; never loses an item, and never lets one item stop a job."""

    def __init__(self, store: Store, registry: Registry, dispatcher: Dispatcher) -> None:
        self.store = store
        self.registry = registry
        self.dispatcher = dispatcher

    def release_node(self, node: str) -> int:
        """A supervisor starts: whatever its node held is held by nobody. Not the items' fault, so no strike."""
        with self.store.transaction() as tx:
            held = ledger.leased_by(tx, node)
            for batch in held:
                ledger.give_back(tx, batch, strike=False)
            self._dispatch(tx, held)
        return len(held)

    def release_worker(self, node: str, worker: str, code: str, reason: str) -> int:
        """A worker process (or one child of it, both by pid) has died: a strike against what it held.

        The database may take a moment to notice that, and keep its last transaction open: that is waited for.
        """
        freed = 0
        for pause in (*NOTICED, 0.0):
            with self.store.transaction() as tx:
                held = ledger.leased_by(tx, node, worker)
                for batch in held:
                    self.strike(tx, batch, code, reason)
                self._dispatch(tx, held)
                freed += len(held)
                locked = ledger.is_leasing(tx, node, worker)
            if not locked:
                break
            time.sleep(pause)
        return freed

    def release_expired(self) -> int:
        """Leases that ran out: the worker hangs, is cut off, or its machine is gone."""
        with self.store.transaction() as tx:
            held = ledger.expired(tx)
            for batch in held:
                self.strike(tx, batch, "lost-worker", "The worker that had it fell silent.")
            self._dispatch(tx, held)
        return len(held)

    def strike(self, tx: Transaction, batch: Batch, code: str, reason: str) -> None:
        """Count a death against a batch. Several items are split apart; a single one is set aside at the third."""
        if len(batch.items) > 1:
            ledger.add(
                tx,
                batch.job_id,
                batch.kind,
                batch.lane,
                stages=batch.stages,
                items=[[item] for item in batch.items],
                payload=batch.payload,
                strikes=batch.strikes + 1,
                count_total=False,
            )
            ledger.end(tx, batch, error=reason)
        elif batch.strikes + 1 < MAX_STRIKES:
            ledger.give_back(tx, batch, strike=True, error=reason, delay_seconds=2.0**batch.strikes - 1)
        else:
            self._set_aside(tx, batch, code, reason)

    def _set_aside(self, tx: Transaction, batch: Batch, code: str, reason: str) -> None:
        if batch.kind is BatchKind.WORK:
            there = outcomes.lock(tx, batch.items)
            known = inputs.states(tx, there)
            rows = [
                Outcome(item, name, self.registry[name].version, Status.FAILED, code=code, note=reason)
                for item in there
                for name in batch.stages
                if name in self.registry.names
                and not _stands(known.get(item, {}).get(name), self.registry[name].version)
            ]
            outcomes.record(tx, rows)
            ledger.end(tx, batch, failed=len(batch.items), error=reason)
        elif batch.kind is BatchKind.PIXELS:
            features.give_up_pixels(tx, batch.items)
            ledger.end(tx, batch, error=reason)
        elif batch.kind is BatchKind.RESOLVE and batch.items:
            resolutions.refuse_due(tx, int(batch.payload["action"]), batch.items, reason)
            ledger.end(tx, batch, failed=len(batch.items), error=reason)
        else:
            ledger.end(tx, batch, error=reason)
            jobs.fail(tx, batch.job_id, {"message": reason, "code": code})

    def _dispatch(self, tx: Transaction, batches: Iterable[Batch]) -> None:
        self.dispatcher.after(tx, *{batch.lane for batch in batches})


def _stands(state: inputs.State | None, version: int) -> bool:
    return state is not None and state.status is Status.DONE and state.version >= version
