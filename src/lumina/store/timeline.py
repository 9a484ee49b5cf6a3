"""The timeline's days, bucket boundaries and bucket contents.

The whole catalog's days are kept counted by the schema (`timeline_day`); days of a filtered view are counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lumina.domain.selection import Selection
from lumina.domain.summary import Position
from lumina.domain.timeline import BUCKET, Block, Day, Part
from lumina.store.browse import THUMBNAIL_STATE
from lumina.store.database import Row, Transaction
from lumina.store.selection import condition


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the timeline: days `start` to `end` (excluded) or, where both are None, the undated shelf.

    `head` (included) and `below` (excluded) narrow it to a part: positions count downwards.
    """

    start: date | None
    end: date | None
    head: Position | None = None
    below: Position | None = None


def fold(tx: Transaction) -> None:
    """Count again the days that have changed; what is read afterwards is exact as of now or later."""
    if tx.value("SELECT EXISTS (SELECT FROM timeline_mark)"):
        tx.execute("SELECT timeline_fold()")


def days(tx: Transaction, catalogs: Sequence[UUID]) -> list[Day]:
    """All days with images, newest first. `fold` first.

    Of several catalogs, days above `BUCKET` come without parts: `parts` finds them.
    """
    if len(catalogs) == 1:
        rows = tx.rows(
            "SELECT day, images, first, last, head_at, head_id, tail_at FROM timeline_day"
            " WHERE catalog_id = ANY(:catalogs) AND day IS NOT NULL ORDER BY day DESC",
            catalogs=list(catalogs),
        )
    else:
        rows = tx.rows(
            "SELECT day, sum(images) AS images, min(first) AS first, max(last) AS last, NULL AS head_at"
            " FROM timeline_day WHERE catalog_id = ANY(:catalogs) AND day IS NOT NULL GROUP BY day ORDER BY day DESC",
            catalogs=list(catalogs),
        )
    return [Day(row["day"], row["images"], row["first"], row["last"], _kept_parts(row)) for row in rows]


def day(tx: Transaction, catalog: UUID, on: date) -> Day | None:
    """One day with its parts. `fold` first."""
    row = tx.row(
        "SELECT day, images, first, last, head_at, head_id, tail_at FROM timeline_day"
        " WHERE catalog_id = :catalog AND day = :on",
        catalog=catalog,
        on=on,
    )
    return Day(row["day"], row["images"], row["first"], row["last"], _kept_parts(row)) if row else None


def _kept_parts(row: Row) -> tuple[Part, ...]:
    if row["head_at"] is None:
        return ()
    return tuple(map(Part, row["head_at"], row["head_id"], row["tail_at"]))


def blocks(tx: Transaction, catalogs: Sequence[UUID]) -> list[Block]:
    """The undated shelf by blocks of `BUCKET` ids, newest first. `fold` first."""
    rows = tx.rows(
        "SELECT block, sum(images) AS images FROM timeline_day"
        " WHERE catalog_id = ANY(:catalogs) AND day IS NULL GROUP BY block ORDER BY block DESC",
        catalogs=list(catalogs),
    )
    return [Block(row["block"] * BUCKET, (row["block"] + 1) * BUCKET - 1, row["images"]) for row in rows]


def selected_days(tx: Transaction, catalogs: Sequence[UUID], selection: Selection) -> list[Day]:
    """Days of a filtered view, counted now, newest first, without parts."""
    where = condition(selection)
    rows = tx.rows(
        "SELECT i.taken_at::date AS day, count(*) AS images, min(i.taken_at) AS first, max(i.taken_at) AS last"
        f" FROM image i WHERE i.catalog_id = ANY(:catalogs) AND i.taken_at IS NOT NULL AND {where.sql}"
        " GROUP BY 1 ORDER BY 1 DESC",
        catalogs=list(catalogs),
        **where.parameters,
    )
    return [Day(row["day"], row["images"], row["first"], row["last"]) for row in rows]


def selected_blocks(tx: Transaction, catalogs: Sequence[UUID], selection: Selection) -> list[Block]:
    """The undated shelf of a filtered view, by blocks of `BUCKET` ids, newest first."""
    where = condition(selection)
    rows = tx.rows(
        f"SELECT i.id / {BUCKET} AS block, count(*) AS images FROM image i"
        f" WHERE i.catalog_id = ANY(:catalogs) AND i.taken_at IS NULL AND {where.sql} GROUP BY 1 ORDER BY 1 DESC",
        catalogs=list(catalogs),
        **where.parameters,
    )
    return [Block(row["block"] * BUCKET, (row["block"] + 1) * BUCKET - 1, row["images"]) for row in rows]


