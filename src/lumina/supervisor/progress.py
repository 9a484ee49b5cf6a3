"""How far the open jobs are, as one line."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from lumina.domain.work import Job

WINDOW = 10.0
"""Seconds over which a rate is measured."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Sums over jobs; `total` grows while a scan is still finding files."""

    jobs: int
    total: int
    done: int
    failed: int

    @classmethod
    def of(cls, jobs: Sequence[Job]) -> Progress:
        """The sums."""
        return cls(
            jobs=sum(not job.state.ended for job in jobs),
            total=sum(job.total for job in jobs),
            done=sum(job.done for job in jobs),
            failed=sum(job.failed for job in jobs),
        )

    @property
    def ended(self) -> int:
        """Images that need nothing more."""
        return self.done + self.failed


class Meter:
    """Turns a sequence of progress reports into a rate and a remaining time."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def line(self, progress: Progress, now: float) -> str:
        """`now` in monotonic seconds."""
        if not progress.total:
            return "Looking for images ..."
        rate = self._rate(progress.ended, now)
        parts = [f"{progress.ended:,} of {progress.total:,} images"]
        if rate > 0:
            parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
            parts.append(f"{duration((progress.total - progress.ended) / rate)} left")
        if progress.failed:
            parts.append(f"{progress.failed:,} failed")
        return " · ".join(parts)

    def _rate(self, ended: int, now: float) -> float:
        if self._seen and ended < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, ended))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW:
            self._seen.popleft()
        then, before = self._seen[0]
        seconds = now - then
        return (ended - before) / seconds if seconds > 0 else 0.0


def duration(seconds: float) -> str:
    """For a person: `8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
