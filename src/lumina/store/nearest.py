"""The nearest neighbours of a vector, among the images that a filter lets through.

Three ways. Without an index every vector is compared. With one, PostgreSQL walks it, best first, and leaves out what
the filter refuses on the way; for that the filter has to let enough through. What a narrow filter leaves is compared
one by one instead, which is exact, and faster than walking far.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import Near, Space
from lumina.errors import BadInput
from lumina.store import spaces
from lumina.store.database import Transaction
from lumina.store.selection import Condition

FEW = 5_000
"""Candidates that are compared one by one rather than by the index: 10 to 20 ms."""
MANY = 4
"""Where the planner expects so many times `FEW`, they are not counted first."""
BREADTH = 400
"""How many of the best the index keeps in view while walking; recall of the first 20 is above 0.98 with that."""
FARTHEST = 20_000
"""Vectors the index looks at before it gives up for want of images that the filter lets through."""
SHOWN = Condition("i.shown")
_WALK = {
    "hnsw.iterative_scan": "strict_order",
    "hnsw.max_scan_tuples": str(FARTHEST),
    "hnsw.scan_mem_multiplier": "8",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "plan_cache_mode": "force_custom_plan",
}
"""The index of the vectors first, then each image by its key: the planner's guess of what a filter leaves is no better
than ours, and a plan that was made while a table was empty would stay."""


def nearest(
    tx: Transaction,
    space: Space,
    query: NDArray[np.floating],
    *,
    count: int,
    conditions: Condition | None = None,
    catalog: UUID | None = None,
    many: bool = False,
    breadth: int = BREADTH,
) -> list[Near]:
    """The images closest to a vector, closest first.

    Args:
        tx: the transaction.
        space: where to look.
        query: of the space's dimensions; need not be of length 1.
        count: how many at most.
        conditions: which images, on the alias `i`; by default all that are shown.
        catalog: only this one's.
        many: more than `FEW` are known to meet the conditions.
        breadth: how many of the best the index keeps in view; fewer are faster and miss more.

    Raises:
        BadInput: the query has other dimensions, is not finite, or of no length.
    """
    where, values = _where(conditions or SHOWN, catalog)
    values |= {"near_query": as_text(space, query), "near_count": count}
    if not has_index(tx, space):
        return _all(tx, space, where, values)
    if not many and _estimate(tx, where, values) < MANY * FEW:
        found = _few(tx, space, where, values)
        if found is not None:
            return found
    found = _walk(tx, space, where, values, max(breadth, count))
    return found if len(found) == count else _all(tx, space, where, values)


def few(tx: Transaction, conditions: Condition, catalog: UUID | None = None) -> list[int] | None:
    """The images that meet the conditions, where these are at most `FEW`; None where they are more.

    For several questions about the same images: they are collected once, and compared by `listing_search.exact`.
    """
    where, values = _where(conditions, catalog)
    if _estimate(tx, where, values) >= MANY * FEW:
        return None
    rows = tx.execute(f"SELECT i.id FROM image i WHERE {where} LIMIT {FEW + 1}", **values).all()
    return None if len(rows) > FEW else [row[0] for row in rows]


def by_index(tx: Transaction, space: Space, query: NDArray[np.floating], count: int) -> list[Near]:
    """The images closest to a vector as the index finds them, whether they are shown or not: to check the index."""
    values = {"near_query": as_text(space, query), "near_count": count}
    return _walk(tx, space, "true", values, max(BREADTH, count))


def has_index(tx: Transaction, space: Space) -> bool:
    """Whether the space has an index that can be used."""
    return bool(
        tx.value(
            """SELECT EXISTS (SELECT FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
            WHERE c.relname = :name AND x.indisvalid AND x.indrelid = to_regclass(:table))""",
            name=spaces.index(space),
            table=spaces.table(space),
        )
    )


def _where(conditions: Condition, catalog: UUID | None) -> tuple[str, dict[str, Any]]:
    if catalog is None:
        return conditions.sql, dict(conditions.parameters)
    return f"i.catalog_id = :near_catalog AND {conditions.sql}", {**conditions.parameters, "near_catalog": catalog}


def as_text(space: Space, query: NDArray[np.floating]) -> str:
    """A vector of any length as SQL takes it, of length 1.

    Raises:
        BadInput: it has other dimensions than the space, is not finite, or of no length.
    """
    if query.shape != (space.dimensions,):
        raise BadInput(f"A vector of shape {query.shape}, where {space.model} has {space.dimensions} dimensions.")
    length = float(np.linalg.norm(query.astype(np.float64)))
    if not np.isfinite(length) or length < 1e-6:
        raise BadInput("A vector that is not finite or of no length has no neighbours.")
    return "[" + ",".join(f"{value:.6g}" for value in (query / length).tolist()) + "]"


def _estimate(tx: Transaction, where: str, values: dict[str, Any]) -> int:
    """How many images the planner expects a filter to let through: a millisecond, whatever the filter."""
    plan = tx.value(f"EXPLAIN (FORMAT JSON) SELECT i.id FROM image i WHERE {where}", **_only(values))
    return int(plan[0]["Plan"]["Plan Rows"])


def _only(values: dict[str, Any]) -> dict[str, Any]:
    """The filter's own parameters."""
    return {name: value for name, value in values.items() if name not in ("near_query", "near_count")}


