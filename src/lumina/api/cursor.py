"""Opaque cursors: a position, base64url over JSON."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from lumina.domain.ensemble import ListingKey
from lumina.domain.listing import After
from lumina.domain.summary import Position
from lumina.errors import BadInput


def of_position(position: Position | None) -> str | None:
    """The cursor that a next request passes back."""
    if position is None:
        return None
    return _write([position.taken_at.isoformat() if position.taken_at else None, position.id])


def to_position(cursor: str | None) -> Position | None:
    """Read a cursor of `of_position`.

    Raises:
        BadInput: it is none.
    """
    if cursor is None:
        return None
    try:
        taken_at, image_id = _read(cursor)
        if isinstance(image_id, bool) or not isinstance(image_id, int) or not -(2**63) <= image_id < 2**63:
            raise ValueError
        return Position(_naive(taken_at) if taken_at is not None else None, image_id)
    except (ValueError, TypeError):
        raise _bad(cursor) from None


def of_job(created_at: datetime, job_id: UUID) -> str:
    """The cursor after a job."""
    return _write([created_at.isoformat(), str(job_id)])


def to_job(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Read a cursor of `of_job`.

    Raises:
        BadInput: it is none.
    """
    if cursor is None:
        return None
    try:
        created_at, job_id = _read(cursor)
        return _aware(created_at), UUID(job_id)
    except (ValueError, TypeError, AttributeError):
        raise _bad(cursor) from None


def of_number(number: int) -> str:
    """The cursor after something that is listed by falling id."""
    return _write([number, 0])


def to_number(cursor: str | None) -> int | None:
    """Read a cursor of `of_number`.

    Raises:
        BadInput: it is none.
    """
    if cursor is None:
        return None
    try:
        number, zero = _read(cursor)
        if zero != 0 or isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**63:
            raise ValueError
    except (ValueError, TypeError):
        raise _bad(cursor) from None
    return number


def of_place(place: float, number: int) -> str:
    """The cursor after a thing in a list that is sorted by a number, then by id."""
    return _write([place, number])


def to_place(cursor: str | None) -> tuple[float, int] | None:
    """Read a cursor of `of_place`.

    Raises:
        BadInput: it is none.
    """
    if cursor is None:
        return None
    try:
        place, number = _read(cursor)
        if isinstance(number, bool) or not isinstance(number, int) or not -(2**63) <= number < 2**63:
            raise ValueError
        if not abs(place) < 2**62:  # what all columns hold; not a number either
            raise ValueError
        return float(place), number
    except (ValueError, TypeError):
        raise _bad(cursor) from None


def of_listing(after: After | None) -> str | None:
    """The cursor after a listing."""
    if after is None:
        return None
    return _write([after.at.isoformat(), [after.key.source_id, after.key.listing_id]])


def to_listing(cursor: str | None) -> After | None:
    """Read a cursor of `of_listing`.

    Raises:
        BadInput: it is none.
    """
    if cursor is None:
        return None
    try:
        at, (source, listing) = _read(cursor)
        for number in (source, listing):
            if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**63:
                raise ValueError
        return After(_aware(at), ListingKey(source, listing))
    except (ValueError, TypeError, AttributeError):
        raise _bad(cursor) from None


def _naive(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is not None:
        raise ValueError
    return time


def _aware(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError
    return time


def _write(value: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[Any, Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        first, second = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeError, RecursionError) as error:
        raise ValueError from error
    return first, second


def _bad(cursor: str) -> BadInput:
    return BadInput(f"cursor: {cursor!r} is no cursor of this list; take `next` of the page before.")
