"""A broker whose messages the test delivers itself."""

from __future__ import annotations

from collections.abc import Collection

from lumina.domain.stage import Lane


class Messages:
    """A broker that keeps its messages."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Lane, int]] = []

    def send(self, lane: Lane, batch_ids: Collection[int]) -> None:
        self.waiting.extend((lane, batch_id) for batch_id in batch_ids)
