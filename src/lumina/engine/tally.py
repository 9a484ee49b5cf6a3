"""What a sync has found so far, in the result of its job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lumina.domain.market import Oddities
from lumina.store import Transaction, jobs

_MOST_NAMED = 20
_COUNTED = ("listings", "asked", "images", "reviews", "again")


def add(tx: Transaction, job_id: UUID, odd: Oddities | None = None, **more: int) -> None:
    """Count: listings seen, asked for in detail, images to fetch, new reviews, pages read again; and what was odd.

    Batches of one job take turns at it.
    """
    known = jobs.locked(tx, job_id).result
    sync = {name: int(known.get("sync", {}).get(name, 0)) for name in _COUNTED}
    for name, count in more.items():
        sync[name] += count
    found = _with_odd(known, odd or Oddities())
    message = _sentence(sync, found, known.get("waits"))
    jobs.merge_result(tx, job_id, {"sync": sync, "message": message, **found})


def note(tx: Transaction, job_id: UUID, reason: str) -> None:
    """Say why something could not be finished."""
    known = jobs.locked(tx, job_id).result
    message = _sentence(known.get("sync", {}), known, reason)
    jobs.merge_result(tx, job_id, {"waits": reason, "message": message})


def _with_odd(known: Mapping[str, Any], odd: Oddities) -> dict[str, Any]:
    counts = dict(known.get("odd", {}))
    for name, count in odd.fields.items():
        counts[name] = counts.get(name, 0) + count
    left_out = [*known.get("left_out", []), *odd.left_out][:_MOST_NAMED]
    notes = list(dict.fromkeys([*known.get("notes", []), *odd.notes]))[:_MOST_NAMED]
    found = {"odd": counts, "left_out": left_out, "notes": notes}
    return {name: value for name, value in found.items() if value or name in known}


def _sentence(sync: Mapping[str, int], found: Mapping[str, Any], waits: str | None) -> str:
    parts = [f"{sync.get('listings', 0):,} listings seen", f"{sync.get('asked', 0):,} asked for in detail"]
    parts.append(f"{sync.get('images', 0):,} images to fetch")
    if sync.get("reviews"):
        parts.append(f"{sync['reviews']:,} new reviews")
    if again := sync.get("again"):
        parts.append(f"{again:,} pages read again because listings had moved meanwhile")
    if left_out := found.get("odd", {}).get("left out"):
        parts.append(f"{left_out:,} left out because they make no sense")
    return " ".join([", ".join(parts) + ".", *found.get("notes", []), *([waits] if waits else [])])
