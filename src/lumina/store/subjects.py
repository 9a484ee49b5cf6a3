"""Groups of one subject: what they are made of, written as a run builds them, listed as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.subjects import SubjectGroup
from lumina.domain.vectors import Space
from lumina.store import bulk, spaces
from lumina.store.database import Transaction

_BY_INDEX = "SELECT set_config('hnsw.iterative_scan', 'strict_order', true), " + ", ".join(
    f"set_config('enable_{way}', 'off', true)" for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin")
)
_THERE = "i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A published group."""

    id: int
    run_id: int
    catalog_id: UUID
    images: int
    similarity: float


def load_images(tx: Transaction, space: Space, catalog_id: UUID) -> NDArray[np.int64]:
    """Images of a catalog that have a vector, by rising id; one for each published group of copies or sequence.

    What is known to be copies or frames of one moment is of one subject anyway.
    """
    first = """SELECT image_id, row_number() OVER (PARTITION BY m.{group} ORDER BY m.position, m.image_id) AS place
        FROM {table} m JOIN published p ON p.run_id = m.run_id AND p.catalog_id = %(catalog)s
        JOIN image i ON i.id = m.image_id AND """
    copies = first.format(group="group_id", table="duplicate_member") + _THERE
    frames = first.format(group="burst_id", table="burst_member") + _THERE
    return bulk.read(
        tx,
        f"""SELECT i.id FROM image i JOIN {spaces.table(space)} v ON v.image_id = i.id
        WHERE i.catalog_id = %(catalog)s AND {_THERE}
          AND i.id NOT IN (SELECT image_id FROM ({copies}) AS c WHERE place > 1)
          AND i.id NOT IN (SELECT image_id FROM ({frames}) AS f WHERE place > 1)
        ORDER BY i.id""",
        {"id": "i8"},
        catalog=catalog_id,
    )["id"]


def neighbours(
    tx: Transaction, space: Space, catalog_id: UUID, ids: Sequence[int], *, count: int, level: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Of these images the nearest others of their catalog by the space's index, as three columns."""
    tx.execute(_BY_INDEX)
    name = spaces.table(space)
    found = bulk.read(
        tx,
        f"""SELECT o.image_id AS a, n.image_id AS b, n.similarity::real
        FROM unnest(%(ids)s::bigint[]) AS wanted (id) JOIN {name} o ON o.image_id = wanted.id
        CROSS JOIN LATERAL (SELECT v.image_id, -(v.vector <#> o.vector) AS similarity
            FROM {name} v JOIN image i ON i.id = v.image_id AND i.catalog_id = %(catalog)s AND {_THERE}
            ORDER BY v.vector <#> o.vector LIMIT %(count)s) AS n
        WHERE n.image_id <> o.image_id AND n.similarity >= %(level)s""",
        {"a": "i8", "b": "i8", "similarity": "f4"},
        catalog=catalog_id,
        ids=list(ids),
        count=count + 1,
        level=level,
    )
    return found["a"], found["b"], found["similarity"]


def save(tx: Transaction, run_id: int, groups: Sequence[SubjectGroup]) -> None:
    """Add groups with their members to a run, without images that are gone meanwhile."""
    ids = [image for group in groups for image, _ in group.members]
    there = frozenset(
        bulk.read(tx, "SELECT id FROM image WHERE id = ANY(%(ids)s)", {"id": "i8"}, ids=ids)["id"].tolist()
    )
    kept = [(group, [member for member in group.members if member[0] in there]) for group in groups]
    kept = [(group, members) for group, members in kept if len(members) > 1]
    rows = ((run_id, group.id, len(members), group.similarity) for group, members in kept)
    bulk.write_rows(tx, "subject_group", ("run_id", "id", "images", "similarity"), rows)
    bulk.write_rows(
        tx,
        "subject_member",
        ("run_id", "group_id", "image_id", "position", "similarity"),
        (
            (run_id, group.id, image, place, similarity)
            for group, members in kept
            for place, (image, similarity) in enumerate(members)
        ),
    )


def count(tx: Transaction, run_id: int) -> tuple[int, int]:
    """Groups of a run, and images in them."""
    row = tx.row(
        "SELECT count(*) AS groups, coalesce(sum(images), 0) AS images FROM subject_group WHERE run_id = :run",
        run=run_id,
    )
    assert row is not None
    return row["groups"], int(row["images"])


def listed(
    tx: Transaction, catalogs: Sequence[UUID], *, after: tuple[float, int] | None = None, limit: int
) -> list[GroupRow]:
    """Published groups of which two images at least are there, the largest first; `after` is where the last stands."""
    rows = tx.rows(
        f"""SELECT g.id, g.run_id, p.catalog_id, g.images, g.similarity FROM published p
        JOIN subject_group g ON g.run_id = p.run_id
        WHERE p.kind = 'subjects' AND p.catalog_id = ANY(:catalogs)
          AND (CAST(:images AS int) IS NULL OR g.images < :images OR (g.images = :images AND g.id > :id))
          AND (SELECT count(*) FROM subject_member m JOIN image i ON i.id = m.image_id AND {_THERE}
               WHERE m.run_id = g.run_id AND m.group_id = g.id) > 1
        ORDER BY g.images DESC, g.id LIMIT :limit""",
        catalogs=list(catalogs),
        images=None if after is None else int(after[0]),
        id=None if after is None else after[1],
        limit=limit,
    )
    return [GroupRow(**row) for row in rows]


def members(tx: Transaction, rows: Sequence[GroupRow]) -> dict[int, list[tuple[int, float]]]:
    """Group -> its images that are there, with their similarity to the first."""
    found: dict[int, list[tuple[int, float]]] = {row.id: [] for row in rows}
    for row in tx.rows(
        f"""SELECT m.group_id, m.image_id, m.similarity
        FROM unnest(CAST(:runs AS bigint[]), CAST(:groups AS bigint[])) AS wanted (run, id)
        JOIN subject_member m ON m.run_id = wanted.run AND m.group_id = wanted.id
        JOIN image i ON i.id = m.image_id AND {_THERE} ORDER BY m.group_id, m.position""",
        runs=[row.run_id for row in rows],
        groups=[row.id for row in rows],
    ):
        found[row["group_id"]].append((row["image_id"], row["similarity"]))
    return found
