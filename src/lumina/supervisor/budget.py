"""How often a process may crash, and how long to wait before it is started again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Waits double from `first` to `longest` seconds; `crashes` within `window` seconds are one too many."""

    crashes: int = 5
    window: float = 60.0
    first: float = 0.25
    longest: float = 10.0


class CrashBudget:
    """Remembers one process's crashes."""

    def __init__(self, policy: RestartPolicy) -> None:
        self.policy = policy
        self._times: deque[float] = deque()

    def spend(self, now: float) -> float | None:
        """Record a crash at `now` (monotonic seconds).

        Returns:
            Seconds to wait before the next start; None when the budget is used up.
        """
        while self._times and now - self._times[0] > self.policy.window:
            self._times.popleft()
        self._times.append(now)
        crashes = len(self._times)
        if crashes >= self.policy.crashes:
            return None
        return min(self.policy.longest, self.policy.first * 2.0 ** (crashes - 1))
