"""Searching the listings of marketplaces: filters inside the vectors' queries, exact scores, words of titles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.ensemble import ListingFilter, ListingKey
from lumina.domain.vectors import Near, Space
from lumina.store import spaces, vectors
from lumina.store.database import Transaction
from lumina.store.nearest import as_text
from lumina.store.selection import Condition
from lumina.store.tsqueries import quoted

OFTEN = 5_000
"""Listings with any of the words that are looked at, where none has all of them."""
SPREAD = 4
"""So many times more images than wanted are drawn at random at first: not all have vectors yet."""
_LANGUAGE = "english"
"""Whose endings are cut off; words of other languages are found as they are written."""


def condition(where: ListingFilter) -> Condition:
    """The shown images of listings that meet a filter, on the alias `i`, but for the catalog."""
    terms, values = filter_terms(where)
    images = "SELECT FROM listing_image m"
    if terms:
        images += " JOIN listing l ON l.source_id = m.source_id AND l.listing_id = m.listing_id"
    parts = ["m.image_id = i.id", "m.gone_at IS NULL", *terms]
    return Condition(f"i.shown AND EXISTS ({images} WHERE {' AND '.join(parts)})", values)


def filter_terms(where: ListingFilter) -> tuple[list[str], dict[str, Any]]:
    """Conditions on the alias `l` (listing), and their values; the catalog is not among them."""
    given = {
        "l.shop_id = ANY(:lf_shops)": ("lf_shops", list(where.shops)),
        "l.price >= CAST(:lf_price_min AS numeric)": ("lf_price_min", where.price_min),
        "l.price <= CAST(:lf_price_max AS numeric)": ("lf_price_max", where.price_max),
        "l.currency = :lf_currency": ("lf_currency", where.currency),
        "l.state = ANY(:lf_states)": ("lf_states", list(where.states)),
        "l.when_made = ANY(:lf_when_made)": ("lf_when_made", list(where.when_made)),
        "l.created_at >= CAST(:lf_from AS date)": ("lf_from", where.listed_from),
        "l.created_at < CAST(:lf_until AS date) + 1": ("lf_until", where.listed_until),
    }
    chosen = {sql: pair for sql, pair in given.items() if pair[1] is not None and pair[1] != []}
    return list(chosen), dict(chosen.values())


def exact(tx: Transaction, space: Space, query: NDArray[np.floating], image_ids: Collection[int]) -> list[Near]:
    """The similarity of a vector to each of these images, in any order; images without a vector are left out.

    Raises:
        BadInput: the query has other dimensions, is not finite, or of no length.
    """
    if not image_ids:
        return []
    rows: Sequence[Any] = tx.execute(
        f"""SELECT v.image_id, -(v.vector <#> CAST(:near_query AS halfvec)) FROM {spaces.table(space)} v
        WHERE v.image_id = ANY(:near_ids)""",
        near_query=as_text(space, query),
        near_ids=list(image_ids),
    ).all()
    return [Near(row[0], row[1]) for row in rows]


def listings_of(tx: Transaction, image_ids: Collection[int]) -> dict[int, ListingKey]:
    """Image -> its listing."""
    rows: Sequence[Any] = tx.execute(
        "SELECT image_id, source_id, listing_id FROM listing_image WHERE image_id = ANY(:ids)", ids=list(image_ids)
    ).all()
    return {row[0]: ListingKey(row[1], row[2]) for row in rows}


def images_shown(tx: Transaction, keys: Sequence[ListingKey]) -> dict[ListingKey, int]:
    """How many images each of the listings shows, at least 1."""
    rows: Sequence[Any] = tx.execute(
        """SELECT k.source_id, k.listing_id, count(*) FROM unnest(CAST(:sources AS bigint[]), CAST(:ids AS bigint[]))
            AS k (source_id, listing_id)
        JOIN listing_image m ON m.source_id = k.source_id AND m.listing_id = k.listing_id AND m.gone_at IS NULL
        GROUP BY 1, 2""",
        sources=[key.source_id for key in keys],
        ids=[key.listing_id for key in keys],
    ).all()
    found = {ListingKey(row[0], row[1]): int(row[2]) for row in rows}
    return {key: found.get(key, 1) for key in keys}


def shops_named(tx: Transaction, name: str) -> list[int]:
    """Numbers of the shops of this name, whatever its case."""
    rows: Sequence[Any] = tx.execute("SELECT shop_id FROM shop WHERE lower(name) = lower(:name)", name=name).all()
    return [row[0] for row in rows]


def checksums(tx: Transaction, image_ids: Collection[int]) -> dict[int, bytes]:
    """Image -> BLAKE3 of its file, where that is known."""
    rows: Sequence[Any] = tx.execute(
        """SELECT DISTINCT ON (image_id) image_id, checksum FROM file
        WHERE image_id = ANY(:ids) AND role = 'original' AND checksum IS NOT NULL
        ORDER BY image_id, missing_since IS NOT NULL, path""",
        ids=list(image_ids),
    ).all()
    return {row[0]: bytes(row[1]) for row in rows}


def sample(tx: Transaction, space: Space, count: int) -> tuple[vectors.Ids, vectors.Halves]:
    """As `vectors.sample`, of images of listings alone; as far as they have vectors the same ones in all spaces."""
    for limit in (f"LIMIT {SPREAD * count}", ""):
        some = f"(SELECT m.image_id FROM listing_image m ORDER BY hashint8(m.image_id), m.image_id {limit}) AS s"
        found: Sequence[Any] = tx.execute(
            f"""SELECT s.image_id FROM {some} JOIN {spaces.table(space)} v ON v.image_id = s.image_id
            ORDER BY hashint8(s.image_id), s.image_id LIMIT :count""",
            count=count,
        ).all()
        if len(found) == count:
            break
    return vectors.load(tx, space, [row[0] for row in found])


def size(tx: Transaction, space: Space) -> int:
    """How many vectors of listings' images a space has, at most."""
    return min(spaces.size(tx, space), int(tx.value("SELECT count(*) FROM listing_image")))


def lexemes(tx: Transaction, text: str) -> list[str]:
    """The words of a text that can be found, without endings; empty where there are none."""
    return list(
        tx.value(f"SELECT tsvector_to_array(to_tsvector('{_LANGUAGE}', :text))", text=text.replace("\x00", " "))
    )


def by_words(tx: Transaction, asked: Sequence[str], where: ListingFilter, count: int) -> list[int]:
    """Images of listings whose title and tags have these words: all of them or, where none has, the most.

    Each listing comes once, by the first of its images that is shown. Best first: by how many of the words it has, then
    by how close they stand to each other.
    """
    terms, values = filter_terms(where)
    if where.catalog is not None:  # before they are cut off at `OFTEN`
        terms.append("l.source_id IN (SELECT s.id FROM source s WHERE s.catalog_id = :near_catalog)")
    for joined in (" & ", " | ") if len(asked) > 1 else (" & ",):
        rows: Sequence[Any] = tx.execute(
            f"""WITH found AS MATERIALIZED (
                SELECT l.source_id, l.listing_id, {_SHARE} AS share,
                    ts_rank_cd(l.document, CAST(:asked AS tsquery), 1) AS close
                FROM listing l WHERE {" AND ".join(["l.document @@ CAST(:asked AS tsquery)", *terms])} LIMIT {OFTEN})
            SELECT image.id FROM found f CROSS JOIN LATERAL (
                SELECT i.id FROM listing_image m JOIN image i ON i.id = m.image_id
                WHERE m.source_id = f.source_id AND m.listing_id = f.listing_id AND m.gone_at IS NULL AND i.shown
                    AND (CAST(:near_catalog AS uuid) IS NULL OR i.catalog_id = :near_catalog)
                ORDER BY m.rank, i.id LIMIT 1) AS image
            ORDER BY f.share DESC, f.close DESC, f.listing_id, f.source_id LIMIT :near_count""",
            asked=joined.join(map(quoted, asked)),
            asked_words=list(map(quoted, asked)),
            near_count=count,
            near_catalog=where.catalog,
            **values,
        ).all()
        if rows:
            return [row[0] for row in rows]
    return []


def shares(tx: Transaction, asked: Sequence[str], image_ids: Collection[int]) -> list[Near]:
    """Of each image the share of the words that its listing's title and tags have, 0 to 1."""
    if not image_ids:
        return []
    rows: Sequence[Any] = tx.execute(
        f"""SELECT m.image_id, {_SHARE} AS share FROM listing_image m
        JOIN listing l ON l.source_id = m.source_id AND l.listing_id = m.listing_id
        WHERE m.image_id = ANY(:near_ids)""",
        asked_words=list(map(quoted, asked)),
        near_ids=list(image_ids),
    ).all()
    return [Near(row[0], float(row[1])) for row in rows]


_SHARE = """(SELECT avg(CAST(l.document @@ CAST(w AS tsquery) AS integer))
    FROM unnest(CAST(:asked_words AS text[])) AS w)"""
