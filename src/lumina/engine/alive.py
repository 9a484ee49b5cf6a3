"""A sign of life during long loops outside transactions; also where such a loop can be stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from lumina.store import Transaction
from lumina.store.scans import Session

ALIVE_SECONDS = 2.0
T = TypeVar("T")


@dataclass(slots=True)
class Alive:
    """Calls `on_chunk` without images, in a transaction of its own, where the last sign is some seconds old.

    On its own, because `on_chunk` locks the lease: held through a long loop, nobody could renew or take it back.
    """

    session: Session
    on_chunk: Callable[[Transaction, Sequence[int]], None]
    due: float = field(default_factory=lambda: monotonic() + ALIVE_SECONDS)

    def tick(self) -> None:
        """Not within a transaction of the session. Raises what `on_chunk` raises."""
        if monotonic() < self.due:
            return
        with self.session.transaction() as tx:
            self.on_chunk(tx, ())
        self.due = monotonic() + ALIVE_SECONDS

    def during(self, items: Iterable[T]) -> Iterator[T]:
        """The items, with a tick before each."""
        for item in items:
            self.tick()
            yield item
