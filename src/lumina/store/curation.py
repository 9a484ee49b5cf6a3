"""What has been decided about images: reading it, and taking over what files say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from lumina.domain.curation import Curation, Flag, Label
from lumina.domain.firsts import FirstValues
from lumina.domain.selection import Selection
from lumina.store import albums
from lumina.store.database import Row, Transaction
from lumina.store.selection import condition


def of_images(tx: Transaction, image_ids: Sequence[int]) -> dict[int, Curation]:
    """Image -> what has been decided about it; images that do not exist are left out."""
    rows = tx.rows(
        """SELECT i.id, i.archived, i.trashed_at, i.hidden, u.* FROM image i
        LEFT JOIN LATERAL (SELECT * FROM curation WHERE image_id = i.id LIMIT 1) u ON true WHERE i.id = ANY(:ids)""",
        ids=list(image_ids),
    )
    inside = albums.of_images(tx, image_ids)
    return {row["id"]: _curation(row, tuple(inside.get(row["id"], ()))) for row in rows}


def _curation(row: Row, albums: tuple[tuple[int, str], ...]) -> Curation:
    put_away = {"archived": row["archived"], "trashed_at": row["trashed_at"], "hidden": row["hidden"]}
    if row["image_id"] is None:
        return Curation(**put_away, albums=albums)
    return Curation(
        **put_away,
        rating=row["rating"],
        flag=Flag(row["flag"]) if row["flag"] else None,
        label=Label(row["label"]) if row["label"] else None,
        favourite=row["favourite"],
        title=row["title"],
        caption=row["caption"],
        keywords=tuple(row["keywords"]),
        location=(row["latitude"], row["longitude"]) if row["latitude"] is not None else None,
        albums=albums,
        base=row["base"],
    )


def keywords(tx: Transaction, image_ids: Sequence[int]) -> dict[int, tuple[list[str], list[str]]]:
    """Image -> the keywords that people have added and those of its files. The caller has locked the images."""
    rows = tx.rows(
        """SELECT i.id, coalesce(u.keywords, '{}') AS added, coalesce(m.keywords, '{}') AS filed FROM image i
        LEFT JOIN LATERAL (SELECT * FROM curation WHERE image_id = i.id LIMIT 1) u ON true
        LEFT JOIN metadata m ON m.image_id = i.id WHERE i.id = ANY(:ids)""",
        ids=list(image_ids),
    )
    return {row["id"]: (row["added"], row["filed"]) for row in rows}


def chosen(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, *, limit: int) -> list[int]:
    """All images of a view, at most `limit`, by rising id."""
    where = condition(selection)
    rows = tx.execute(
        f"SELECT i.id FROM image i WHERE i.catalog_id = ANY(:catalogs) AND {where.sql} ORDER BY i.id LIMIT :limit",
        catalogs=list(catalogs),
        limit=limit,
        **where.parameters,
    ).all()
    return [row[0] for row in rows]


def catalogs_of(tx: Transaction, image_ids: Sequence[int]) -> dict[int, UUID]:
    """Image -> its catalog; images that do not exist are left out."""
    rows = tx.rows("SELECT id, catalog_id FROM image WHERE id = ANY(:ids)", ids=list(image_ids))
    return {row["id"]: row["catalog_id"] for row in rows}


def moved_files(tx: Transaction, image_ids: Sequence[int]) -> list[int]:
    """Those of the images of which a file lies in Lumina's trash, by rising id."""
    rows = tx.rows(
        "SELECT DISTINCT image_id FROM file WHERE image_id = ANY(:ids) AND trash_path IS NOT NULL ORDER BY image_id",
        ids=list(image_ids),
    )
    return [row["image_id"] for row in rows]


def inherit(tx: Transaction, image_id: int, of: int) -> None:
    """What was decided about an image holds for one that has come out of it as well."""
    tx.execute(
        """UPDATE image SET archived = old.archived, hidden = old.hidden, trashed_at = old.trashed_at
        FROM image old WHERE image.id = :id AND old.id = :of AND NOT old.shown""",
        id=image_id,
        of=of,
    )
    tx.execute(
        f"""INSERT INTO curation (image_id, {_COLUMNS}) SELECT :id, {_COLUMNS} FROM curation WHERE image_id = :of""",
        id=image_id,
        of=of,
    )
    tx.execute(
        """INSERT INTO album_image (album_id, image_id, added_at)
        SELECT album_id, :id, added_at FROM album_image WHERE image_id = :of""",
        id=image_id,
        of=of,
    )


_COLUMNS = "rating, flag, label, favourite, title, caption, keywords, latitude, longitude, base"


def adopt(tx: Transaction, said: Mapping[int, FirstValues]) -> None:
    """Take over what files say, per field, where nobody has decided otherwise. The caller has locked the images.

    `base` keeps the value that was last taken over. What is still equal to it (or to what the file says now) follows
    the file; what a person has made of it stays, and so does its base, by which the two can be told apart later.
    """
    ids = sorted(said)
    tx.execute(
        f"""WITH said AS (
            SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:ratings AS smallint[]), CAST(:flags AS text[]),
                CAST(:labels AS text[])) AS s (image_id, rating, flag, label)
        ), both_sides AS (
            SELECT s.*, coalesce(u.rating, 0) AS our_rating, u.flag AS our_flag, u.label AS our_label,
                coalesce(u.base, '{{}}') AS base, coalesce(CAST(u.base ->> 'rating' AS smallint), 0) AS base_rating,
                u.base ->> 'flag' AS base_flag, u.base ->> 'label' AS base_label
            FROM said s LEFT JOIN LATERAL (SELECT * FROM curation WHERE image_id = s.image_id LIMIT 1) u ON true
            WHERE s.rating <> 0 OR s.flag IS NOT NULL OR s.label IS NOT NULL OR u.base <> '{{}}'
        )
        INSERT INTO curation (image_id, rating, flag, label, base)
        SELECT image_id, {", ".join(_merged("our", field) for field in _FIELDS)},
            (base - ARRAY['rating', 'flag', 'label']) || jsonb_strip_nulls(jsonb_build_object(
                'rating', nullif({_merged("base", "rating")}, 0),
                'flag', {_merged("base", "flag")}, 'label', {_merged("base", "label")}))
        FROM both_sides
        ON CONFLICT (image_id) DO UPDATE SET rating = excluded.rating, flag = excluded.flag, label = excluded.label,
            base = excluded.base
        WHERE (curation.rating, curation.flag, curation.label, curation.base)
            IS DISTINCT FROM (excluded.rating, excluded.flag, excluded.label, excluded.base)""",
        ids=ids,
        ratings=[said[image].rating for image in ids],
        flags=[said[image].flag for image in ids],
        labels=[said[image].label for image in ids],
    )


_FIELDS = ("rating", "flag", "label")


def _merged(side: str, field: str) -> str:
    """The file's value where ours is still the one that was taken over, or the same as the file's; else `side`'s."""
    followed = f"our_{field} IS NOT DISTINCT FROM base_{field} OR our_{field} IS NOT DISTINCT FROM {field}"
    return f"CASE WHEN {followed} THEN {field} ELSE {side}_{field} END"
