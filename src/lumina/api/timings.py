"""How long requests take: counted per route, for /metrics."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram's buckets, in seconds."""


@dataclass
class Histogram:
    """Requests by duration; `counts` has one entry per bound and one for everything above."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one request."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Timings:
    """Thread-safe counters by (method, route's template, status). Templates, never paths: their number is bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._histograms: dict[tuple[str, str, int], Histogram] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        with self._lock:
            self._histograms.setdefault((method, route, status), Histogram()).add(seconds)

    def snapshot(self) -> Mapping[tuple[str, str, int], Histogram]:
        """The figures so far."""
        with self._lock:
            return {key: Histogram(list(h.counts), h.seconds) for key, h in self._histograms.items()}
