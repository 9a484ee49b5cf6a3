"""How often the marketplace lets itself be asked."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Limits:
    """What is allowed; tests change it while the marketplace runs.

    Attributes:
        per_second: requests in any one second; None: no limit. per_day: requests in any `day` seconds.
        day: how long a day is. wait: what `retry-after` says when the day's requests are used up.
        headers: whether answers say what is left. retry_after: whether refusals say when to come again.
    """

    per_second: int | None = 10
    per_day: int | None = 10_000
    day: float = 86_400
    wait: int = 86_400
    headers: bool = True
    retry_after: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one request may pass: `error` says why not. `headers`: of the answer, whatever it is."""

    error: str | None
    headers: dict[str, str]


class Meter:
    """Counts requests in windows that slide; what was refused does not count."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._second: deque[float] = deque()
        self._today: deque[float] = deque()
        self._lock = threading.Lock()

    def ask(self) -> Verdict:
        """One request."""
        limits = self._limits
        with self._lock:
            now = self._clock()
            _forget(self._second, now - 1)
            _forget(self._today, now - limits.day)
            if limits.per_day is not None and len(self._today) >= limits.per_day:
                return Verdict("Exceeded daily rate limit", self._headers(limits.wait))
            if limits.per_second is not None and len(self._second) >= limits.per_second:
                return Verdict("Exceeded per second rate limit", self._headers(math.ceil(self._second[0] + 1 - now)))
            self._second.append(now)
            self._today.append(now)
            return Verdict(None, self._headers(None))

    def _headers(self, wait: int | None) -> dict[str, str]:
        limits, headers = self._limits, {}
        if limits.headers and limits.per_second is not None:
            headers["x-limit-per-second"] = str(limits.per_second)
            headers["x-remaining-this-second"] = str(max(0, limits.per_second - len(self._second)))
        if limits.headers and limits.per_day is not None:
            headers["x-limit-per-day"] = str(limits.per_day)
            headers["x-remaining-today"] = str(max(0, limits.per_day - len(self._today)))
        if wait is not None and limits.retry_after:
            headers["retry-after"] = str(max(1, wait))
        return headers


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
