"""What PostgreSQL's planner knows about the tables."""

from __future__ import annotations

from lumina.store.database import Transaction


def refresh(tx: Transaction) -> None:
    """Look at the growing tables anew.

    Autovacuum does so about once a minute: too late for a scan that fills an empty table, whose rows the planner would
    then search in ways that suit an empty one (measured: 27 ms instead of 1 ms to load a batch of 32 images).
    """
    tx.execute("ANALYZE image, file")
