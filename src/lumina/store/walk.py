"""What matches newest first, from the index of the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from lumina.domain.found import Hit
from lumina.store.compiled import SHOWN, Wanted
from lumina.store.database import Transaction

LEAST = 4_000
MOST = 15_000
"""Images that are looked at before what matches is collected another way."""

_ANEW = """SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true)"""
_LOOPS = "SELECT " + ", ".join(
    f"set_config('enable_{way}', :value, true)"
    for way in ("hashjoin", "mergejoin", "seqscan", "bitmapscan", "material")
)


def plan_anew(tx: Transaction) -> None:
    """Each statement is planned for its own values, until the end of the transaction: one word is rare, one is not."""
    tx.execute(_ANEW)


def newest(tx: Transaction, wanted: Wanted, catalog: UUID | None, limit: int, last: Hit | None) -> list[Hit] | None:
    """The newest `limit` that match, behind `last`, undated ones last; None where it would have to go too far."""
    far = _distance(wanted, limit)
    if far is None:
        return None
    catalogs = [catalog] if catalog else [row["id"] for row in tx.rows("SELECT id FROM catalog")]
    hits: list[Hit] = []
    with _step_by_step(tx):
        for each in catalogs:
            found = _in_catalog(tx, wanted, each, limit, last, far)
            if found is None:
                return None
            hits += found
    return sorted(hits, key=Hit.age)[:limit]


def _distance(wanted: Wanted, limit: int) -> int | None:
    """How many images of the timeline to look at, so that a page is full where matches are evenly spread."""
    if wanted.standing != SHOWN:
        return None  # the timeline has no others
    if wanted.estimate is None:
        return LEAST
    far = max(LEAST, int(1.5 * limit * wanted.estimate.images / max(wanted.estimate.likely, 1)))
    return far if far <= MOST else None


@contextmanager
def _step_by_step(tx: Transaction) -> Iterator[None]:
    """Within, everything is looked up image by image: the end may come soon."""
    tx.execute(_LOOPS, value="off")
    yield
    tx.execute(_LOOPS, value="on")


def _in_catalog(
    tx: Transaction, wanted: Wanted, catalog: UUID, limit: int, last: Hit | None, far: int
) -> list[Hit] | None:
    hits: list[Hit] = []
    for way, order in _ways(last, wanted.dates):
        given: dict[str, Any] = {"catalog": catalog, "far": far, **of_hit(last), **wanted.values.named}
        rows: Sequence[Any] = tx.execute(
            f"SELECT i.id, i.taken_at FROM ({way}) i WHERE {wanted.looked_up} ORDER BY {order} LIMIT :limit",
            limit=limit - len(hits),
            **given,
        ).all()
        hits += (Hit(*row) for row in rows)
        if len(hits) == limit:
            return hits
        if tx.value(f"SELECT count(*) = :far FROM ({way}) i", **given):
            return None
    return hits


def _ways(last: Hit | None, dates: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The stretches of a catalog's timeline behind a hit, dated and undated, and their orders."""
    way = f"SELECT i.* FROM image i WHERE i.catalog_id = :catalog AND {SHOWN} AND {{}} ORDER BY {{}} LIMIT :far"
    if last is None or last.taken_at is not None:
        order = "i.taken_at DESC, i.id DESC"
        after = [] if last is None else [_LATER]  # without the undated, so that the index can begin there
        yield way.format(" AND ".join(["i.taken_at IS NOT NULL", *after, *dates]), order), order
        last = None
    if not dates:
        yield way.format(f"i.taken_at IS NULL AND {behind(last)}", "i.id DESC"), "i.id DESC"


_LATER = "(i.taken_at, i.id) < (CAST(:last_at AS timestamp), :last_id)"


def behind(last: Hit | None) -> str:
    """SQL on `i`: behind a hit, newest first, undated last."""
    if last is None:
        return "true"
    if last.taken_at is None:
        return "(i.taken_at IS NULL AND i.id < :last_id)"
    return f"({_LATER} OR i.taken_at IS NULL)"


def of_hit(last: Hit | None) -> dict[str, Any]:
    """The parameters of `behind`."""
    if last is None:
        return {}
    at = {} if last.taken_at is None else {"last_at": last.taken_at}
    return {"last_id": last.image_id, **at}
