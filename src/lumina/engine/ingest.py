"""Handlers of the batches that make work: scan a source, plan the stages of a scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol
from uuid import UUID

from lumina.domain.work import Batch
from lumina.engine.plan import Planner
from lumina.errors import Interrupted
from lumina.store import Store, Transaction, inputs, jobs, ledger, statistics
from lumina.store.inputs import Scope

OFFLINE = "offline"
"""State of a source that could not be read: nothing of it is worth trying now."""


class Scan(Protocol):
    """Reconciles a source with the disk, as `lumina.engine.scan.Scanner.scan` does."""

    def __call__(
        self,
        source_id: int,
        scope: str,
        *,
        on_chunk: Callable[[Transaction, Sequence[int]], None],
        accept_losses: bool = False,
    ) -> Any:
        """Returns a `ScanReport`.

        `on_chunk` is called inside each chunk's transaction with the images that are new or changed.
        """


def scan_handler(store: Store, planner: Planner, scan: Scan) -> Callable[[Batch, Callable[[], bool]], None]:
    """`scan` batches: walk a source, adding work while walking, then whatever else is due there."""

    def handle(batch: Batch, stop: Callable[[], bool]) -> None:
        source_id, path = int(batch.payload["source_id"]), str(batch.payload.get("scope", ""))
        growth = _Growth()

        def on_chunk(tx: Transaction, images: Sequence[int]) -> None:
            ledger.hold(tx, batch)
            if growth.has_doubled(len(images)):
                statistics.refresh(tx)
            if stop() or jobs.get(tx, batch.job_id).cancel_requested:
                raise Interrupted("The scan was interrupted; what it found so far is kept.")
            planner.masters(tx, batch.job_id, images)

        report = scan(source_id, path, on_chunk=on_chunk, accept_losses=bool(batch.payload.get("accept_losses")))
        with store.transaction() as tx:
            ledger.hold(tx, batch)
            if report.state != OFFLINE:
                planner.plan(tx, batch.job_id, Scope(source_id=source_id, path=path))
            jobs.merge_result(tx, batch.job_id, {"scan": asdict(report)})
            ledger.end(tx, batch)

    return handle


class _Growth:
    """Counts images, and says at 100, 200, 400, ... that there are twice as many as before."""

    def __init__(self) -> None:
        self.count = 0
        self.next = 100

    def has_doubled(self, more: int) -> bool:
        self.count += more
        if self.count < self.next:
            return False
        self.next = 2 * self.count
        return True


def plan_handler(store: Store, planner: Planner) -> Callable[[Batch, Callable[[], bool]], None]:
    """`plan` batches: find what is due in a scope; with `failed`, failures are due again first."""

    def handle(batch: Batch, _stop: Callable[[], bool]) -> None:
        payload = batch.payload
        scope = scope_of(payload)
        only = payload.get("stages") or None
        with store.transaction() as tx:
            ledger.hold(tx, batch)
            if payload.get("failed"):
                inputs.forgive(tx, only or planner.registry.names, scope, payload.get("code"))
            planner.plan(tx, batch.job_id, scope, only)
            ledger.end(tx, batch)

    return handle


def scope_of(payload: Mapping[str, Any]) -> Scope:
    """The scope that a plan batch carries."""
    catalog, images = payload.get("catalog_id"), payload.get("images")
    return Scope(
        catalog_id=UUID(catalog) if catalog else None,
        source_id=payload.get("source_id"),
        path=payload.get("scope") or "",
        images=None if images is None else tuple(images),
    )
