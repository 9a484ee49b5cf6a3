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


THERE = "image.missing_since IS NULL"
"""Images that have files."""
KNOWN = "(image.missing_since IS NULL OR image.awaited)"
"""Images that have files, or will have some once they are fetched."""
OF_MARKETS = "(image.awaited OR (image.missing_since IS NULL AND image.source_id IN (SELECT source_id FROM market)))"
"""Images that a marketplace has told of, whether or not their files have been fetched."""


def in_scope(scope: Scope, images: str = THERE) -> tuple[str, dict[str, object]]:
    """A condition on `image`, and its parameters. Each kind of scope has a form that its index serves.

    Args:
        scope: which.
        images: `THERE`, `KNOWN` or `OF_MARKETS`.
    """
    terms, parameters = [images], dict[str, object]()
    if scope.catalog_id is not None:
        terms.append("image.catalog_id = :catalog")
        parameters["catalog"] = scope.catalog_id
    if scope.images is not None:
        terms.append("image.id = ANY(CAST(:images AS bigint[]))")
        parameters["images"] = list(scope.images)
    if scope.source_id is not None:
        terms.append("image.source_id = :source")
        parameters["source"] = scope.source_id
        if scope.path:
            terms.append(
                """image.id IN (
                    SELECT id FROM image WHERE source_id = :source AND folder = :path
                    UNION ALL SELECT id FROM image
                        WHERE source_id = :source AND folder >= :path || '/' AND folder < :path || '0'
                    UNION ALL SELECT image_id FROM file WHERE source_id = :source AND path = :path)"""
            )
            parameters["path"] = scope.path
    return " AND ".join(terms), parameters


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


def load_of_markets(tx: Transaction, image_ids: Sequence[int]) -> list[Input]:
    """Images of marketplaces, whether or not their files are there, in the order of `image_ids`."""
    rows = tx.rows(
        f"""SELECT image.id, image.kind, image.revision, image.source_id FROM image
        WHERE image.id = ANY(:ids) AND {OF_MARKETS}
        ORDER BY array_position(CAST(:ids AS bigint[]), image.id)""",
        ids=list(image_ids),
    )
    return [Input(row["id"], MediaKind(row["kind"]), row["revision"], 0, row["source_id"], "", (), b"") for row in rows]


def with_all(tx: Transaction, image_ids: Sequence[int], stages: Sequence[str]) -> list[int]:
    """Those of the images for which all these stages are done, ascending."""
    rows = tx.rows(
        """SELECT image_id FROM stage_state s JOIN stage g ON g.id = s.stage_id
        WHERE image_id = ANY(:ids) AND g.name = ANY(:stages) AND s.status = 1
        GROUP BY image_id HAVING count(*) = :count ORDER BY image_id""",
        ids=list(image_ids),
        stages=list(stages),
        count=len(set(stages)),
    )
    return [row["image_id"] for row in rows]


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


def forgive(tx: Transaction, stages: Sequence[str], scope: Scope, code: str | None = None) -> int:
    """Make failures due again, because a person asked for it; returns how many."""
    condition, parameters = in_scope(scope, KNOWN)
    return tx.execute(
        f"""
        UPDATE stage_state SET status = 3 WHERE status = 2
          AND stage_id IN (SELECT id FROM stage WHERE name = ANY(:stages))
          AND (CAST(:code AS text) IS NULL OR code = :code)
          AND image_id IN (SELECT image.id FROM image WHERE {condition})
        """,
        stages=list(stages),
        code=code,
        **parameters,
    ).rowcount
