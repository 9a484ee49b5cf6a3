"""Whether a job is to be cancelled, for those who ask again and again."""

from __future__ import annotations

import threading
import time
from uuid import UUID

from lumina.errors import NotFound
from lumina.store import Store, jobs

LOOK_SECONDS = 1.0
"""How often the database is asked."""


class Cancelling:
    """Says so; safe to share between threads, of which one at a time looks."""

    def __init__(self, store: Store, job_id: UUID) -> None:
        self._store, self._job = store, job_id
        self._lock, self._look_at, self._found = threading.Lock(), 0.0, False

    def __call__(self) -> bool:
        """Whether a person wants it to end, as of a second ago; a job that is gone has ended."""
        if not self._found and time.monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            try:
                self._look_at = time.monotonic() + LOOK_SECONDS
                with self._store.transaction() as tx:
                    self._found = jobs.get(tx, self._job).cancel_requested
            except NotFound:
                self._found = True
            finally:
                self._lock.release()
        return self._found