def parts(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, on: date) -> tuple[Part, ...]:
    """Cut one day of a view into parts of `BUCKET`, newest first."""
    where = condition(selection)
    rows = tx.rows(
        "SELECT taken_at, id, n FROM ("
        " SELECT i.taken_at, i.id, row_number() OVER (ORDER BY i.taken_at DESC, i.id DESC) AS n,"
        "  row_number() OVER (ORDER BY i.taken_at DESC, i.id DESC) = count(*) OVER () AS final"
        " FROM image i WHERE i.catalog_id = ANY(:catalogs) AND i.taken_at >= :day"
        f" AND i.taken_at < CAST(:day AS date) + 1 AND {where.sql}"
        f") numbered WHERE mod(n, {BUCKET}) IN (0, 1) OR final ORDER BY n",
        catalogs=list(catalogs),
        day=on,
        **where.parameters,
    )
    heads = [row for row in rows if row["n"] % BUCKET == 1]
    tails = [row for row in rows if row["n"] % BUCKET == 0]
    if len(tails) < len(heads):
        tails.append(rows[-1])
    return tuple(Part(h["taken_at"], h["id"], t["taken_at"]) for h, t in zip(heads, tails, strict=True))


@dataclass(frozen=True, slots=True)
class BucketRows:
    """A bucket's images as columns, newest first; `more` where the span holds more than `BUCKET`."""

    id: list[int]
    taken_at: list[datetime | None]
    ratio: list[float]
    placeholder: list[bytes | None]
    thumbnail: list[bytes | None]
    kind: list[str]
    duration: list[float | None]
    state: list[str]
    name: list[str]
    more: bool


def images(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, span: Span) -> BucketRows:
    """The images of one span, at most `BUCKET`."""
    where, limits, values = condition(selection), *_limits(span)
    rows = tx.rows(
        "WITH page AS ("
        " SELECT i.id, i.taken_at, i.width, i.height, i.placeholder, i.thumbnail_key, i.kind, i.stem FROM image i"
        f" WHERE i.catalog_id = ANY(:catalogs) AND {limits} AND {where.sql}"
        f" ORDER BY i.taken_at DESC, i.id DESC LIMIT {BUCKET + 1})"
        "SELECT p.id, p.taken_at, p.placeholder, p.thumbnail_key, p.kind,"
        " CASE WHEN p.width > 0 AND p.height > 0 THEN round(p.width::numeric / p.height, 3)::float8"
        "  ELSE 1 END AS ratio,"
        " CASE WHEN p.kind = 'video' THEN (SELECT m.duration FROM metadata m WHERE m.image_id = p.id) END AS duration,"
        f" {THUMBNAIL_STATE} AS state,"
        " coalesce((SELECT regexp_replace(f.path, '^.*/', '') FROM file f WHERE f.image_id = p.id"
        "  AND f.role = 'original' ORDER BY f.missing_since IS NOT NULL, f.path LIMIT 1), p.stem) AS name"
        " FROM page p ORDER BY p.taken_at DESC, p.id DESC",
        catalogs=list(catalogs),
        **where.parameters,
        **values,
    )
    return _columns(rows)


def _limits(span: Span) -> tuple[str, dict[str, Any]]:
    if span.start is None:
        terms, values = ["i.taken_at IS NULL"], {}
        if span.head is not None and span.below is not None:
            terms.append("i.id <= :head AND i.id > :below")
            values = {"head": span.head.id, "below": span.below.id}
        return " AND ".join(terms), values
    terms = ["i.taken_at >= CAST(:start AS date)", "i.taken_at < CAST(:end AS date)"]
    values = {"start": span.start, "end": span.end}
    for name, operator, position in (("head", "<=", span.head), ("below", ">", span.below)):
        if position is not None:
            terms.append(f"(i.taken_at, i.id) {operator} (CAST(:{name}_at AS timestamp), CAST(:{name}_id AS bigint))")
            values |= {f"{name}_at": position.taken_at, f"{name}_id": position.id}
    return " AND ".join(terms), values


def _columns(rows: Sequence[Row]) -> BucketRows:
    kept = rows[:BUCKET]
    names = ("id", "taken_at", "ratio", "placeholder", "thumbnail_key", "kind", "duration", "state", "name")
    return BucketRows(*([row[name] for row in kept] for name in names), more=len(rows) > BUCKET)
