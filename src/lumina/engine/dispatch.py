"""Wake workers: keep a bounded number of messages on their way for each lane."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from lumina.domain.stage import Lane
from lumina.errors import Unavailable
from lumina.store import Store, Transaction, ledger

WINDOW = 32
"""Messages on their way per lane: enough to keep workers busy, few enough that a flushed broker loses little."""


class Sender(Protocol):
    """The broker, as the engine sees it."""

    def send(self, lane: Lane, batch_ids: Collection[int]) -> None:
        """Send one wake-up per batch.

        Raises:
            Unavailable: the broker cannot be reached.
        """


class Dispatcher:
    """Turns ready batches into messages."""

    def __init__(self, store: Store, sender: Sender) -> None:
        self.store = store
        self.sender = sender

    def top_up(self, lanes: Iterable[Lane] = Lane) -> int:
        """Send what is ready and not yet on its way; returns how many messages went out.

        A broker that is down costs nothing but time: the marks are taken back and the reaper tries again.
        """
        return sum(self._top_up(lane) for lane in lanes)

    def after(self, tx: Transaction, *lanes: Lane) -> None:
        """Top up these lanes once the transaction is committed."""
        tx.after_commit(lambda: self._quietly(lanes))

    def _quietly(self, lanes: Iterable[Lane]) -> None:
        try:
            self.top_up(lanes)
        except Unavailable:
            return  # the reaper sends as soon as the broker is back

    def _top_up(self, lane: Lane) -> int:
        with self.store.transaction() as tx:
            ids = ledger.take_unsent(tx, lane, WINDOW)
        if not ids:
            return 0
        try:
            self.sender.send(lane, ids)
        except Unavailable:
            with self.store.transaction() as tx:
                ledger.unsend(tx, ids)
            raise
        return len(ids)
