"""Listings and their images: written as a marketplace describes them, with a row of history where something changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lumina.domain.market import GONE, Listing, ListingImage
from lumina.store import listing_words
from lumina.store.database import Transaction

_SAID = (
    "shop_id, title, description, url, tags, materials, who_made, when_made, taxonomy_id, state, quantity, price,"
    " currency, favourers, views, created_at, updated_at, raw, words, expires_at"
)
_SHOWN = "rank, is_primary, url, url_full, hex_code, hue, saturation, brightness, full_width, full_height, alt_text"
_CHANGES = ("state", "quantity", "favourers", "views", "price", "currency")
"""What the history of a listing follows."""


def save(
    tx: Transaction,
    source_id: int,
    listings: Sequence[Listing],
    keep_hours: float | None = None,
    image_hours: float | None = None,
) -> list[int]:
    """Write listings and, where they carry any, their images; returns the images whose files have to be fetched.

    An image that is new becomes a row of `image` that awaits its file; one with another address than before is fetched
    again, as is one that had vanished and is back; one that the listing does not show any more is marked `gone_at` and
    stays. Listings that have vanished
    (state `GONE`) keep all that was known of them.

    Args:
        tx: the transaction.
        source_id: the marketplace.
        listings: each once.
        keep_hours: after so long what is written has to be asked for again, or purged; None: never.
        image_hours: the same of what is written of images.
    """
    if not listings:
        return []
    gone = [listing.listing_id for listing in listings if listing.state == GONE]
    _forget(tx, source_id, gone)
    there = [listing for listing in listings if listing.state != GONE]
    if not there:
        return []
    listing_words.make_stale(tx, source_id, {listing.listing_id: listing.words for listing in there})
    back = _returned(tx, source_id, there)
    _write(tx, source_id, there, keep_hours)
    images = _images(tx, source_id, [listing for listing in there if listing.images is not None], image_hours)
    return sorted({*back, *images})


def _returned(tx: Transaction, source_id: int, listings: Sequence[Listing]) -> list[int]:
    """Make pictures due once more that had vanished while their listings had, or did not show them."""
    shown = [(listing.listing_id, image.remote_id) for listing in listings for image in listing.images or ()]
    rows = tx.rows(
        """UPDATE stage_state s SET status = 3
        FROM stage g, listing_image i JOIN listing l USING (source_id, listing_id)
        WHERE g.name = 'download' AND s.stage_id = g.id AND s.image_id = i.image_id AND s.status = 2 AND s.code = 'gone'
            AND i.source_id = :source AND (i.gone_at IS NOT NULL OR l.gone_at IS NOT NULL)
            AND (i.listing_id, i.remote_id) IN (
                SELECT unnest(CAST(:listings AS bigint[])), unnest(CAST(:images AS bigint[])))
        RETURNING s.image_id""",
        source=source_id,
        listings=[listing for listing, _ in shown],
        images=[image for _, image in shown],
    )
    return [row["image_id"] for row in rows]


def _forget(tx: Transaction, source_id: int, ids: Sequence[int]) -> None:
    """Mark listings that have vanished."""
    if not ids:
        return
    tx.execute(
        f"""WITH vanished AS (
            UPDATE listing SET state = '{GONE}', gone_at = coalesce(gone_at, now()), fetched_at = now()
            WHERE source_id = :source AND listing_id = ANY(CAST(:ids AS bigint[])) AND state <> '{GONE}'
            RETURNING source_id, listing_id, state)
        INSERT INTO listing_state (source_id, listing_id, state) SELECT * FROM vanished
        ON CONFLICT (source_id, listing_id, at) DO UPDATE SET state = excluded.state""",
        source=source_id,
        ids=list(ids),
    )


def _write(tx: Transaction, source_id: int, listings: Sequence[Listing], keep_hours: float | None) -> None:
    updates = ", ".join(f"{name} = excluded.{name}" for name in _SAID.split(", "))
    columns, same = ", ".join(_CHANGES), " AND ".join(f"n.{name} IS NOT DISTINCT FROM o.{name}" for name in _CHANGES)
    tx.execute(
        f"""WITH said AS MATERIALIZED (
            SELECT {_SAID.removesuffix(", expires_at")}, listing_id,
                now() + make_interval(secs => CAST(:keep AS double precision)) AS expires_at
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (listing_id bigint, shop_id bigint, title text,
                description text, url text, tags text[], materials text[], who_made text, when_made text,
                taxonomy_id bigint, state text, quantity integer, price numeric, currency text, favourers integer,
                views integer, created_at timestamptz, updated_at timestamptz, raw jsonb, words text)
        ), before AS MATERIALIZED (
            SELECT o.listing_id, {", ".join(f"o.{name}" for name in _CHANGES)} FROM listing o
            WHERE o.source_id = :source AND o.listing_id IN (SELECT listing_id FROM said)
        ), written AS (
            INSERT INTO listing (source_id, listing_id, {_SAID})
            SELECT :source, listing_id, {_SAID} FROM said ORDER BY listing_id
            ON CONFLICT (source_id, listing_id) DO UPDATE SET {updates}, fetched_at = now(), gone_at = NULL
            RETURNING listing_id, {columns}
        )
        INSERT INTO listing_state (source_id, listing_id, {columns})
        SELECT :source, n.listing_id, {", ".join(f"n.{name}" for name in _CHANGES)}
        FROM written n LEFT JOIN before o USING (listing_id)
        WHERE o.listing_id IS NULL OR NOT ({same})
        ON CONFLICT (source_id, listing_id, at) DO UPDATE
            SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGES)}""",
        source=source_id,
        keep=None if keep_hours is None else keep_hours * 3600,
        rows=json.dumps([_row(listing) for listing in listings]),
    )


def _row(listing: Listing) -> dict[str, Any]:
    plain = ("listing_id", "shop_id", "title", "description", "url", "who_made", "when_made", "taxonomy_id", "state",
             "quantity", "currency", "favourers", "views")  # fmt: skip
    return {
        **{name: getattr(listing, name) for name in plain},
        "tags": list(listing.tags),
        "materials": list(listing.materials),
        "price": None if listing.price is None else str(listing.price),
        "created_at": listing.created_at.isoformat() if listing.created_at else None,
        "updated_at": listing.updated_at.isoformat() if listing.updated_at else None,
        "raw": dict(listing.raw),
        "words": listing.words,
    }


def _images(tx: Transaction, source_id: int, listings: Sequence[Listing], keep_hours: float | None) -> list[int]:
    rows = [_image_row(listing, image) for listing in listings for image in listing.images or ()]
    shown = _SHOWN.split(", ")
    said = """said AS MATERIALIZED (
        SELECT r.*, now() + make_interval(secs => CAST(:keep AS double precision)) AS expires_at
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (listing_id bigint, shop_id bigint, remote_id bigint,
            rank smallint, is_primary boolean, url text, url_full text, hex_code text, hue smallint,
            saturation smallint, brightness smallint, full_width integer, full_height integer, alt_text text))"""
    given = {
        "source": source_id,
        "rows": json.dumps(rows),
        "keep": None if keep_hours is None else keep_hours * 3600,
    }
    tx.execute(
        """UPDATE listing_image SET gone_at = coalesce(gone_at, now()), is_primary = false WHERE source_id = :source
        AND listing_id = ANY(CAST(:listings AS bigint[])) AND (listing_id, remote_id) NOT IN (
            SELECT unnest(CAST(:of AS bigint[])), unnest(CAST(:ids AS bigint[])))""",
        source=source_id,
        listings=[listing.listing_id for listing in listings],
        of=[row["listing_id"] for row in rows],
        ids=[row["remote_id"] for row in rows],
    )
    tx.execute(
        f"""WITH {said}, elsewhere AS MATERIALIZED (
            SELECT id FROM image WHERE id IN (
                SELECT l.image_id FROM said s JOIN listing_image l ON l.source_id = :source
                    AND l.listing_id = s.listing_id AND l.remote_id = s.remote_id AND l.url <> s.url)
            ORDER BY id FOR NO KEY UPDATE)
        UPDATE image SET revision = revision + 1 FROM elsewhere WHERE image.id = elsewhere.id""",
        **given,  # a download from the former address that is under way is void
    )
    changed = tx.rows(
        f"""WITH {said}, before AS MATERIALIZED (
            SELECT image_id, url FROM listing_image WHERE source_id = :source
                AND (listing_id, remote_id) IN (SELECT listing_id, remote_id FROM said)
        ), told AS (
            UPDATE listing_image l SET {", ".join(f"{name} = s.{name}" for name in shown)},
                expires_at = s.expires_at, fetched_at = now(), gone_at = NULL,
                etag = CASE WHEN l.url = s.url THEN l.etag END,  -- marks are those of an address
                last_modified = CASE WHEN l.url = s.url THEN l.last_modified END
            FROM said s WHERE l.source_id = :source AND l.listing_id = s.listing_id AND l.remote_id = s.remote_id
            RETURNING l.image_id, l.url
        ), other AS (SELECT told.image_id FROM told JOIN before USING (image_id) WHERE told.url <> before.url),
        stale AS (
            UPDATE stage_state SET status = 3 FROM stage g
            WHERE g.id = stage_id AND g.name = 'download' AND image_id IN (SELECT image_id FROM other))
        SELECT image_id FROM other""",
        **given,
    )
    added = tx.rows(
        f"""WITH {said}, new AS MATERIALIZED (
            SELECT nextval(pg_get_serial_sequence('image', 'id')) AS image_id, unknown.* FROM (
                SELECT s.* FROM said s WHERE NOT EXISTS (SELECT FROM listing_image l WHERE l.source_id = :source
                    AND l.listing_id = s.listing_id AND l.remote_id = s.remote_id)
                ORDER BY listing_id, rank, remote_id) unknown
        ), made AS (
            INSERT INTO image (id, catalog_id, source_id, folder, stem, missing_since, awaited)
            OVERRIDING SYSTEM VALUE
            SELECT image_id, source.catalog_id, source.id, (listing_id % 1000)::text || '/' || listing_id,
                remote_id::text, now(), true
            FROM new, source WHERE source.id = :source ORDER BY image_id
        )
        INSERT INTO listing_image (image_id, source_id, listing_id, remote_id, expires_at, {_SHOWN})
        SELECT image_id, :source, listing_id, remote_id, expires_at, {_SHOWN} FROM new RETURNING image_id""",
        **given,
    )
    return sorted(row["image_id"] for row in [*changed, *added])


def _image_row(listing: Listing, image: ListingImage) -> dict[str, Any]:
    plain = ("remote_id", "rank", "url", "url_full", "hex_code", "hue", "saturation", "brightness", "full_width",
             "full_height", "alt_text")  # fmt: skip
    assert listing.images is not None
    first = min((each.rank, each.remote_id) for each in listing.images)
    return {
        **{name: getattr(image, name) for name in plain},
        "listing_id": listing.listing_id,
        "shop_id": listing.shop_id,
        "is_primary": (image.rank, image.remote_id) == first,
    }
