"""Cursors of searches: all that the next page needs, so that no server has to remember anything."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from datetime import datetime
from typing import Any

import numpy as np

from lumina.domain.found import After, Hit
from lumina.domain.searching import Entry, Walk, Way, WayKind, WayState
from lumina.errors import BadInput

LONGEST = 20_000
"""Characters."""
_MOST_BYTES = 100_000
_FINE = 60_000
"""Steps between 0 and 1 in which scores are kept."""
_WORDS = 255
"""Instead of a strength: found by words alone."""


def of_walk(walk: Walk | None) -> str | None:
    """The cursor of a next page."""
    if walk is None:
        return None
    head = {
        "q": walk.asked,
        "at": walk.at,
        "n": len(walk.entries),
        "a": _after(walk.after),
        "w": [[way.kind, way.state, way.detail] for way in walk.ways],
        "t": walk.total,
        "e": walk.by_example,
    }
    ids = np.array([entry.image_id for entry in walk.entries], "<u8")
    scores = np.array([round(entry.score * _FINE) for entry in walk.entries], "<u2")
    strengths = [_WORDS if entry.strength is None else round(entry.strength * 254) for entry in walk.entries]
    # byte by byte: the upper ones are all alike, and pack well
    planes = np.concatenate([_planes(ids), _planes(scores), np.array(strengths, np.uint8)])
    packed = zlib.compress(json.dumps(head, separators=(",", ":")).encode() + b"\n" + planes.tobytes(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def to_walk(cursor: str | None) -> Walk | None:
    """Read a cursor of `of_walk`.

    Raises:
        BadInput: it is none.
    """
    if cursor is None:
        return None
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        head, _, planes = unpacker.decompress(packed, _MOST_BYTES).partition(b"\n")
        return _walk(json.loads(head), np.frombuffer(planes, np.uint8))
    except (binascii.Error, zlib.error, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BadInput(f"cursor: {cursor[:80]!r} is no cursor of a search; take `next` of the page before.") from None


def _walk(head: dict[str, Any], planes: np.ndarray[Any, np.dtype[np.uint8]]) -> Walk:
    count = _number(head["n"])
    if planes.size != 11 * count:
        raise ValueError
    ids = planes[: 8 * count].reshape(8, count).T.copy().view("<u8").ravel()
    scores = planes[8 * count : 10 * count].reshape(2, count).T.copy().view("<u2").ravel() / _FINE
    if count and ids.max() >= 2**63:
        raise ValueError
    strengths = [None if value == _WORDS else value / 254 for value in planes[10 * count :].tolist()]
    entries = (Entry(*entry) for entry in zip(ids.tolist(), scores.tolist(), strengths, strict=True))
    return Walk(
        asked=_number(head["q"]),
        entries=tuple(entries),
        at=_number(head["at"], count),
        after=None if head["a"] is None else _to_after(*head["a"]),
        ways=tuple(Way(WayKind(kind), WayState(state), str(detail)) for kind, state, detail in head["w"]),
        total=None if head["t"] is None else _number(head["t"]),
        by_example=bool(head["e"]),
    )


def _planes(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.ascontiguousarray(values.view(np.uint8).reshape(len(values), values.itemsize).T).ravel()


def _after(after: After | None) -> list[Any] | None:
    if after is None:
        return None
    hit = after.hit
    return [hit.taken_at.isoformat() if hit.taken_at else None, hit.image_id, hit.score, after.ranked]


def _to_after(taken_at: str | None, image_id: int, score: float, ranked: bool) -> After:
    time = None if taken_at is None else datetime.fromisoformat(taken_at)
    if (time is not None and time.tzinfo is not None) or not abs(float(score)) < 2**62:
        raise ValueError
    return After(Hit(_number(image_id), time, float(score)), bool(ranked))


def _number(value: Any, most: int = 2**63 - 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError
    return value
