"""The nearest neighbours of a vector, among the images that a filter lets through.

Three ways. Without an index every vector is compared. With one, PostgreSQL walks it, best first, and leaves out what
the filter refuses on the way; for that the filter has to let enough through. What a narrow filter leaves is compared
one by one instead, which is exact, and faster than walking far. Then finding out what it leaves takes most of the time,
so the index of words narrows it down where it can.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import Cut, Near, Space
from lumina.errors import BadInput
from lumina.store import documents, spaces
from lumina.store.database import Transaction
from lumina.store.selection import Condition

FEW = 5_000
"""Candidates that are compared one by one rather than by the index, whatever is asked for: 10 to 20 ms."""
DEAR = 4
"""A step of the index takes so many times as long as finding and comparing one candidate: 12 and 3 microseconds."""
MOST = 25_000
"""Candidates that are compared one by one at most: some 60 ms."""
MANY, MORE = 4.0, 1.5
"""Where so many times more candidates are expected than would be compared, they are not collected first: by what the
planner expects of a filter, and by what is counted of words."""
ASTRAY = 4
"""Where the index has been walked so many times farther than what was expected explains, candidates are collected."""
FIRST = 100
"""Neighbours that are walked to at first: where one of them is chance, so are all behind it, which are dear to find."""
BREADTH = 400
"""How many of the best the index keeps in view while walking; recall of the first 20 is above 0.98 with that."""
FARTHEST = 20_000
"""Vectors the index looks at before it gives up for want of images that the filter lets through."""
SHOWN = Condition("i.shown")
_WALK = {
    "hnsw.iterative_scan": "strict_order",
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


@dataclass(frozen=True, slots=True)
class _Among:
    """Which images: a condition on the alias `i` with its parameters; see `Condition`."""

    where: str
    values: dict[str, Any]
    begin: str | None
    likely: float | None


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
    cut: Cut | None = None,
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
        cut: what is no chance; of the rest, not all need to be found.

    Raises:
        BadInput: the query has other dimensions, is not finite, or of no length.
    """
    among = _among(conditions or SHOWN, catalog)
    given = {"near_query": as_text(space, query), "near_count": count}
    size = _indexed(tx, space)
    if size is None:
        return _all(tx, space, among, given)
    wanted = count if cut is None else min(count, FIRST)
    most = border(wanted, size)
    broad = max(breadth, count)
    if not many:
        if _exceeds(tx, among, most):  # then so few steps are enough, or it was wrong
            far = min(ASTRAY * (broad + wanted * size // max(most, 1)), FARTHEST)
            found, whole = _walk(tx, space, among, given, broad, cut, far)
            if whole:
                return found
        exact = _few(tx, space, among, given, most)
        if exact is not None:
            return exact
    found, whole = _walk(tx, space, among, given, broad, cut, FARTHEST)
    return found if whole else _all(tx, space, among, given)


def border(count: int, size: int) -> int:
    """How many candidates are compared one by one rather than by an index of so many vectors.

    An index is walked for count * size / candidates steps until it has found enough of them, of which each takes `DEAR`
    times as long as one candidate.
    """
    return max(FEW, min(math.isqrt(DEAR * count * size), MOST))


def few(tx: Transaction, conditions: Condition, catalog: UUID | None = None) -> list[int] | None:
    """The images that meet the conditions, where these are at most `FEW`; None where they are more.

    For several questions about the same images: they are collected once, and compared by `listing_search.exact`.
    """
    among = _among(conditions, catalog)
    if _exceeds(tx, among, FEW):
        return None
    rows = tx.execute(f"SELECT i.id FROM image i WHERE {among.where} LIMIT {FEW + 1}", **among.values).all()
    return None if len(rows) > FEW else [row[0] for row in rows]


def by_index(tx: Transaction, space: Space, query: NDArray[np.floating], count: int) -> list[Near]:
    """The images closest to a vector as the index finds them, whether they are shown or not: to check the index."""
    every = _Among("true", {}, None, None)
    given = {"near_query": as_text(space, query), "near_count": count}
    return _walk(tx, space, every, given, max(BREADTH, count), None, FARTHEST)[0]


def has_index(tx: Transaction, space: Space) -> bool:
    """Whether the space has an index that can be used."""
    return _indexed(tx, space) is not None


def _indexed(tx: Transaction, space: Space) -> int | None:
    """About how many vectors the space's index has; None where there is none that can be used."""
    size = tx.value(
        """SELECT t.reltuples FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
        JOIN pg_class t ON t.oid = x.indrelid
        WHERE c.relname = :name AND x.indisvalid AND x.indrelid = to_regclass(:table)""",
        name=spaces.index(space),
        table=spaces.table(space),
    )
    return None if size is None else max(int(size), 0)


def _among(conditions: Condition, catalog: UUID | None) -> _Among:
    where, values = conditions.sql, dict(conditions.parameters)
    if catalog is not None:
        where, values = f"i.catalog_id = :near_catalog AND {where}", values | {"near_catalog": catalog}
    return _Among(where, values, conditions.begin, conditions.likely)


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


def _exceeds(tx: Transaction, among: _Among, most: int) -> bool:
    """Whether a filter is expected to let so many more images through that collecting them would be in vain."""
    if among.likely is not None:
        return among.likely >= MORE * most
    return _estimate(tx, among) >= MANY * most


def _estimate(tx: Transaction, among: _Among) -> int:
    """How many images the planner expects a filter to let through: a millisecond, whatever the filter."""
    plan = tx.value(f"EXPLAIN (FORMAT JSON) SELECT i.id FROM image i WHERE {among.where}", **among.values)
    return int(plan[0]["Plan"]["Plan Rows"])


def _few(tx: Transaction, space: Space, among: _Among, given: dict[str, Any], most: int) -> list[Near] | None:
    """Compare one by one, where that are at most so many; None where they are more."""
    where = among.where
    if among.begin is not None and not documents.pending(tx):  # what is marked may have become what is wanted
        where = f"{among.begin} AND {where}"
    rows = tx.rows(
        f"""WITH chosen AS MATERIALIZED (SELECT i.id FROM image i WHERE {where} LIMIT {most + 1}),
            size AS MATERIALIZED (SELECT count(*) AS images FROM chosen)
        SELECT image_id, similarity, images FROM size LEFT JOIN LATERAL (
            SELECT v.image_id, -(v.vector <#> CAST(:near_query AS halfvec)) AS similarity
            FROM chosen JOIN {spaces.table(space)} v ON v.image_id = chosen.id
            WHERE size.images <= {most} ORDER BY similarity DESC, v.image_id LIMIT :near_count) AS best ON true""",
        **among.values,
        **given,
    )
    if rows[0]["images"] > most:
        return None
    return [Near(row["image_id"], row["similarity"]) for row in rows if row["image_id"] is not None]


def _all(tx: Transaction, space: Space, among: _Among, given: dict[str, Any]) -> list[Near]:
    """Compare every vector whose image the filter lets through."""
    rows = tx.rows(
        f"""SELECT v.image_id, -(v.vector <#> CAST(:near_query AS halfvec)) AS similarity
        FROM {spaces.table(space)} v JOIN image i ON i.id = v.image_id WHERE {among.where}
        ORDER BY similarity DESC, v.image_id LIMIT :near_count""",
        **among.values,
        **given,
    )
    return [Near(row["image_id"], row["similarity"]) for row in rows]


def _walk(
    tx: Transaction, space: Space, among: _Among, given: dict[str, Any], breadth: int, cut: Cut | None, far: int
) -> tuple[list[Near], bool]:
    """What the index finds, and whether that is all that was wanted."""
    count = int(given["near_count"])
    found: list[Near] = []
    reach = {"hnsw.ef_search": str(min(breadth, 1000)), "hnsw.max_scan_tuples": str(far)}
    with _settings(tx, _WALK | reach):
        for wanted in (count,) if cut is None else sorted({min(FIRST, count), count}):
            rows = tx.rows(
                f"""SELECT v.image_id, -(v.vector <#> CAST(:near_query AS halfvec)) AS similarity
                FROM {spaces.table(space)} v JOIN image i ON i.id = v.image_id WHERE {among.where}
                ORDER BY v.vector <#> CAST(:near_query AS halfvec) LIMIT :near_count""",
                **among.values,
                **(given | {"near_count": wanted}),
            )
            found = [Near(row["image_id"], row["similarity"]) for row in rows]
            if len(found) < wanted:
                return found, False
            if cut is not None and len(cut.kept(found)) < wanted:
                break
    return found, True


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
