"""When the next request to a marketplace may go, agreed on by all processes through the database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from lumina.domain.rate import TOO_MANY, Said
from lumina.errors import Interrupted, Later
from lumina.store import Store, request_rate

PATIENCE = 60.0
"""Seconds that a request waits for its turn; for a block that lasts longer nobody waits."""
TELL_SECONDS = 0.5
"""How often good answers are written down, all those since the last time at once."""
SLICE = 0.1
LATE = 0.015
"""Seconds after its slot by which a request may go: one that goes later comes too close to those after it."""
CHANCES = 5
"""Slots that a machine which is too busy misses; then a request goes late."""


class Turns:
    """The turns of one process; safe to share between threads, of which one at a time waits for its slot.

    Args:
        store: the database.
        source_id: the marketplace.
        most: requests per second, at most.
        stop: says that there is no more time.
    """

    def __init__(self, store: Store, source_id: int, most: float, stop: Callable[[], bool] = lambda: False) -> None:
        self._store, self._source, self._most, self._stop = store, source_id, most, stop
        self._turn, self._words = threading.Lock(), threading.Lock()
        self._good, self._told_at, self._told = 0, 0.0, Said()

    def wait(self) -> None:
        """Return when a request may go.

        Raises:
            Later: nothing may be asked for a while. Interrupted: told to stop.
        """
        with self._turn:
            for chance in count():
                if self._stop():
                    raise Interrupted("Asking the marketplace was stopped; it goes on from there.")
                with self._store.transaction() as tx:
                    slot, at = request_rate.reserve(tx, self._source, self._most), time.monotonic()
                if not slot.granted and slot.seconds > PATIENCE:
                    raise Later(f"Nothing may be asked {until(slot.seconds)}: {slot.rate.reason}.", slot.seconds)
                late = self.sleep(at + slot.seconds - time.monotonic())
                if slot.granted and (late < LATE or chance >= CHANCES):
                    return

    def heard(self, status: int, said: Said) -> None:
        """Learn from an answer."""
        with self._words:
            now = time.monotonic()
            self._good += 1
            bad = status == TOO_MANY or status >= 500
            news = (said.per_second, said.per_day) != (self._told.per_second, self._told.per_day)
            last = said.remaining is not None and said.remaining < 100
            if not (bad or news or last) and now - self._told_at < TELL_SECONDS:
                return
            answers, self._good, self._told_at, self._told = self._good, 0, now, said
        with self._store.transaction() as tx:
            request_rate.heard(tx, self._source, status, said, self._most, answers=answers)

    def sleep(self, seconds: float) -> float:
        """Wait, unless told to stop; returns by how many seconds that took too long.

        Raises:
            Interrupted: told to stop.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stop():
                raise Interrupted("Asking the marketplace was stopped; it goes on from there.")
            time.sleep(min(left, SLICE))
        return -left


def until(seconds: float) -> str:
    """From now, as people say it: `until 2026-11-20 17:00 UTC`."""
    return f"until {datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%d %H:%M} UTC"
