"""Published sequences, as they stand now: without the images that have left, with what people picked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lumina.domain.bursts import BurstRun, BurstSummary, SequenceKind
from lumina.store.database import Row, Transaction

_THERE = "i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden"
_LIVE = f"""SELECT count(*) AS there, array_agg(m.image_id) FILTER (WHERE c.flag = 'pick') AS picked,
        count(c.flag) AS flagged, bool_or(m.image_id = b.best_id) AS has_best,
        (array_agg(m.image_id ORDER BY m.score DESC, m.position))[1] AS next_best
    FROM burst_member m JOIN image i ON i.id = m.image_id AND {_THERE} LEFT JOIN curation c ON c.image_id = m.image_id
    WHERE m.run_id = b.run_id AND m.burst_id = b.id"""
_BEST = """CASE WHEN cardinality(live.picked) = 1 THEN live.picked[1] WHEN live.has_best THEN b.best_id
    ELSE live.next_best END"""


def _bursts(tx: Transaction, condition: str = "true", limit: int | None = None, **parameters: Any) -> list[BurstRow]:
    """Newest first; each search's own index gives the first ones without looking at all."""
    rows = tx.rows(
        f"""SELECT found.* FROM published p CROSS JOIN LATERAL (
            SELECT b.*, p.catalog_id, {_BEST} AS best, live.picked
            FROM burst b CROSS JOIN LATERAL ({_LIVE}) live
            WHERE b.run_id = p.run_id AND live.there >= 2 AND {condition}
            ORDER BY b.started_at DESC, b.id LIMIT :limit) found
        WHERE p.kind = 'bursts' AND (CAST(:catalogs AS uuid[]) IS NULL OR p.catalog_id = ANY(:catalogs))
        ORDER BY found.started_at DESC, found.id LIMIT :limit""",
        **{"catalogs": None, "limit": limit, **parameters},
    )
    return [_row(row) for row in rows]


@dataclass(frozen=True, slots=True)
class BurstRow:
    """A sequence with at least two images that are there.

    Attributes:
        best: the only one that a person picked, else the run's, else the next one that is there.
        picked: it is a person's choice. changed: it is another one than the run's.
    """

    id: int
    run_id: int
    catalog_id: UUID
    kind: SequenceKind
    best: int
    picked: bool
    changed: bool
    started_at: datetime
    seconds: float
    camera: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """An image of a sequence that is there."""

    burst_id: int
    image_id: int
    position: int
    score: float
    reasons: tuple[str, ...]


def runs(tx: Transaction, catalogs: Sequence[UUID]) -> list[BurstRun]:
    """The searches whose sequences are shown, newest first."""
    rows = tx.rows(
        """SELECT r.id, r.catalog_id, r.published_at, r.counts FROM published p JOIN run r ON r.id = p.run_id
        WHERE p.kind = 'bursts' AND p.catalog_id = ANY(:catalogs) ORDER BY r.published_at DESC, r.id DESC""",
        catalogs=list(catalogs),
    )
    return [BurstRun(**row) for row in rows]


def summary(runs: Iterable[BurstRun], kind: SequenceKind | None) -> BurstSummary:
    """How many there are of a kind, or of all, as counted when the searches were published."""
    found: list[Mapping[str, int]] = [
        counted
        for run in runs
        for name, counted in run.counts.get("kinds", {}).items()
        if kind is None or name == kind.value
    ]
    return BurstSummary(sum(each["bursts"] for each in found), sum(each["images"] for each in found))


def listed(
    tx: Transaction,
    catalogs: Sequence[UUID],
    kind: SequenceKind | None,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int | None,
) -> list[BurstRow]:
    """Sequences, newest first; `after` is where the last one seen stands."""
    condition = """(CAST(:kind AS text) IS NULL OR b.kind = :kind)
        AND (CAST(:at AS timestamp) IS NULL OR b.started_at < :at OR (b.started_at = :at AND b.id > :id))"""
    at, number = after or (None, None)
    kind_name = kind.value if kind else None
    return _bursts(tx, condition, limit, catalogs=list(catalogs), kind=kind_name, at=at, id=number)


def named(tx: Transaction, burst_ids: Sequence[int]) -> list[BurstRow]:
    """The published sequences of these ids."""
    return _bursts(tx, "b.id = ANY(CAST(:ids AS bigint[]))", ids=list(burst_ids))


def undecided(tx: Transaction, catalogs: Sequence[UUID]) -> list[BurstRow]:
    """The bursts of which no frame has been picked or rejected."""
    return _bursts(tx, "b.kind = 'burst' AND live.flagged = 0", catalogs=list(catalogs))


def members(tx: Transaction, rows: Sequence[BurstRow]) -> dict[int, list[MemberRow]]:
    """Sequence -> its images that are there, in order."""
    found: dict[int, list[MemberRow]] = {row.id: [] for row in rows}
    for row in tx.rows(
        f"""SELECT m.burst_id, m.image_id, m.position, m.score, m.reasons
        FROM unnest(CAST(:runs AS bigint[]), CAST(:bursts AS bigint[])) AS wanted (run, burst)
        JOIN burst_member m ON m.run_id = wanted.run AND m.burst_id = wanted.burst
        JOIN image i ON i.id = m.image_id AND {_THERE} ORDER BY m.burst_id, m.position""",
        runs=[row.run_id for row in rows],
        bursts=[row.id for row in rows],
    ):
        found[row["burst_id"]].append(MemberRow(**{**row, "reasons": tuple(row["reasons"])}))
    return found


def _row(row: Row) -> BurstRow:
    picked = row["picked"] or []
    values: dict[str, Any] = {name: row[name] for name in ("id", "run_id", "catalog_id", "best", "started_at")}
    return BurstRow(
        **values,
        kind=SequenceKind(row["kind"]),
        picked=len(picked) == 1,
        changed=row["best"] != row["best_id"],
        seconds=row["seconds"],
        camera=row["camera"],
        reasons=tuple(row["reasons"]),
    )
