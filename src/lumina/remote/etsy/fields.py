"""Fields of an answer, read with patience: what makes no sense is None, and counted."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lumina.domain.market import Oddities

LARGEST, LARGE, SMALL = 2**63 - 1, 2**31 - 1, 2**15 - 1
"""Of the database's three kinds of whole numbers."""
_LONGEST = 1_000_000
_DEAREST = Decimal(10) ** 13
_NAMED = 20


class Odd:
    """Counts what made no sense; safe to share between threads."""

    def __init__(self) -> None:
        self._fields: Counter[str] = Counter()
        self._left_out: list[str] = []
        self._notes: list[str] = []
        self._lock = threading.Lock()

    def count(self, name: str) -> None:
        """A field of this name made no sense."""
        with self._lock:
            self._fields[name] += 1

    def leave_out(self, sentence: str) -> None:
        """Something whole made no sense; the first ones are named."""
        with self._lock:
            self._fields["left out"] += 1
            if len(self._left_out) < _NAMED:
                self._left_out.append(sentence)

    def note(self, sentence: str) -> None:
        """What could not be read, for people."""
        with self._lock:
            if sentence not in self._notes and len(self._notes) < _NAMED:
                self._notes.append(sentence)

    def take(self) -> Oddities:
        """Everything since the last time."""
        with self._lock:
            found = Oddities(dict(self._fields), tuple(self._left_out), tuple(self._notes))
            self._fields, self._left_out, self._notes = Counter(), [], []
        return found


class Fields:
    """One object of an answer. What is read by name is taken out of `rest`."""

    def __init__(self, said: Mapping[str, Any], odd: Odd) -> None:
        self.said, self.odd = said, odd
        self._read: set[str] = set()

    @property
    def rest(self) -> dict[str, Any]:
        """What nobody has read."""
        return {name: value for name, value in self.said.items() if name not in self._read}

    def any(self, *names: str) -> Any:
        """The first of these that says something."""
        self._read.update(names)
        return next((value for name in names if (value := self.said.get(name)) is not None), None)

    def number(self, *names: str, most: int = LARGE, least: int = 0) -> int | None:
        """A whole number, also as text."""
        value = self.any(*names)
        number = _whole(value)
        if number is not None and least <= number <= most:
            return number
        self._odd(names[0], value)
        return None

    def share(self, name: str) -> float | None:
        """A number with a fraction, of a size that makes sense."""
        value = self.any(name)
        number = _fraction(value)
        if number is not None and abs(number) > LARGE:
            number = None
        if number is None:
            self._odd(name, value)
        return number

    def text(self, *names: str) -> str | None:
        """Text; a number is taken for one."""
        value = self.any(*names)
        if isinstance(value, str):
            return value[:_LONGEST]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self._odd(names[0], value)
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text with commas."""
        value = self.any(name)
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",")]
        if not isinstance(value, list):
            self._odd(name, value)
            return ()
        found = [part[:1000] for part in value if isinstance(part, str) and part]
        if len(found) < sum(part != "" for part in value):
            self.odd.count(name)
        return tuple(found[:1000])

    def moment(self, *names: str) -> datetime | None:
        """Seconds since 1970, or a date as ISO 8601 writes it."""
        value = self.any(*names)
        try:
            if isinstance(value, str) and not value.strip().lstrip("-").isdigit():
                found = datetime.fromisoformat(value)
                return found if found.tzinfo else found.replace(tzinfo=UTC)
            number = _fraction(value)
            if number is not None:
                return datetime.fromtimestamp(number, UTC)
        except (ValueError, OverflowError, OSError):
            pass
        self._odd(names[0], value)
        return None

    def price(self, name: str) -> tuple[Decimal | None, str | None]:
        """An amount and its currency: as amount, divisor and currency, or as text or a number."""
        value, currency = self.any(name), self.any("currency_code")
        amount, divisor = value, None
        if isinstance(value, Mapping):
            amount, divisor = value.get("amount"), value.get("divisor")
            currency = value.get("currency_code", currency)
            if divisor is None and isinstance(amount, int):
                divisor = 100
                self.odd.count(f"{name}.divisor")
        found = _amount(amount, divisor)
        if found is None:
            self._odd(name, value)
        return found, currency[:10] if isinstance(currency, str) and currency else None

    def list(self, *names: str) -> list[Mapping[str, Any]] | None:
        """A list of objects; None where it is missing."""
        value, name = self.any(*names), names[0]
        if not isinstance(value, list):
            self._odd(name, value)
            return None
        found = [part for part in value if isinstance(part, Mapping)]
        if len(found) < len(value):
            self.odd.count(name)
        return found

    def _odd(self, name: str, value: Any) -> None:
        if value is not None:
            self.odd.count(name)


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        return int(text) if len(text) <= 20 and text.lstrip("-").isdecimal() and text.isascii() else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


def _fraction(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _amount(value: Any, divisor: Any) -> Decimal | None:
    """A price of no more digits than the database keeps."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    by = 1 if divisor is None else _whole(divisor)
    try:
        amount = Decimal(str(value).strip()) / Decimal(by or 0)
        return amount.quantize(Decimal("0.0001")) if 0 <= amount < _DEAREST else None
    except (InvalidOperation, ZeroDivisionError):
        return None
