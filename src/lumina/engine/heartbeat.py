"""Keeps the lease of a long batch alive, and notices when it is lost."""

from __future__ import annotations

import threading
from types import TracebackType

from lumina.domain.work import Batch
from lumina.errors import Unavailable
from lumina.store import Store, ledger


class Heartbeat:
    """A context in which a batch's lease is renewed every third of its length.

    A frozen process renews nothing, and a decoder that hangs inside C code while holding the interpreter doesn't
    either: both lose their lease, as they should.
    """

    def __init__(self, store: Store, batch: Batch, lease_seconds: int) -> None:
        self.store = store
        self.batch = batch
        self.lease_seconds = lease_seconds
        self.lost = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="heartbeat")

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(self.lease_seconds)

    def _beat(self) -> None:
        while not self._over.wait(self.lease_seconds / 3):
            try:
                with self.store.transaction() as tx:
                    self.lost = not ledger.renew(tx, self.batch, self.lease_seconds)
            except Unavailable:
                continue  # the database is being restarted, or is in trouble; the lease decides
            if self.lost:
                return
