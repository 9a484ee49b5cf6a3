"""How long a download bears with a server, and what it says when that is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lumina.errors import Interrupted

SLICE = 0.1


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds and tries.

    Attributes:
        stall: seconds without a byte, after which a connection is given up and opened anew.
        tries: in a row that bring nothing new, before the download is given up.
        first, longest: seconds between tries; they double from one to the other.
        told: longest that a server may make us wait by `Retry-After`.
    """

    stall: float = 30.0
    tries: int = 6
    first: float = 1.0
    longest: float = 60.0
    told: float = 300.0

    def pause(self, fruitless: int, retry_after: float | None) -> float:
        """Seconds until the next try, after so many that brought nothing."""
        own = min(self.longest, self.first * 2 ** min(fruitless, 16))
        return own if retry_after is None else max(self.first, retry_after)


class Passing(Exception):
    """This try failed for a reason that may pass; `str(error)` is the reason as part of a sentence.

    Attributes:
        retry_after: seconds that the server asks to wait for; None where it says nothing.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def retry_after(value: str | None) -> float | None:
    """Seconds to wait, of a header `Retry-After`, which is a number or a date; None where it is neither."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def wait(seconds: float, stop: Callable[[], bool]) -> None:
    """Sleep, unless told to stop.

    Raises:
        Interrupted: `stop` has become true.
    """
    until = time.monotonic() + seconds
    while not stop():
        if (left := until - time.monotonic()) <= 0:
            return
        time.sleep(min(left, SLICE))
    raise Interrupted("The download was stopped; what has arrived is kept, and the next one goes on from there.")
