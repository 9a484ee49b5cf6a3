"""How fast a marketplace may be asked: one row, which all processes share and which outlives them."""

from __future__ import annotations

import json

from lumina.domain import rate
from lumina.domain.rate import Rate, Said, Slot
from lumina.store.database import Transaction


def reserve(tx: Transaction, source_id: int, most: float) -> Slot:
    """Take the next slot for a request; the database's clock counts. `most`: requests per second, at most."""
    known, now = _locked(tx, source_id)
    slot = rate.reserve(known, now, most)
    _write(tx, source_id, slot.rate)
    return slot


def heard(tx: Transaction, source_id: int, status: int, said: Said, most: float, *, answers: int = 1) -> Rate:
    """Write down what an answer says; `answers`: of how many good ones it is the last."""
    known, now = _locked(tx, source_id)
    changed = rate.heard(known, now, status, said, most, answers=answers)
    _write(tx, source_id, changed)
    return changed


def get(tx: Transaction, source_id: int) -> tuple[Rate, float]:
    """What is known, and the time by the database's clock, in seconds since 1970."""
    state = tx.value("SELECT state FROM request_rate WHERE source_id = :source", source=source_id)
    return rate.read(state or {}), float(tx.value("SELECT extract(epoch FROM clock_timestamp())"))


def _locked(tx: Transaction, source_id: int) -> tuple[Rate, float]:
    """The clock is read after the lock, for which it may have to wait."""
    find = """WITH locked AS MATERIALIZED (
            SELECT state FROM request_rate WHERE source_id = :source FOR NO KEY UPDATE)
        SELECT state, extract(epoch FROM clock_timestamp())::float8 AS now FROM locked"""
    row = tx.row(find, source=source_id)
    if row is None:
        tx.execute("INSERT INTO request_rate (source_id) VALUES (:source) ON CONFLICT DO NOTHING", source=source_id)
        row = tx.row(find, source=source_id)
    assert row is not None
    return rate.read(row["state"]), row["now"]


def _write(tx: Transaction, source_id: int, changed: Rate) -> None:
    tx.execute(
        "UPDATE request_rate SET state = CAST(:state AS jsonb), changed_at = now() WHERE source_id = :source",
        state=json.dumps(rate.written(changed)),
        source=source_id,
    )
