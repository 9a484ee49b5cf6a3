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
from lumina.store import taxonomy
from lumina.store.browse import DECIDED, THUMBNAIL_STATE
from lumina.store.database import Transaction
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


def versions(tx: Transaction, catalogs: Sequence[UUID]) -> tuple[tuple[UUID, int], ...]:
    """Each catalog with a number that is raised whenever its days change. `fold` first."""
    rows: Sequence[Any] = tx.execute(
        "SELECT catalog_id, version FROM timeline WHERE catalog_id = ANY(:catalogs) ORDER BY catalog_id",
        catalogs=list(catalogs),
    ).all()
    return tuple((row[0], row[1]) for row in rows)


def days(tx: Transaction, catalogs: Sequence[UUID], start: date | None = None, end: date | None = None) -> list[Day]:
    """All days with images from `start` to `end`, both included, newest first. `fold` first.

    Of several catalogs, days above `BUCKET` come without parts: `parts` finds them.
    """
    columns = "day, images, first, last, head_at, head_id, tail_at"
    if len(catalogs) != 1:
        columns = "day, sum(images)::integer, min(first), max(last), NULL, NULL, NULL"
    grouped = "" if len(catalogs) == 1 else "GROUP BY day"
    rows: Sequence[Any] = tx.execute(
        f"SELECT {columns} FROM timeline_day WHERE catalog_id = ANY(:catalogs) AND day IS NOT NULL"
        " AND (CAST(:start AS date) IS NULL OR day >= :start) AND (CAST(:end AS date) IS NULL OR day <= :end)"
        f" {grouped} ORDER BY day DESC",
        catalogs=list(catalogs),
        start=start,
        end=end,
    ).all()
    return [
        Day(on, images, first, last, tuple(map(Part, head_at, head_id, tail_at)) if head_at else ())
        for on, images, first, last, head_at, head_id, tail_at in rows
    ]


def day_versions(tx: Transaction, catalogs: Sequence[UUID], on: date) -> tuple[tuple[UUID, int], ...]:
    """Each catalog that has images on a day with a number that is another one whenever the day has changed."""
    rows: Sequence[Any] = tx.execute(
        "SELECT catalog_id, version FROM timeline_day WHERE catalog_id = ANY(:catalogs) AND day = :on"
        " ORDER BY catalog_id",
        catalogs=list(catalogs),
        on=on,
    ).all()
    return tuple((row[0], row[1]) for row in rows)


def day_parts(tx: Transaction, catalog: UUID, on: date) -> tuple[Part, ...]:
    """The kept parts of one day of one catalog; none where it has at most `BUCKET` images. `fold` first."""
    row = tx.row(
        "SELECT head_at, head_id, tail_at FROM timeline_day"
        " WHERE catalog_id = :catalog AND day = :on AND head_at IS NOT NULL",
        catalog=catalog,
        on=on,
    )
    return tuple(map(Part, row["head_at"], row["head_id"], row["tail_at"])) if row else ()


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
    where = condition(taxonomy.estimated(tx, selection))
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
    where = condition(taxonomy.estimated(tx, selection))
    rows = tx.rows(
        f"SELECT i.id / {BUCKET} AS block, count(*) AS images FROM image i"
        f" WHERE i.catalog_id = ANY(:catalogs) AND i.taken_at IS NULL AND {where.sql} GROUP BY 1 ORDER BY 1 DESC",
        catalogs=list(catalogs),
        **where.parameters,
    )
    return [Block(row["block"] * BUCKET, (row["block"] + 1) * BUCKET - 1, row["images"]) for row in rows]


def parts(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, on: date) -> tuple[Part, ...]:
    """Cut one day of a view into parts of `BUCKET`, newest first."""
    where = condition(taxonomy.estimated(tx, selection))
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
    rating: list[int]
    flag: list[str | None]
    label: list[str | None]
    favourite: list[bool]
    more: bool


def images(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, span: Span) -> BucketRows:
    """The images of one span, at most `BUCKET`."""
    where, limits, values = condition(taxonomy.estimated(tx, selection)), *_limits(span)
    order = "i.id DESC" if span.start is None else "i.taken_at DESC, i.id DESC"
    rows = tx.execute(
        "WITH page AS (SELECT i.* FROM unnest(CAST(:catalogs AS uuid[])) AS c (id) CROSS JOIN LATERAL ("
        "  SELECT i.id, i.taken_at, i.width, i.height, i.placeholder, i.thumbnail_key, i.kind, i.stem FROM image i"
        f" WHERE i.catalog_id = c.id AND {limits} AND {where.sql}"
        f" ORDER BY {order} LIMIT {BUCKET + 1}) i ORDER BY {order} LIMIT {BUCKET + 1})"
        " SELECT p.id, p.taken_at,"
        " CASE WHEN p.width > 0 AND p.height > 0 THEN round(p.width::numeric / p.height, 3)::float8 ELSE 1 END,"
        " p.placeholder, p.thumbnail_key, p.kind,"
        " CASE WHEN p.kind = 'video' THEN (SELECT m.duration FROM metadata m WHERE m.image_id = p.id) END,"
        f" {THUMBNAIL_STATE},"
        " (SELECT coalesce(min(f.path) FILTER (WHERE f.missing_since IS NULL), min(f.path)) FROM file f"
        "  WHERE f.image_id = p.id AND f.role = 'original') AS path, p.stem,"
        " coalesce(u.rating, 0), u.flag, u.label, coalesce(u.favourite, false)"
        f" FROM page p {DECIDED} ORDER BY p.taken_at DESC, p.id DESC",
        catalogs=list(catalogs),
        **where.parameters,
        **values,
    ).all()
    return _columns(rows)


def _limits(span: Span) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {}
    if span.start is None:
        terms = ["i.taken_at IS NULL"]
        if span.head is not None and span.below is not None:
            terms.append("i.id <= :head AND i.id > :below")
            values = {"head": span.head.id, "below": span.below.id}
        return " AND ".join(terms), values
    # One bound at each end, the narrower one: given two, an index scan may start at the wider.
    terms = []
    if span.head is None:
        terms.append("i.taken_at < CAST(:end AS date)")
        values["end"] = span.end
    else:
        terms.append("(i.taken_at, i.id) <= (CAST(:head_at AS timestamp), CAST(:head_id AS bigint))")
        values |= {"head_at": span.head.taken_at, "head_id": span.head.id}
    if span.below is None:
        terms.append("i.taken_at >= CAST(:start AS date)")
        values["start"] = span.start
    else:
        terms.append("(i.taken_at, i.id) > (CAST(:below_at AS timestamp), CAST(:below_id AS bigint))")
        values |= {"below_at": span.below.taken_at, "below_id": span.below.id}
    return " AND ".join(terms), values


def _columns(rows: Sequence[Sequence[Any]]) -> BucketRows:
    columns: list[list[Any]] = [list(column) for column in zip(*rows[:BUCKET], strict=True)] or [[] for _ in range(14)]
    names = [path.rpartition("/")[2] if path else stem for path, stem in zip(columns[8], columns[9], strict=True)]
    image_id, taken_at, ratio, placeholder, thumbnail, kind, duration, state = columns[:8]
    rating, flag, label, favourite = columns[10:]
    return BucketRows(
        id=image_id,
        taken_at=taken_at,
        ratio=ratio,
        placeholder=placeholder,
        thumbnail=thumbnail,
        kind=kind,
        duration=duration,
        state=state,
        name=names,
        rating=rating,
        flag=flag,
        label=label,
        favourite=favourite,
        more=len(rows) > BUCKET,
    )
