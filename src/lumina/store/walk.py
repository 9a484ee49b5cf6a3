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
_LOOPS = "SELECT set_config('enable_bitmapscan', :bitmaps, true), " + ", ".join(
    f"set_config('enable_{way}', :value, true)" for way in ("hashjoin", "mergejoin", "seqscan", "material")
)
IN_CATALOG = "(CAST(:catalog AS uuid) IS NULL OR i.catalog_id = :catalog)"


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
def _step_by_step(tx: Transaction, *, bitmaps: bool = False) -> Iterator[None]:
    """Within, everything is looked up image by image: the end may come soon."""
    tx.execute(_LOOPS, value="off", bitmaps="on" if bitmaps else "off")
    yield
    tx.execute(_LOOPS, value="on", bitmaps="on")


def _in_catalog(
    tx: Transaction, wanted: Wanted, catalog: UUID, limit: int, last: Hit | None, far: int
) -> list[Hit] | None:
    hits: list[Hit] = []
    for way, order in _ways(wanted, last):
        given: dict[str, Any] = {"catalog": catalog, "far": far, **of_hit(last), **wanted.values.named}
        rows: Sequence[Any] = tx.execute(
            f"""SELECT w.id, w.taken_at FROM ({way}) w JOIN image i ON i.id = w.id WHERE {_matching(wanted)}
            ORDER BY {order} LIMIT :limit""",
            limit=limit - len(hits),
            **given,
        ).all()
        hits += (Hit(*row) for row in rows)
        if len(hits) == limit:
            return hits
        if tx.value(f"SELECT count(*) = :far FROM ({way}) w", **given):
            return None
    return hits


def _matching(wanted: Wanted) -> str:
    words = [] if wanted.words is None else [f"w.words @@ {wanted.words}"]
    return " AND ".join([*words, wanted.standing, *wanted.dates, *wanted.step])


def _ways(wanted: Wanted, last: Hit | None) -> Iterator[tuple[str, str]]:
    """The stretches of a catalog's timeline behind a hit, dated and undated, and their orders.

    Where words are asked for they are stretches of documents, else of images; either as `i`.
    """
    if wanted.words is None:
        of, number, newest = f"i.id, i.taken_at FROM image i WHERE {SHOWN} AND", "i.id", "DESC"
    else:
        of, number, newest = "i.image_id AS id, i.taken_at, i.words FROM search_document i WHERE", "i.image_id", _LAST
    way = f"SELECT {of} i.catalog_id = :catalog AND {{}} ORDER BY {{}} LIMIT :far"
    if last is None or last.taken_at is not None:
        after = [] if last is None else [_later(number)]  # without the undated, so that the index can begin there
        terms = " AND ".join(["i.taken_at IS NOT NULL", *after, *wanted.dates])
        yield way.format(terms, f"i.taken_at {newest}, {number} DESC"), f"w.taken_at {newest}, w.id DESC"
        last = None
    if not wanted.dates:
        yield way.format(f"i.taken_at IS NULL AND {behind(last, number)}", f"{number} DESC"), "w.id DESC"


_LAST = "DESC NULLS LAST"


def collected(tx: Transaction, wanted: Wanted, catalog: UUID | None, limit: int, last: Hit | None) -> list[Hit]:
    """The newest of those that match, where their documents are few enough to be sorted."""
    with _step_by_step(tx, bitmaps=True):
        rows: Sequence[Any] = tx.execute(
            f"""WITH found AS MATERIALIZED (SELECT i.image_id, i.taken_at FROM search_document i
                WHERE i.words @@ {wanted.narrow} AND {IN_CATALOG} AND {behind(last, "i.image_id")})
            SELECT w.image_id, w.taken_at FROM (
                SELECT * FROM found ORDER BY taken_at DESC NULLS LAST, image_id DESC) w
            JOIN image i ON i.id = w.image_id WHERE {wanted.filters}
            ORDER BY w.taken_at DESC NULLS LAST, w.image_id DESC LIMIT :limit""",
            catalog=catalog,
            limit=limit,
            **of_hit(last),
            **wanted.values.named,
        ).all()
    return [Hit(*row) for row in rows]


def _later(name: str) -> str:
    return f"(i.taken_at, {name}) < (CAST(:last_at AS timestamp), :last_id)"


def behind(last: Hit | None, name: str = "i.id") -> str:
    """SQL on `i`: behind a hit, newest first, undated last; `name` is the image's id."""
    if last is None:
        return "true"
    if last.taken_at is None:
        return f"(i.taken_at IS NULL AND {name} < :last_id)"
    return f"({_later(name)} OR i.taken_at IS NULL)"


def of_hit(last: Hit | None) -> dict[str, Any]:
    """The parameters of `behind`."""
    if last is None:
        return {}
    at = {} if last.taken_at is None else {"last_at": last.taken_at}
    return {"last_id": last.image_id, **at}
