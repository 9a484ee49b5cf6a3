"""Searching by words and filters: which images, in which order, a page at a time.

Where few images match, all are ranked. Where many may, they come newest first: the timeline is walked from its newest
image on, and where that finds too little within its budget, what matches is collected from the indexes instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from lumina.domain.found import After, Found, Hit
from lumina.domain.query import Query
from lumina.store import estimates, implied, walk
from lumina.store.compiled import Wanted, read
from lumina.store.database import Transaction
from lumina.store.filters import Names
from lumina.store.selection import Condition

RANKED = 3_000
"""Where more images may match, they come newest first: ranking all of them would take too long."""
SORTED = 20_000
"""Where so many documents may match they are sorted; where more do, filters may be the better beginning."""
_WEIGHTS = "'{0.1, 0.2, 0.4, 1.0}'"


def condition(tx: Transaction, query: Query, names: Names | None = None) -> Condition:
    """The images that a query means, as SQL on the alias `i` (image), but for the catalog.

    Words are looked up in documents that are written soon after what they tell has changed; filters are exact.
    `names`: what the filters' names stand for, kept between the questions of one search.

    Raises:
        BadQuery: it names a town that there is not.
    """
    return _condition(read(tx, query, names))


def begun(tx: Transaction, query: Query, names: Names | None = None) -> Condition:
    """As `condition`, with where to begin, and how many images there may be.

    Filters that have an index of their own begin there.
    """
    wanted = read(tx, query, names)
    begin = None
    if wanted.facts:
        facts = wanted.values.cast(implied.together(wanted.facts))
        begin = f"i.id IN (SELECT d.image_id FROM search_document d WHERE d.words @@ {facts})"
    return replace(_condition(wanted), begin=begin, likely=_likely(tx, wanted))


def _condition(wanted: Wanted) -> Condition:
    terms = [wanted.filters]
    if wanted.words is not None:
        terms.append(f"EXISTS (SELECT FROM search_document d WHERE d.image_id = i.id AND d.words @@ {wanted.words})")
    return Condition(" AND ".join(terms), wanted.values.named)


def _likely(tx: Transaction, wanted: Wanted) -> float | None:
    """How many images there are about; None where filters ask for what no document tells."""
    if not wanted.wholly or (wanted.estimate is None and not wanted.implied):
        return None
    return (wanted.estimate or estimates.of_filters(tx, wanted.implied)).likely


def matches(
    tx: Transaction,
    query: Query,
    *,
    catalog: UUID | None = None,
    limit: int = 100,
    after: After | None = None,
    names: Names | None = None,
) -> Found:
    """A page of the images that a query means: best first where few match, newest first where many do.

    `names`: as in `condition`.

    Raises:
        BadQuery: it names a town that there is not.
    """
    walk.plan_anew(tx)
    wanted = read(tx, query, names)
    few = wanted.estimate is not None and wanted.estimate.most <= RANKED
    if wanted.words is not None and (after.ranked if after else few):
        return _ranked(tx, wanted, catalog, limit, after)
    return _newest(tx, wanted, catalog, limit, after)


def _ranked(tx: Transaction, wanted: Wanted, catalog: UUID | None, limit: int, after: After | None) -> Found:
    """All that match are ranked; among equals the newest is first."""
    last = after.hit if after else None
    worse = "true" if last is None else f"(score < :score OR (score = :score AND {walk.behind(last)}))"
    rows: Sequence[Any] = tx.execute(
        f"""WITH found AS MATERIALIZED (
            SELECT i.id, i.taken_at, CAST(ts_rank_cd({_WEIGHTS}, d.words, {wanted.words}) AS double precision) AS score
            FROM image i {wanted.joined} WHERE {wanted.filters} AND {walk.IN_CATALOG})
        SELECT i.id, i.taken_at, i.score, (SELECT count(*) FROM found) FROM found i WHERE {worse}
        ORDER BY i.score DESC, i.taken_at DESC NULLS LAST, i.id DESC LIMIT :limit""",
        catalog=catalog,
        limit=limit + 1,
        **({} if last is None else {"score": last.score}),
        **walk.of_hit(last),
        **wanted.values.named,
    ).all()
    page = tuple(Hit(*row[:3]) for row in rows[:limit])
    total = rows[0][3] if rows else 0 if after is None else None
    return Found(page, True, After(page[-1], True) if len(rows) > limit else None, total)


def _newest(tx: Transaction, wanted: Wanted, catalog: UUID | None, limit: int, after: After | None) -> Found:
    last = after.hit if after else None
    hits = walk.newest(tx, wanted, catalog, limit + 1, last)
    if hits is None:
        hits = (walk.collected if _is_sorted(wanted) else _collected)(tx, wanted, catalog, limit + 1, last)
    page = tuple(hits[:limit])
    more = After(page[-1], False) if len(hits) > limit else None
    return Found(page, False, more, len(page) if more is None and after is None else None)


def _is_sorted(wanted: Wanted) -> bool:
    """True where documents are the best beginning: few may match, or nothing else narrows them down."""
    return wanted.estimate is not None and (wanted.estimate.likely <= SORTED or not wanted.rest)


def _collected(tx: Transaction, wanted: Wanted, catalog: UUID | None, limit: int, last: Hit | None) -> list[Hit]:
    """The newest of those that match, from whichever index has fewest of them."""
    if (terms := wanted.by_number) is None:
        found = f"SELECT i.id, i.taken_at FROM image i {wanted.joined} WHERE {wanted.filters} AND {walk.IN_CATALOG}"
    else:  # then images are looked up for what is shown alone
        found = f"SELECT i.image_id AS id, i.taken_at FROM search_document i WHERE {terms} AND {walk.IN_CATALOG}"
    order = "taken_at DESC NULLS LAST, id DESC"
    rows: Sequence[Any] = tx.execute(
        f"""WITH found AS MATERIALIZED ({found})
        SELECT w.id, w.taken_at FROM (SELECT * FROM found i WHERE {walk.behind(last)} ORDER BY {order}) w
        JOIN image i ON i.id = w.id WHERE {" AND ".join([wanted.standing, *wanted.dates])}
        ORDER BY w.{order.replace(" id", " w.id")} LIMIT :limit""",
        catalog=catalog,
        limit=limit,
        **walk.of_hit(last),
        **wanted.values.named,
    ).all()
    return [Hit(*row) for row in rows]