def _few(tx: Transaction, space: Space, where: str, values: dict[str, Any]) -> list[Near] | None:
    """Compare one by one, where that are at most `FEW`; None where they are more."""
    rows = tx.rows(
        f"""WITH chosen AS MATERIALIZED (SELECT i.id FROM image i WHERE {where} LIMIT {FEW + 1}),
            size AS MATERIALIZED (SELECT count(*) AS images FROM chosen)
        SELECT image_id, similarity, images FROM size LEFT JOIN LATERAL (
            SELECT v.image_id, -(v.vector <#> CAST(:near_query AS halfvec)) AS similarity
            FROM chosen JOIN {spaces.table(space)} v ON v.image_id = chosen.id
            WHERE size.images <= {FEW} ORDER BY similarity DESC, v.image_id LIMIT :near_count) AS best ON true""",
        **values,
    )
    if rows[0]["images"] > FEW:
        return None
    return [Near(row["image_id"], row["similarity"]) for row in rows if row["image_id"] is not None]


def _all(tx: Transaction, space: Space, where: str, values: dict[str, Any]) -> list[Near]:
    """Compare every vector whose image the filter lets through."""
    rows = tx.rows(
        f"""SELECT v.image_id, -(v.vector <#> CAST(:near_query AS halfvec)) AS similarity
        FROM {spaces.table(space)} v JOIN image i ON i.id = v.image_id WHERE {where}
        ORDER BY similarity DESC, v.image_id LIMIT :near_count""",
        **values,
    )
    return [Near(row["image_id"], row["similarity"]) for row in rows]


def _walk(tx: Transaction, space: Space, where: str, values: dict[str, Any], breadth: int) -> list[Near]:
    with _settings(tx, _WALK | {"hnsw.ef_search": str(min(breadth, 1000))}):
        rows = tx.rows(
            f"""SELECT v.image_id, -(v.vector <#> CAST(:near_query AS halfvec)) AS similarity
            FROM {spaces.table(space)} v JOIN image i ON i.id = v.image_id WHERE {where}
            ORDER BY v.vector <#> CAST(:near_query AS halfvec) LIMIT :near_count""",
            **values,
        )
    return [Near(row["image_id"], row["similarity"]) for row in rows]


@contextmanager
def _settings(tx: Transaction, wanted: dict[str, str]) -> Iterator[None]:
    """Settings of the server for some statements, put back afterwards."""
    before = _set(tx, wanted)
    yield
    _set(tx, before)


def _set(tx: Transaction, wanted: dict[str, str]) -> dict[str, str]:
    names = list(wanted)
    old = ", ".join(f"current_setting(:n{at}, true) AS o{at}" for at in range(len(names)))
    new = ", ".join(f"set_config(:n{at}, :v{at}, true)" for at in range(len(names)))
    given = {f"n{at}": name for at, name in enumerate(names)}
    before = tx.row(f"SELECT {old}", **given)
    assert before is not None
    tx.execute(f"SELECT {new}", **given, **{f"v{at}": wanted[name] for at, name in enumerate(names)})
    return {name: before[f"o{at}"] for at, name in enumerate(names) if before[f"o{at}"]}
