"""Lists of images: pages, neighbours, facets, and where an image's derived files and masters are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.curation import Flag, Label
from lumina.domain.selection import Selection, Shelf
from lumina.domain.summary import ImageSummary, Position
from lumina.domain.values import FileFormat, MediaKind, RenditionKind
from lumina.store import tags, taxonomy
from lumina.store.database import Row, Transaction
from lumina.store.selection import condition

MORE = 50
"""Images of a common tag that are looked at beyond those asked for, since some are not shown."""
THUMBNAIL_STATE = (
    "CASE WHEN p.thumbnail_key IS NOT NULL THEN 'done' WHEN EXISTS ("
    " SELECT FROM stage_state s JOIN stage g ON g.id = s.stage_id"
    " WHERE s.image_id = p.id AND g.name = 'thumbnail' AND s.status = 2) THEN 'failed' ELSE 'missing' END"
)
"""Of an image under the alias `p`."""

DECIDED = "LEFT JOIN LATERAL (SELECT * FROM curation WHERE image_id = p.id LIMIT 1) u ON true"
"""What was decided about an image under the alias `p`, as `u`: looked up for each, since the table may be taken for
empty, as it was some seconds ago, and would then be read for each."""

_SUMMARY = (
    "SELECT p.id, p.catalog_id, p.kind, p.taken_at, p.utc_offset, p.width, p.height, p.placeholder, p.thumbnail_key,"
    " p.missing_since, coalesce(regexp_replace(f.path, '^.*/', ''), p.stem) AS name, f.format, m.camera, m.duration,"
    f" r.key AS proxy, {THUMBNAIL_STATE} AS state,"
    " coalesce(u.rating, 0) AS rating, u.flag, u.label, coalesce(u.favourite, false) AS favourite,"
    " CASE WHEN p.trashed_at IS NOT NULL THEN 'trash' WHEN p.hidden THEN 'hidden' WHEN p.archived THEN 'archive' END"
    " AS shelf"
    " FROM page p"
    " LEFT JOIN LATERAL (SELECT path, format FROM file WHERE image_id = p.id AND role = 'original'"
    "  ORDER BY missing_since IS NOT NULL, path LIMIT 1) f ON true"
    " LEFT JOIN metadata m ON m.image_id = p.id"
    f" {DECIDED}"
    " LEFT JOIN rendition r ON r.image_id = p.id AND r.kind = 'proxy'"
    " ORDER BY p.taken_at DESC NULLS LAST, p.id DESC"
)


def catalog_ids(tx: Transaction) -> list[UUID]:
    """All catalogs."""
    return [row["id"] for row in tx.rows("SELECT id FROM catalog ORDER BY created_at, id")]


def page(
    tx: Transaction,
    catalogs: Sequence[UUID],
    selection: Selection,
    *,
    after: Position | None,
    limit: int,
    backwards: bool = False,
) -> list[ImageSummary]:
    """At most `limit` images that follow a position in the timeline (newest first), in the timeline's order.

    With `backwards`, those that come before it: the nearest `limit` ones.
    """
    selection = taxonomy.estimated(tx, selection, ordered=True)
    found: list[ImageSummary] = []
    for dated in (False, True) if backwards else (True, False):
        if len(found) == limit or _beyond(after, dated=dated, backwards=backwards):
            continue
        start = after if after is not None and (after.taken_at is not None) == dated else None
        more = _next(tx, catalogs, selection, dated, start, limit - len(found), backwards)
        found = more + found if backwards else found + more
    return found


def _beyond(after: Position | None, *, dated: bool, backwards: bool) -> bool:
    """True where a stretch (dated, undated) lies wholly on the other side of the position."""
    if after is None:
        return False
    return (after.taken_at is not None) != dated and dated != backwards


def _next(
    tx: Transaction,
    catalogs: Sequence[UUID],
    selection: Selection,
    dated: bool,
    after: Position | None,
    limit: int,
    backwards: bool,
) -> list[ImageSummary]:
    """As `_stretch`; the images of a common tag are looked for among its own, where that suffices."""
    if dated and selection.tag is not None and selection.few_tagged is False:
        asked = limit + MORE
        among = tags.newest(tx, selection, after=after, limit=asked, backwards=backwards)
        if among is not None:
            found = _stretch(tx, catalogs, selection, dated, after, limit, backwards, among)
            if len(found) == limit or len(among) < asked:
                return found
    return _stretch(tx, catalogs, selection, dated, after, limit, backwards)


def _stretch(
    tx: Transaction,
    catalogs: Sequence[UUID],
    selection: Selection,
    dated: bool,
    after: Position | None,
    limit: int,
    backwards: bool,
    among: Sequence[int] | None = None,
) -> list[ImageSummary]:
    where = condition(selection)
    direction, comparison = ("ASC", ">") if backwards else ("DESC", "<")
    columns = "i.taken_at, i.id" if dated else "i.id"
    order = ", ".join(f"{column} {direction}" for column in columns.split(", "))
    terms = [where.sql, "i.taken_at IS NOT NULL" if dated else "i.taken_at IS NULL"]
    values = dict(where.parameters)
    if among is not None:
        terms.append("i.id = ANY(:among)")
        values["among"] = list(among)
    if after is not None:
        terms.append(
            f"(i.taken_at, i.id) {comparison} (CAST(:after_at AS timestamp), CAST(:after_id AS bigint))"
            if dated
            else f"i.id {comparison} :after_id"
        )
        values |= {"after_at": after.taken_at, "after_id": after.id} if dated else {"after_id": after.id}
    # Each catalog has an index in the timeline's order; the few catalogs' first rows are merged.
    rows = tx.rows(
        "WITH page AS (SELECT i.* FROM unnest(CAST(:catalogs AS uuid[])) AS c (id) CROSS JOIN LATERAL ("
        f" SELECT i.* FROM image i WHERE i.catalog_id = c.id AND {' AND '.join(terms)}"
        f" ORDER BY {order} LIMIT :limit) i ORDER BY {order} LIMIT :limit) {_SUMMARY}",
        catalogs=list(catalogs),
        limit=limit,
        **values,
    )
    return [_summary(row) for row in rows]


def summary(tx: Transaction, image_id: int) -> ImageSummary | None:
    """One image, present or missing."""
    row = tx.row(f"WITH page AS (SELECT * FROM image WHERE id = :id) {_SUMMARY}", id=image_id)
    return _summary(row) if row else None


def _summary(row: Row) -> ImageSummary:
    return ImageSummary(
        id=row["id"],
        catalog_id=row["catalog_id"],
        name=row["name"],
        kind=MediaKind(row["kind"]),
        taken_at=row["taken_at"],
        utc_offset=row["utc_offset"],
        width=row["width"],
        height=row["height"],
        placeholder=row["placeholder"],
        thumbnail=row["thumbnail_key"],
        proxy=row["proxy"],
        camera=row["camera"],
        format=row["format"],
        duration=row["duration"],
        missing_since=row["missing_since"],
        state=row["state"],
        rating=row["rating"],
        flag=Flag(row["flag"]) if row["flag"] else None,
        label=Label(row["label"]) if row["label"] else None,
        favourite=row["favourite"],
        shelf=Shelf(row["shelf"]) if row["shelf"] else None,
    )


@dataclass(frozen=True, slots=True)
class Facet:
    """One value that filters, and how many images of the view have it."""

    value: str
    count: int


def facets(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, *, limit: int) -> dict[str, list[Facet]]:
    """The most frequent cameras, formats, kinds, and the years, of a view."""
    where = condition(taxonomy.estimated(tx, selection))
    of_image = f"FROM image i WHERE i.catalog_id = ANY(:catalogs) AND {where.sql}"
    with_metadata = of_image.replace("FROM image i", "FROM image i JOIN metadata md ON md.image_id = i.id")
    with_file = of_image.replace("FROM image i", "FROM image i JOIN file fl ON fl.image_id = i.id")
    queries = {
        "cameras": f"SELECT md.camera AS value, count(*) {with_metadata} AND md.camera IS NOT NULL GROUP BY 1",
        "formats": f"SELECT fl.format AS value, count(*) {with_file} AND fl.role = 'original' GROUP BY 1",
        "kinds": f"SELECT i.kind AS value, count(*) {of_image} GROUP BY 1",
        "years": "SELECT to_char(i.taken_at, 'YYYY') AS value, count(*)"
        f" {of_image} AND i.taken_at IS NOT NULL GROUP BY 1",
    }
    return {
        name: [
            Facet(row["value"], row["count"])
            for row in tx.rows(
                f"{sql} ORDER BY {'1' if name == 'years' else '2'} DESC, 1 LIMIT :limit",
                catalogs=list(catalogs),
                limit=limit,
                **where.parameters,
            )
        ]
        for name, sql in queries.items()
    }


def rendition_key(tx: Transaction, image_id: int, kind: RenditionKind) -> bytes | None:
    """Name of a derived file, None where there is none (or no such image)."""
    key: bytes | None = tx.value(
        "SELECT key FROM rendition WHERE image_id = :id AND kind = :kind", id=image_id, kind=kind.value
    )
    return key


@dataclass(frozen=True, slots=True)
class Master:
    """Where an image's original file is: `path` is relative to its source."""

    source_id: int
    path: str
    format: FileFormat
    checksum: bytes | None


def master(tx: Transaction, image_id: int) -> Master | None:
    """The original file that stages read, None where it is gone."""
    row = tx.row(
        "SELECT source_id, path, format, checksum FROM file"
        " WHERE image_id = :id AND role = 'original' AND missing_since IS NULL ORDER BY path LIMIT 1",
        id=image_id,
    )
    return Master(row["source_id"], row["path"], FileFormat(row["format"]), row["checksum"]) if row else None


def existing(tx: Transaction, image_ids: Sequence[int]) -> list[int]:
    """Those of the ids that are images."""
    return [row["id"] for row in tx.rows("SELECT id FROM image WHERE id = ANY(:ids)", ids=list(image_ids))]
