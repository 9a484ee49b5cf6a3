"""Compare the vectors with the ledger and with what they should be; put right what can be."""

from __future__ import annotations

from lumina.domain.vectors import Space
from lumina.domain.work import Status
from lumina.store import spaces
from lumina.store.database import Transaction

OFF = 0.01
"""How far a vector's length may be from 1."""
_LEDGER = "stage_state s JOIN stage g ON g.id = s.stage_id AND g.name = :stage"


def column(tx: Transaction, space: Space) -> str | None:
    """Type of the column that holds the vectors; None where the table is gone."""
    found = tx.value(
        """SELECT format_type(atttypid, atttypmod) FROM pg_attribute
        WHERE attrelid = to_regclass(:table) AND attname = 'vector'""",
        table=spaces.table(space),
    )
    return None if found is None else str(found)


def without_vector(tx: Transaction, space: Space) -> int:
    """Images that the ledger calls done by this version, and that have no vector."""
    return int(tx.value(f"SELECT count(*) FROM {_LEDGER} WHERE {_lost(space)}", **_named(space)))


def without_ledger(tx: Transaction, space: Space) -> int:
    """Vectors of images that the ledger knows nothing of, or calls failed."""
    return int(tx.value(f"SELECT count(*) FROM {spaces.table(space)} v WHERE {_ORPHANED}", **_named(space)))


def bad(tx: Transaction, space: Space) -> int:
    """Vectors that are not of length 1."""
    return int(tx.value(f"SELECT count(*) FROM {spaces.table(space)} v WHERE {_BAD}"))


def mend(tx: Transaction, space: Space) -> int:
    """Drop vectors that mean nothing, and have what is missing made again; returns how many images are due by that."""
    tx.execute(f"DELETE FROM {spaces.table(space)} v WHERE {_BAD}")
    tx.execute(f"DELETE FROM {spaces.table(space)} v WHERE {_ORPHANED}", **_named(space))
    return tx.execute(
        f"""UPDATE stage_state SET status = {Status.STALE:d} FROM (
            SELECT s.image_id, s.stage_id FROM {_LEDGER} WHERE {_lost(space)}) AS lost
        WHERE stage_state.image_id = lost.image_id AND stage_state.stage_id = lost.stage_id""",
        **_named(space),
    ).rowcount


_BAD = f"NOT l2_norm(v.vector) BETWEEN {1 - OFF} AND {1 + OFF}"
_ORPHANED = f"""NOT EXISTS (SELECT FROM {_LEDGER} WHERE s.image_id = v.image_id
    AND (s.version > :version OR s.status <> {Status.FAILED:d}))"""


def _lost(space: Space) -> str:
    return f"""s.status = {Status.DONE:d} AND s.version = :version
        AND NOT EXISTS (SELECT FROM {spaces.table(space)} v WHERE v.image_id = s.image_id)"""


def _named(space: Space) -> dict[str, object]:
    return {"stage": spaces.stage(space), "version": space.version}
