"""Figures for monitoring."""

from __future__ import annotations

from dataclasses import dataclass

from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Figures:
    """Jobs by (kind, state), batches by (lane, state), seconds that the oldest ready batch of a lane has waited."""

    jobs: dict[tuple[str, str], int]
    batches: dict[tuple[str, str], int]
    waiting_seconds: dict[str, float]


def figures(tx: Transaction) -> Figures:
    """As of now. Ended batches are not counted."""
    jobs = tx.rows("SELECT kind, state, count(*) FROM job GROUP BY 1, 2 ORDER BY 1, 2")
    batches = tx.rows(
        "SELECT lane, state, count(*) FROM batch WHERE state <> 'ended' GROUP BY 1, 2 ORDER BY 1, 2",
    )
    waiting = tx.rows(
        "SELECT lane, extract(epoch FROM now() - min(ready_at))::float8 AS seconds FROM batch"
        " WHERE state = 'ready' AND ready_at <= now() GROUP BY 1 ORDER BY 1"
    )
    return Figures(
        {(row["kind"], row["state"]): row["count"] for row in jobs},
        {(row["lane"], row["state"]): row["count"] for row in batches},
        {row["lane"]: row["seconds"] for row in waiting},
    )
