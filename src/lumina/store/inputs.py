"""What the engine needs to know before it can work on images: their files, and which stages are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.values import MediaKind
from lumina.domain.work import Status
from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Input:
    """One image as the runner loads it.

    `revision` is compared when the results are saved: a file that changed in between makes them void.
    Paths are relative to the source and in stored form.
    """

    image_id: int
    kind: MediaKind
    revision: int
    file_id: int
    source_id: int
    path: str
    sidecars: tuple[str, ...]
    proxy_key: bytes
    """Of the proxy in the derived store; empty while there is none."""


@dataclass(frozen=True, slots=True)
class State:
    """A row of the ledger."""

    version: int
    status: Status
    attempts: int
    basis: bytes | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which images a job is about: a catalog, one of its sources, a folder or file in it, or named images."""

    catalog_id: UUID | None = None
    source_id: int | None = None
    path: str = ""
    images: tuple[int, ...] | None = None


IN_SCOPE = """
    image.missing_since IS NULL
    AND (CAST(:catalog AS uuid) IS NULL OR image.catalog_id = :catalog)
    AND (CAST(:source AS bigint) IS NULL OR image.source_id = :source)
    AND (CAST(:images AS bigint[]) IS NULL OR image.id = ANY(:images))
    AND (:path = '' OR image.folder = :path OR starts_with(image.folder, :path || '/')
         OR EXISTS (SELECT 1 FROM file WHERE file.image_id = image.id AND file.path = :path))
"""


def scope_parameters(scope: Scope) -> dict[str, object]:
    """Parameters for `IN_SCOPE`."""
    return {
        "catalog": scope.catalog_id,
        "source": scope.source_id,
        "path": scope.path,
        "images": None if scope.images is None else list(scope.images),
    }


def load(tx: Transaction, image_ids: Sequence[int]) -> list[Input]:
    """The images that have an original which is there, in the order of `image_ids`."""
    rows = tx.rows(
        """
        SELECT image.id, image.kind, image.revision, original.id AS file_id, original.source_id, original.path,
            ARRAY(SELECT side.path FROM file side WHERE side.image_id = image.id AND side.role = 'sidecar'
                  AND side.missing_since IS NULL ORDER BY side.path) AS sidecars,
            (SELECT key FROM rendition WHERE image_id = image.id AND rendition.kind = 'proxy') AS proxy_key
        FROM image JOIN LATERAL (
            SELECT id, source_id, path FROM file
            WHERE file.image_id = image.id AND role = 'original' AND file.missing_since IS NULL ORDER BY path LIMIT 1
        ) AS original ON true
        WHERE image.id = ANY(:ids) AND image.missing_since IS NULL
        ORDER BY array_position(CAST(:ids AS bigint[]), image.id)
        """,
        ids=list(image_ids),
    )
    return [
        Input(
            image_id=row["id"],
            kind=MediaKind(row["kind"]),
            revision=row["revision"],
            file_id=row["file_id"],
            source_id=row["source_id"],
            path=row["path"],
            sidecars=tuple(row["sidecars"]),
            proxy_key=row["proxy_key"] or b"",
        )
        for row in rows
    ]


def states(tx: Transaction, image_ids: Sequence[int]) -> Mapping[int, Mapping[str, State]]:
    """The ledger's rows of these images: image -> stage -> state."""
    found: dict[int, dict[str, State]] = {}
    rows = tx.rows(
        """SELECT image_id, stage.name, stage_state.version, status, attempts, basis
        FROM stage_state JOIN stage ON stage.id = stage_id WHERE image_id = ANY(:ids)""",
        ids=list(image_ids),
    )
    for row in rows:
        state = State(row["version"], Status(row["status"]), row["attempts"], row["basis"])
        found.setdefault(row["image_id"], {})[row["name"]] = state
    return found


def due(
    tx: Transaction,
    stages: Mapping[str, int],
    needs: Mapping[str, int],
    scope: Scope,
    *,
    except_job: UUID | None = None,
) -> list[int]:
    """Images for which any of `stages` (name -> version) is due and all of `needs` are done, newest first.

    Due is: no row, an older version, stale or deferred. Failures stay failed until something changes.
    With `except_job`, images that this job already has in a batch are left out.
    """
    rows = tx.rows(
        f"""
        SELECT image.id FROM image
        WHERE {IN_SCOPE}
          AND (SELECT count(*) FROM stage_state s JOIN stage ON stage.id = s.stage_id
               JOIN unnest(CAST(:stages AS text[]), CAST(:versions AS int[])) AS w (name, version) USING (name)
               WHERE s.image_id = image.id AND s.version >= w.version AND s.status IN (1, 2)) < :stage_count
          AND (SELECT count(*) FROM stage_state s JOIN stage ON stage.id = s.stage_id
               JOIN unnest(CAST(:needs AS text[]), CAST(:need_versions AS int[])) AS w (name, version) USING (name)
               WHERE s.image_id = image.id AND s.version >= w.version AND s.status = 1) = :need_count
          AND (CAST(:job AS uuid) IS NULL OR image.id NOT IN (
               SELECT unnest(items) FROM batch WHERE job_id = :job AND kind = 'work'))
        ORDER BY image.taken_at DESC NULLS LAST, image.id DESC
        """,
        stages=list(stages),
        versions=list(stages.values()),
        needs=list(needs),
        need_versions=list(needs.values()),
        stage_count=len(stages),
        need_count=len(needs),
        job=except_job,
        **scope_parameters(scope),
    )
    return [row["id"] for row in rows]


def forgive(tx: Transaction, stages: Sequence[str], scope: Scope, code: str | None = None) -> int:
    """Make failures due again, because a person asked for it; returns how many."""
    return tx.execute(
        f"""
        UPDATE stage_state SET status = 3 WHERE status = 2
          AND stage_id IN (SELECT id FROM stage WHERE name = ANY(:stages))
          AND (CAST(:code AS text) IS NULL OR code = :code)
          AND image_id IN (SELECT image.id FROM image WHERE {IN_SCOPE})
        """,
        stages=list(stages),
        code=code,
        **scope_parameters(scope),
    ).rowcount
