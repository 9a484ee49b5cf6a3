"""From what is due to batches, in one statement: no image's id passes through the program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lumina.domain.stage import Lane
from lumina.store.database import Transaction
from lumina.store.inputs import OF_MARKETS, THERE, Scope, in_scope
from lumina.store.ledger import ASKED


@dataclass(frozen=True, slots=True)
class Plan:
    """What a job's batches are to do.

    Attributes:
        lane: whose workers do it.
        stages: name -> version of what is wanted.
        needs: name -> version of what has to be done before.
        largest: images per batch at most; small jobs are cut smaller, so that every worker gets some.
        payload: what the batches carry along.
        fetches: they bring the files of images of marketplaces, which need not be there yet.
    """

    lane: Lane
    stages: Mapping[str, int]
    needs: Mapping[str, int]
    largest: int
    payload: Mapping[str, Any]
    fetches: bool = False


def add_due(tx: Transaction, job_id: UUID, plan: Plan, scope: Scope) -> int:
    """Add batches for the images for which any of the stages is due and all needs are done, newest first.

    Due is: no row, an older version, stale or deferred. Failures stay failed until something changes. Images that this
    job already has in an open batch of these stages are left out.

    Returns:
        How many images are now in batches of this job because of it.
    """
    condition, parameters = in_scope(scope, OF_MARKETS if plan.fetches else THERE)
    # The planner takes what is due for one row, and would compare each of a million with each that is planned already.
    tx.execute("SET LOCAL enable_nestloop = off")
    row = tx.row(
        f"""
        WITH {ASKED}, planned AS MATERIALIZED (
            SELECT DISTINCT unnest(items) AS id FROM batch WHERE job_id = :job AND kind = 'work' AND state <> 'ended'
                AND stages && CAST(:stage_names AS text[])
        ), due AS MATERIALIZED (
            SELECT image.id, row_number() OVER (ORDER BY image.taken_at DESC NULLS LAST, image.id DESC) - 1 AS place
            FROM image
            WHERE {condition}
              AND {_counted("stage", "IN (1, 2)")} < :stage_count
              AND {_counted("need", "= 1")} = :need_count
              AND NOT EXISTS (SELECT 1 FROM planned WHERE planned.id = image.id)
        ), size AS MATERIALIZED (
            SELECT greatest(1, least(:largest, count(*) / 8)) AS size FROM due
        ), added AS (
            INSERT INTO batch (job_id, kind, lane, stages, items, payload, priority, turn, state)
            SELECT asked.id, 'work', :lane, :stage_names, array_agg(due.id ORDER BY place), :payload, asked.priority,
                asked.turn + 1 + place / size, CASE WHEN asked.paused THEN 'held' ELSE 'ready' END
            FROM due, size, asked
            GROUP BY asked.id, asked.priority, asked.paused, asked.turn, place / size
            ORDER BY place / size
            RETURNING cardinality(items) AS images
        )
        SELECT count(*) AS batches, coalesce(sum(images), 0) AS images FROM added
        """,
        job=job_id,
        lane=plan.lane.value,
        stage_names=list(plan.stages),
        payload=json.dumps(dict(plan.payload)),
        largest=plan.largest,
        **_wanted(tx, "stage", plan.stages),
        **_wanted(tx, "need", plan.needs),
        **parameters,
    )
    tx.execute("SET LOCAL enable_nestloop = on")
    assert row is not None
    tx.execute(
        "UPDATE job SET pending = pending + :batches, total = total + :images WHERE id = :job",
        batches=row["batches"],
        images=row["images"],
        job=job_id,
    )
    return int(row["images"])


def _counted(what: str, status: str) -> str:
    """How many of the wanted stages an image has with this status, at no older version."""
    return f"""(SELECT count(*) FROM stage_state s
               WHERE s.image_id = image.id AND s.stage_id = ANY(CAST(:{what}_ids AS smallint[])) AND s.status {status}
                 AND s.version >= (CAST(:{what}_versions AS smallint[]))[
                     array_position(CAST(:{what}_ids AS smallint[]), s.stage_id)])"""


def _wanted(tx: Transaction, what: str, versions: Mapping[str, int]) -> dict[str, Sequence[int] | int]:
    numbers = {row["name"]: row["id"] for row in tx.rows("SELECT id, name FROM stage")}
    return {
        f"{what}_ids": [numbers[name] for name in versions],
        f"{what}_versions": list(versions.values()),
        f"{what}_count": len(versions),
    }
