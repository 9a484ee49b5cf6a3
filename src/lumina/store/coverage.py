"""How far the stages are, counted from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lumina.domain.coverage import Example, FailureGroup
from lumina.domain.work import Status
from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Counts:
    """Images of one catalog by one stage's ledger rows; what has no row (or only a deferred one) is in neither."""

    done: int = 0
    failed: int = 0
    stale: int = 0


@dataclass(frozen=True, slots=True)
class CatalogCounts:
    """A catalog with the images and files that are there, or have still to be fetched from a marketplace."""

    id: UUID
    name: str
    images: int
    files: int
    of_market: bool
    ignored: dict[str, int]
    left_out: tuple[tuple[str, str], ...]
    offline: tuple[tuple[str, str], ...]


def catalogs(tx: Transaction, only: UUID | None = None) -> list[CatalogCounts]:
    """Catalogs, oldest first."""
    rows = tx.rows(
        "SELECT c.id, c.name,"
        " (SELECT count(*) FROM image i WHERE i.catalog_id = c.id AND (i.missing_since IS NULL OR i.awaited))"
        "  AS images,"
        " (SELECT count(*) FROM file f JOIN source s ON s.id = f.source_id"
        "  WHERE s.catalog_id = c.id AND f.missing_since IS NULL) AS files,"
        " EXISTS (SELECT FROM source s WHERE s.catalog_id = c.id AND s.kind = 'marketplace') AS of_market,"
        " (SELECT coalesce(jsonb_agg(jsonb_build_object('path', s.path, 'state', s.state, 'reason', s.state_reason,"
        "   'counts', s.scan_counts) ORDER BY s.path), '[]') FROM source s WHERE s.catalog_id = c.id) AS sources"
        " FROM catalog c WHERE CAST(:only AS uuid) IS NULL OR c.id = :only ORDER BY c.created_at, c.id",
        only=only,
    )
    return [
        CatalogCounts(
            row["id"],
            row["name"],
            row["images"],
            row["files"],
            row["of_market"],
            _ignored(row["sources"]),
            tuple(
                (f"{source['path']}/{path}", reason)
                for source in row["sources"]
                for path, reason in source["counts"].get("left_out", ())
            ),
            tuple((source["path"], source["reason"]) for source in row["sources"] if source["state"] == "offline"),
        )
        for row in rows
    ]


def _ignored(sources: Sequence[dict[str, Any]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for source in sources:
        for reason, count in source["counts"].get("ignored", {}).items():
            total[reason] = total.get(reason, 0) + int(count)
    return dict(sorted(total.items()))


def counts(tx: Transaction, versions: dict[str, int], only: UUID | None = None) -> dict[tuple[UUID, str], Counts]:
    """Per catalog and stage, measured against the given current versions. Images that are gone are not counted."""
    rows = tx.rows(
        "WITH counted AS ("  # many rows by short keys first, and what they mean afterwards
        " SELECT i.source_id, s.stage_id, s.version, s.status, count(*) AS images"
        " FROM stage_state s JOIN image i ON i.id = s.image_id AND (i.missing_since IS NULL OR i.awaited)"
        " WHERE s.stage_id = ANY(ARRAY(SELECT id FROM stage WHERE name = ANY(:names)))"
        " AND (CAST(:only AS uuid) IS NULL OR i.catalog_id = :only)"
        " GROUP BY i.source_id, s.stage_id, s.version, s.status)"
        " SELECT source.catalog_id, g.name,"
        f" coalesce(sum(images) FILTER (WHERE c.version >= v.version AND status = {Status.DONE:d}), 0)::bigint AS done,"
        " coalesce(sum(images) FILTER (WHERE c.version >= v.version"
        f"  AND status = {Status.FAILED:d}), 0)::bigint AS failed,"
        f" coalesce(sum(images) FILTER (WHERE (c.version < v.version AND status <> {Status.DEFERRED:d})"
        f"  OR status = {Status.STALE:d}), 0)::bigint AS stale"
        " FROM counted c JOIN stage g ON g.id = c.stage_id JOIN source ON source.id = c.source_id"
        " JOIN unnest(CAST(:names AS text[]), CAST(:versions AS smallint[])) AS v (name, version) ON v.name = g.name"
        " GROUP BY source.catalog_id, g.name",
        names=list(versions),
        versions=list(versions.values()),
        only=only,
    )
    return {(r["catalog_id"], r["name"]): Counts(r["done"], r["failed"], r["stale"]) for r in rows}


def failures(tx: Transaction, *, catalog: UUID | None, stage: str | None, examples: int) -> list[FailureGroup]:
    """What has failed, by stage and cause, the largest group first, with a few examples each."""
    rows = tx.rows(
        "WITH failed AS ("
        " SELECT g.name AS stage, s.code, s.note, s.image_id,"
        "  row_number() OVER (PARTITION BY s.stage_id, s.code ORDER BY s.image_id) AS place"
        " FROM stage_state s JOIN stage g ON g.id = s.stage_id"
        " JOIN image i ON i.id = s.image_id AND (i.missing_since IS NULL OR i.awaited)"
        f" WHERE s.status = {Status.FAILED:d} AND (CAST(:stage AS text) IS NULL OR g.name = :stage)"
        "  AND (CAST(:catalog AS uuid) IS NULL OR i.catalog_id = :catalog))"
        " SELECT stage, code, mode() WITHIN GROUP (ORDER BY note) AS reason, count(*) AS count,"
        "  jsonb_agg(jsonb_build_object('image_id', failed.image_id, 'path', path, 'reason', note) ORDER BY place)"
        "   FILTER (WHERE place <= :examples) AS examples"
        " FROM failed LEFT JOIN LATERAL ("
        "  SELECT source.path || '/' || file.path AS path FROM file JOIN source ON source.id = file.source_id"
        "  WHERE file.image_id = failed.image_id AND role = 'original' ORDER BY file.path LIMIT 1"
        " ) original ON place <= :examples"
        " GROUP BY stage, code ORDER BY count(*) DESC, stage, code",
        catalog=catalog,
        stage=stage,
        examples=examples,
    )
    return [
        FailureGroup(
            row["stage"],
            row["code"],
            row["reason"],
            row["count"],
            tuple(Example(e["image_id"], e["path"], e["reason"]) for e in row["examples"]),
        )
        for row in rows
    ]
