"""How far a job is whose batch goes through a whole catalog, and whether to go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from lumina.domain.work import Batch
from lumina.errors import Interrupted
from lumina.store import Store, jobs

TICK = 1.0
"""Seconds between two looks at whether to go on."""


@dataclass(slots=True)
class Progress:
    """Says how far the job is, and stops where it should.

    Attributes:
        what: the work, for messages: "search for copies".
        total: images to go through. done: of these, so far.
        due: when the job is looked at next, on the monotonic clock.
    """

    store: Store
    batch: Batch
    stop: Callable[[], bool]
    what: str
    total: int
    done: int = 0
    due: float = 0.0

    def check(self) -> None:
        """Cheap enough for loops.

        Raises:
            Interrupted: the worker is told to stop, has lost its lease, or the job is to be cancelled.
        """
        if self.stop():
            raise Interrupted(f"The {self.what} was interrupted; it begins again later.")
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + TICK
            with self.store.transaction() as tx:
                jobs.reach(tx, self.batch.job_id, self.done, self.total)
                if jobs.get(tx, self.batch.job_id).cancel_requested:
                    raise Interrupted(f"The {self.what} was cancelled.")

    def reach(self, share: float) -> None:
        """So much is done, of 1."""
        self.done = int(share * self.total)
        self.check()
