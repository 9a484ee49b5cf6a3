"""How fast a service may be asked: requests spaced evenly, as fast as it allows, slower when it says no.

Frozen values and functions; whoever keeps a `Rate` (a row of the database) changes it under a lock. Times are seconds
since 1970 by the keeper's clock. That clock may jump: a request waits some seconds more at worst, and one too many is
asked for each request that was waiting.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

UNKNOWN = 5.0
"""Requests per second, as long as the service has not said how many it allows."""
MARGIN = 0.96
"""Of the allowed rate, so that requests which the network holds up and then brings together are not too many."""
SLOWEST = 0.1
"""Requests per second, however often the service says no."""
STEP = 1 / 200
"""Of the limit, by which the rate grows back with each good answer."""
GUESSED, KNOWN = 0.7, 0.85
"""By so much it slows down where the limit is not stated, and where it is."""
LOOK_AGAIN = 3600.0
"""Seconds after which a daily limit is tried again, where nothing says when it ends. Some are windows that slide."""
DAY = 86_400.0
ON_THE_WAY = 50
"""By so many an answer's count may be behind, because requests have gone out since."""
TOO_MANY, SERVER = 429, 500
"""Status of HTTP: asked too often; and from here on, trouble of the service's own."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What is known of a service's limits, and when the next request may go.

    Attributes:
        stated: requests per second, as the service last said; None where it has not.
        speed: requests per second now; None where nothing has been asked yet.
        ceiling: speed above which it said no the last time; from there on the rate grows slowly.
        next_at: when the next request may go.
        per_day, remaining: requests per day, and how many are left of them; None where it has not said.
        blocked_until, blocked_for: nothing may go until then; how long that was when it began.
        reason: why it is blocked.
        slowed_at: when the rate was last lowered.
    """

    stated: float | None = None
    speed: float | None = None
    ceiling: float | None = None
    next_at: float = 0.0
    per_day: int | None = None
    remaining: int | None = None
    blocked_until: float = 0.0
    blocked_for: float = 0.0
    reason: str = ""
    slowed_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says of limits; None where it says nothing (that makes sense).

    Attributes:
        per_second, per_day: the limits. remaining: requests left today. retry_after: seconds.
        daily: it was refused because of the daily limit.
    """

    per_second: float | None = None
    per_day: int | None = None
    remaining: int | None = None
    retry_after: float | None = None
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """Whether a request may go, and when: in `seconds`. Where it may not, that is when to ask again."""

    rate: Rate
    seconds: float
    granted: bool


def allowed(rate: Rate, most: float) -> float:
    """Requests per second that are allowed, as far as that is known; `most`: what the owner allows."""
    return min(UNKNOWN if rate.stated is None else rate.stated, most)


def reserve(rate: Rate, now: float, most: float) -> Slot:
    """Take the next slot, unless nothing may go now."""
    rate = _mended(rate, now, most)
    if 0 < rate.blocked_until <= now:  # what was left before is not known to hold any more
        rate = replace(rate, blocked_until=0.0, blocked_for=0.0, remaining=None, reason="")
    if rate.blocked_until <= now and rate.remaining is not None and rate.remaining <= 0:
        rate = _block(rate, now, _until_tomorrow(now), "the daily limit is reached")
    if rate.blocked_until > now:
        return Slot(rate, rate.blocked_until - now, granted=False)
    at = max(rate.next_at, now)
    if (early := at - now - _queue(rate, most)) > 0:
        return Slot(rate, early, granted=False)
    left = None if rate.remaining is None else rate.remaining - 1
    return Slot(replace(rate, next_at=at + _interval(rate, most), remaining=left, reason=""), at - now, granted=True)


def heard(rate: Rate, now: float, status: int, said: Said, most: float, *, answers: int = 1) -> Rate:
    """What an answer changes; `answers`: of how many good ones this is the last."""
    rate = _told(_mended(rate, now, most), said)
    if status == TOO_MANY:
        return _refused(_slower(rate, now, most, refused=True), now, said)
    if status >= SERVER:
        rate = _slower(rate, now, most, refused=False)
        return rate if said.retry_after is None else _block(rate, now, said.retry_after, "the service has trouble")
    return _faster(rate, most, answers)


def read_headers(headers: Mapping[str, str], now: float, *, daily: bool = False) -> Said:
    """What the headers of an answer say; keys in small letters."""
    day, left = _number(headers.get("x-limit-per-day")), _number(headers.get("x-remaining-today"), least=0)
    return Said(
        per_second=_number(headers.get("x-limit-per-second")),
        per_day=None if day is None else int(day),
        remaining=None if left is None else int(left),
        retry_after=retry_after(headers.get("retry-after"), now),
        daily=daily,
    )


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds, of a header that is a number of seconds or a date; None where it is neither. Never more than a week."""
    if value is None:
        return None
    if (seconds := _number(value, least=0)) is not None:
        return min(seconds, 7 * DAY)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    stamp = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return min(max(0.0, stamp - now), 7 * DAY)


