"""Shops: written as a marketplace describes them, with a row of history where something changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lumina.domain.market import Follow, Shop
from lumina.store.database import Transaction

MOST = 500
"""Shops that a sync asks for because they expire, at most."""
_SAID = (
    "name, title, url, currency, location, active_listings, favourers, reviews, review_average, opened_at, raw,"
    " expires_at"
)
_CHANGES = ("active_listings", "favourers", "reviews", "review_average", "location")
"""What the history of a shop follows."""


def save(tx: Transaction, source_id: int, shops: Sequence[Shop], keep_hours: float | None = None) -> None:
    """Write shops; of one that comes twice the last counts. `keep_hours`: after which they expire; None: never."""
    rows = [_row(shop) for shop in {shop.shop_id: shop for shop in shops}.values()]
    if not rows:
        return
    updates = ", ".join(f"{name} = excluded.{name}" for name in _SAID.split(", "))
    columns = ", ".join(_CHANGES)
    same = " AND ".join(f"n.{name} IS NOT DISTINCT FROM o.{name}" for name in _CHANGES)
    tx.execute(
        f"""WITH said AS MATERIALIZED (
            SELECT r.*, now() + make_interval(secs => CAST(:keep AS double precision)) AS expires_at
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (shop_id bigint, name text, title text, url text,
                currency text, location text, active_listings integer, favourers integer, reviews integer,
                review_average real, opened_at timestamptz, raw jsonb)
        ), before AS MATERIALIZED (
            SELECT shop_id, {columns} FROM shop WHERE source_id = :source AND shop_id IN (SELECT shop_id FROM said)
        ), written AS (
            INSERT INTO shop (source_id, shop_id, {_SAID}) SELECT :source, shop_id, {_SAID} FROM said ORDER BY shop_id
            ON CONFLICT (source_id, shop_id) DO UPDATE SET {updates}, fetched_at = now(), gone_at = NULL
            RETURNING shop_id, {columns}
        )
        INSERT INTO shop_state (source_id, shop_id, {columns})
        SELECT :source, n.shop_id, {", ".join(f"n.{name}" for name in _CHANGES)} FROM written n
        LEFT JOIN before o ON o.shop_id = n.shop_id WHERE o.shop_id IS NULL OR NOT ({same})
        ON CONFLICT (source_id, shop_id, at) DO UPDATE
            SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGES)}""",
        source=source_id,
        keep=None if keep_hours is None else keep_hours * 3600,
        rows=json.dumps(rows),
    )


def forget(tx: Transaction, source_id: int, shop_id: int) -> None:
    """Mark a shop that has vanished."""
    tx.execute(
        """UPDATE shop SET gone_at = coalesce(gone_at, now()), fetched_at = now()
        WHERE source_id = :source AND shop_id = :shop""",
        source=source_id,
        shop=shop_id,
    )


def expiring(tx: Transaction, follow: Follow, before: datetime) -> list[int]:
    """Shops of listings that a follow has found, which expire before its next sync and were last told of before.

    The longest unheard of first, at most `MOST`: each costs a request, of which a day has so many.
    """
    rows = tx.rows(
        """SELECT s.shop_id FROM shop s WHERE s.source_id = :source AND s.gone_at IS NULL AND s.fetched_at < :before
            AND s.expires_at < now() + make_interval(mins => :minutes) AND EXISTS (
                SELECT FROM listing l JOIN follow_listing f ON f.listing_id = l.listing_id AND f.follow_id = :follow
                WHERE l.source_id = s.source_id AND l.shop_id = s.shop_id AND l.gone_at IS NULL)
        ORDER BY s.fetched_at, s.shop_id LIMIT :most""",
        most=MOST,
        source=follow.source_id,
        follow=follow.id,
        minutes=follow.every_minutes,
        before=before,
    )
    return [row["shop_id"] for row in rows]


def _row(shop: Shop) -> dict[str, Any]:
    plain = ("shop_id", "name", "title", "url", "currency", "location", "active_listings", "favourers", "reviews",
             "review_average")  # fmt: skip
    return {
        **{name: getattr(shop, name) for name in plain},
        "opened_at": shop.opened_at.isoformat() if shop.opened_at else None,
        "raw": dict(shop.raw),
    }
