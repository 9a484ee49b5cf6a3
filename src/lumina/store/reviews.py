"""Reviews of listings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from lumina.domain.market import Review
from lumina.store.database import Transaction


def save(tx: Transaction, source_id: int, reviews: Sequence[Review], keep_hours: float | None = None) -> int:
    """Write reviews, those known already as they are said now; returns how many are new."""
    known = {(each.listing_id, each.buyer_id, each.created_at): each for each in reviews}
    rows = [
        {
            "shop_id": each.shop_id,
            "listing_id": each.listing_id,
            "buyer_id": each.buyer_id,
            "created_at": each.created_at.isoformat(),
            "rating": each.rating,
            "text": each.text,
            "language": each.language,
        }
        for each in known.values()
    ]
    if not rows:
        return 0
    return int(
        tx.value(
            """WITH written AS (
                INSERT INTO review (source_id, shop_id, listing_id, buyer_id, created_at, rating, text, language,
                    expires_at)
                SELECT :source, r.*, now() + make_interval(secs => CAST(:keep AS double precision))
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (shop_id bigint, listing_id bigint,
                    buyer_id bigint, created_at timestamptz, rating smallint, text text, language text)
                ORDER BY listing_id, buyer_id, created_at
                ON CONFLICT (source_id, listing_id, buyer_id, created_at) DO UPDATE
                    SET rating = excluded.rating, text = excluded.text, language = excluded.language,
                        fetched_at = now(), expires_at = excluded.expires_at
                RETURNING (xmax = 0) AS is_new)
            SELECT count(*) FILTER (WHERE is_new) FROM written""",
            source=source_id,
            keep=None if keep_hours is None else keep_hours * 3600,
            rows=json.dumps(rows),
        )
    )


def expires(tx: Transaction, source_id: int, shop_id: int, minutes: int, told_since: datetime | None) -> bool:
    """Whether a review of a shop expires within so many minutes, of those that were told since a moment (None: all)."""
    return bool(
        tx.value(
            """SELECT EXISTS (SELECT FROM review WHERE source_id = :source AND shop_id = :shop
                AND expires_at < now() + make_interval(mins => :minutes)
                AND (CAST(:told AS timestamptz) IS NULL OR fetched_at >= :told))""",
            source=source_id,
            shop=shop_id,
            minutes=minutes,
            told=told_since,
        )
    )
