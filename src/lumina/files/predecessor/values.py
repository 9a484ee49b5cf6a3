"""What stands in another program's columns, as Lumina writes it; None where it says nothing that is understood."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal, DecimalException
from typing import Any

LARGEST = 2**63 - 1
_MILLISECONDS = 10**11
"""Numbers beyond this are no seconds since 1970."""
_SMALL, _LARGE = 1e-30, 1e30
"""Between them, sign aside, a number fits into single precision."""
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Moments that can be told in any time zone."""


def number(value: Any, largest: int = 2**31 - 1) -> int | None:
    """A whole number that is not negative."""
    if value is None:
        return None
    try:
        found = value if type(value) is int else int(value)
        return found if 0 <= found <= largest and (type(value) is int or found == float(value)) else None
    except (ValueError, TypeError, OverflowError):
        return None


def key(value: Any) -> int | None:
    """A number that names something: positive, at most 64 bits, written out whole."""
    if value is None or isinstance(value, float):
        return None
    try:
        found = int(value)
    except (ValueError, TypeError):
        return None
    return found if 0 < found <= LARGEST else None


def real(value: Any) -> float | None:
    """A number."""
    try:
        found = float(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def single(value: Any) -> float | None:
    """A number that single precision can hold."""
    found = real(value)
    return found if found is not None and (found == 0 or _SMALL < abs(found) < _LARGE) else None


def text(value: Any) -> str | None:
    """A text that a database can hold; None where it is empty."""
    if value is None:
        return None
    found = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    if "\0" in found or not found.isascii():
        found = found.replace("\0", "").encode("utf-8", "replace").decode()
    return found or None


def words(value: Any) -> list[str]:
    """A list: JSON, or words between commas or bars."""
    found = text(value)
    if found is None:
        return []
    if found.lstrip().startswith("["):
        with suppress(ValueError, RecursionError):
            parts = json.loads(found)
            return [word for part in parts if (word := text(part))]
    parts = found.split("|" if "|" in found else ",")
    return [part.strip() for part in parts if part.strip()]


def moment(value: Any) -> str | None:
    """A moment in ISO 8601: from seconds or milliseconds since 1970, or from a text (UTC where it names no zone)."""
    if value is None:
        return None
    seconds = value if type(value) is int else real(value)
    with suppress(ValueError, OverflowError, OSError, TypeError):
        if seconds is not None:
            if seconds <= 0:
                return None
            found = datetime.fromtimestamp(seconds / (1_000 if seconds > _MILLISECONDS else 1), UTC)
        else:
            said = datetime.fromisoformat(str(value).strip())
            found = said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
        return found.isoformat() if _FIRST <= found < _LAST else None
    return None


def money(price: Any, amount: Any = None, divisor: Any = None) -> tuple[Decimal | None, str | None]:
    """A price and its currency: a number, a text, Etsy's `{amount, divisor, currency_code}` as JSON, or its parts."""
    if amount is not None and number(divisor):
        return _decimal(amount, number(divisor)), None
    found = text(price)
    if found is not None and found.lstrip().startswith("{"):
        with suppress(ValueError, TypeError, RecursionError):
            parts = json.loads(found)
            return _decimal(parts.get("amount"), number(parts.get("divisor")) or 1), text(parts.get("currency_code"))
    return _decimal(found, 1), None


def _decimal(value: Any, divisor: int | None) -> Decimal | None:
    if value is None:
        return None
    try:
        found = Decimal(str(value).strip()) / (divisor or 1)
        return round(found, 4) if found.is_finite() and abs(found) < 10**14 else None
    except (DecimalException, TypeError, ValueError):
        return None


def plain(value: Any) -> Any:
    """Anything as JSON can hold it."""
    if isinstance(value, int | None):
        return value
    return real(value) if isinstance(value, float) else text(value)