def written(rate: Rate) -> dict[str, Any]:
    """As JSON."""
    return asdict(rate)


def read(state: Mapping[str, Any]) -> Rate:
    """What was written; a field that makes no sense is as if nothing were known of it."""
    kept: dict[str, Any] = {}
    for field in fields(Rate):
        value = state.get(field.name)
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if (isinstance(value, str) and field.name == "reason") or (number and field.name != "reason"):
            kept[field.name] = value
    return Rate(**kept)


def _queue(rate: Rate, most: float) -> float:
    """Seconds that may be reserved ahead; what lies further ahead has been there before the clock was put back."""
    return 5 + 10 * _interval(rate, most)


def _interval(rate: Rate, most: float) -> float:
    return 1 / (_speed(rate, most) * MARGIN)


def _speed(rate: Rate, most: float) -> float:
    limit = allowed(rate, most)
    return limit if rate.speed is None else max(min(rate.speed, limit), min(SLOWEST, limit))


def _mended(rate: Rate, now: float, most: float) -> Rate:
    """After the clock was put back, nothing waits longer than it would have."""
    return replace(
        rate,
        next_at=min(rate.next_at, now + _queue(rate, most) + _interval(rate, most)),
        blocked_until=min(rate.blocked_until, now + rate.blocked_for),
        slowed_at=min(rate.slowed_at, now),
    )


def _told(rate: Rate, said: Said) -> Rate:
    left = rate.remaining
    if said.remaining is not None:
        is_behind = left is not None and left <= said.remaining <= left + ON_THE_WAY
        left = left if is_behind else said.remaining
    stated = rate.stated if said.per_second is None else said.per_second
    speed = rate.speed if stated == rate.stated else None  # other limits are learnt anew
    per_day = rate.per_day if said.per_day is None else said.per_day
    return replace(rate, stated=stated, speed=speed, per_day=per_day, remaining=left)


def _refused(rate: Rate, now: float, said: Said) -> Rate:
    if said.daily or said.remaining == 0 or (said.retry_after or 0) >= LOOK_AGAIN:
        seconds = _until_tomorrow(now) if said.retry_after is None else said.retry_after
        return _block(rate, now, max(1.0, seconds), "the daily limit is reached")
    return _block(rate, now, max(1.0, said.retry_after or 0.0), "it was asked too often")


def _block(rate: Rate, now: float, seconds: float, reason: str) -> Rate:
    if now + seconds <= rate.blocked_until:
        return rate
    return replace(rate, blocked_until=now + seconds, blocked_for=seconds, reason=reason)


def _slower(rate: Rate, now: float, most: float, *, refused: bool) -> Rate:
    """Once a second: answers to requests that were on their way together say the same thing.

    Where the limit is stated, a refusal was an accident, or somebody else asks with the same key. Where it is not, it
    says how high it is.
    """
    if rate.slowed_at and now - rate.slowed_at < 1:
        return rate
    speed, limit = _speed(rate, most), allowed(rate, most)
    guessed = refused and rate.stated is None
    slower = max(speed * (GUESSED if guessed else KNOWN), min(SLOWEST, limit))
    return replace(rate, speed=slower, ceiling=speed * 0.95 if guessed else rate.ceiling, slowed_at=now)


def _faster(rate: Rate, most: float, answers: int) -> Rate:
    limit, speed = allowed(rate, most), _speed(rate, most)
    near = limit if rate.ceiling is None else min(rate.ceiling, limit)
    quick = min(answers, max(0, math.ceil((near - speed) / (limit * STEP))))
    speed += limit * STEP * (quick + (answers - quick) / 10)
    return replace(rate, speed=min(limit, speed))


def _until_tomorrow(now: float) -> float:
    return min(LOOK_AGAIN, DAY - now % DAY)


def _number(value: str | None, least: float = 1e-3) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= least else None
