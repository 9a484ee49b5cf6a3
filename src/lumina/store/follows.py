"""What people follow of marketplaces, and how far its syncs are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from lumina.domain.market import GONE, Follow, FollowKind, Listing
from lumina.store.database import Row, Transaction

_BLOCKED = "coalesce((r.state ->> 'blocked_until')::double precision, 0)"
_BLOCKED_FOR = "coalesce((r.state ->> 'blocked_for')::double precision, 0)"
_LATEST = "greatest(make_interval(mins => f.every_minutes), interval '7 days') + interval '1 hour'"
"""No sync is put off for longer; one that is due later was put off before the clock was put back."""
_SLACK = 60
"""Seconds by which clocks differ all the time."""


def add(tx: Transaction, source_id: int, kind: FollowKind, value: str, title: str, every_minutes: int) -> Follow:
    """Follow something from now on; what is followed already is due again, and follows the new rhythm."""
    row = tx.row(
        """INSERT INTO follow (source_id, kind, value, title, every_minutes)
        VALUES (:source, :kind, :value, :title, :minutes) ON CONFLICT (source_id, kind, value) DO UPDATE
            SET title = excluded.title, every_minutes = excluded.every_minutes, due_at = now(), error = NULL
        RETURNING *""",
        source=source_id,
        kind=kind.value,
        value=value,
        title=title,
        minutes=every_minutes,
    )
    assert row is not None
    return _follow(row)


def find(tx: Transaction, follow_id: int) -> Follow | None:
    """One by its number; None where nobody follows it any more."""
    row = tx.row("SELECT * FROM follow WHERE id = :id", id=follow_id)
    return None if row is None else _follow(row)


def every(tx: Transaction, source_id: int | None = None) -> list[Follow]:
    """Everything that is followed, of one marketplace or of all, oldest first."""
    rows = tx.rows(
        "SELECT * FROM follow WHERE CAST(:source AS bigint) IS NULL OR source_id = :source ORDER BY id",
        source=source_id,
    )
    return [_follow(row) for row in rows]


def due(tx: Transaction) -> list[Follow]:
    """What has to be synced now, of marketplaces that may be asked, also if the clock was put back meanwhile."""
    rows = tx.rows(
        f"""SELECT f.* FROM follow f LEFT JOIN request_rate r USING (source_id)
        WHERE (f.due_at <= now() OR f.due_at > now() + {_LATEST})
            AND ({_BLOCKED} <= extract(epoch FROM now())
                OR {_BLOCKED} > extract(epoch FROM now()) + {_BLOCKED_FOR} + {_SLACK})
        ORDER BY f.id"""
    )
    return [_follow(row) for row in rows]


def under_way(tx: Transaction, job_id: UUID) -> set[int]:
    """The numbers of those that a job is syncing."""
    rows = tx.rows(
        """SELECT DISTINCT (payload ->> 'follow')::bigint AS follow FROM batch
        WHERE job_id = :job AND kind = 'sync' AND state <> 'ended'""",
        job=job_id,
    )
    return {row["follow"] for row in rows}


def remove(tx: Transaction, follow_id: int) -> None:
    """Follow it no more; what is known stays."""
    tx.execute("DELETE FROM follow WHERE id = :id", id=follow_id)


def keep(tx: Transaction, follow_id: int, cursor: Mapping[str, Any]) -> bool:
    """Remember where the sync goes on; False where nobody follows it any more."""
    changed = tx.execute(
        "UPDATE follow SET cursor = CAST(:cursor AS jsonb), error = NULL WHERE id = :id",
        id=follow_id,
        cursor=json.dumps(dict(cursor)),
    )
    return bool(changed.rowcount)


def ended(tx: Transaction, follow_id: int, cursor: Mapping[str, Any], error: str | None = None) -> None:
    """A whole sync is over; the next one is due in its time. `error`: what people should know all the same."""
    tx.execute(
        """UPDATE follow SET cursor = CAST(:cursor AS jsonb), error = :error, synced_at = now(),
            due_at = now() + make_interval(mins => every_minutes) WHERE id = :id""",
        id=follow_id,
        error=error,
        cursor=json.dumps(dict(cursor)),
    )


def put_off(tx: Transaction, follow_id: int, error: str, seconds: float | None = None) -> None:
    """It could not be finished, and goes on after so many seconds; None: in its usual time."""
    tx.execute(
        """UPDATE follow SET error = :error, due_at = now() + coalesce(
            make_interval(secs => CAST(:seconds AS double precision)), make_interval(mins => every_minutes))
        WHERE id = :id""",
        id=follow_id,
        error=error,
        seconds=seconds,
    )


def put_all_off(tx: Transaction, source_id: int, error: str, seconds: float) -> None:
    """Whatever is due of a marketplace had better not be asked for now, but after so many seconds."""
    tx.execute(
        """UPDATE follow SET error = :error, due_at = now() + make_interval(secs => :seconds)
        WHERE source_id = :source AND due_at <= now()""",
        source=source_id,
        error=error,
        seconds=seconds,
    )


def seen(tx: Transaction, follow_id: int, listings: Sequence[int]) -> None:
    """These have been found again, or for the first time."""
    tx.execute(
        """INSERT INTO follow_listing (follow_id, listing_id)
        SELECT :follow, id FROM unnest(CAST(:ids AS bigint[])) AS id ORDER BY id
        ON CONFLICT (follow_id, listing_id) DO UPDATE SET seen_at = now()""",
        follow=follow_id,
        ids=sorted(set(listings)),
    )


def unseen(tx: Transaction, follow: Follow, before: datetime, after: int, limit: int) -> list[int]:
    """Listings that were for sale, and that nothing has found since: numbers above `after`, ascending."""
    rows = tx.rows(
        f"""SELECT s.listing_id FROM follow_listing s JOIN listing l
            ON l.source_id = :source AND l.listing_id = s.listing_id
        WHERE s.follow_id = :follow AND s.listing_id > :after AND s.seen_at < :before
            AND l.state NOT IN ('{GONE}', 'sold_out', 'removed', 'inactive', 'expired') AND l.fetched_at < :before
        ORDER BY s.listing_id LIMIT :limit""",
        source=follow.source_id,
        follow=follow.id,
        after=after,
        before=before,
        limit=limit,
    )
    return [row["listing_id"] for row in rows]


def wanting(tx: Transaction, follow: Follow, listings: Sequence[Listing]) -> list[int]:
    """Those of the listings on a page that have to be asked for with their images.

    They are new, or changed, or what is known of their images or their shop expires before the next sync.
    """
    said = [
        {"listing_id": each.listing_id, "updated_at": each.updated_at.isoformat() if each.updated_at else None}
        for each in listings
    ]
    rows = tx.rows(
        """SELECT s.listing_id FROM jsonb_to_recordset(CAST(:said AS jsonb))
            AS s (listing_id bigint, updated_at timestamptz)
        LEFT JOIN listing l ON l.source_id = :source AND l.listing_id = s.listing_id
        LEFT JOIN shop ON shop.source_id = :source AND shop.shop_id = l.shop_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS images, min(i.expires_at) AS expires_at FROM listing_image i
            WHERE i.source_id = :source AND i.listing_id = s.listing_id AND i.gone_at IS NULL) shown ON true
        WHERE l.listing_id IS NULL OR l.gone_at IS NOT NULL OR l.updated_at IS DISTINCT FROM s.updated_at
            OR shop.shop_id IS NULL OR shown.images = 0
            OR least(shown.expires_at, shop.expires_at) < now() + make_interval(mins => :minutes)
        ORDER BY s.listing_id""",
        source=follow.source_id,
        said=json.dumps(said),
        minutes=follow.every_minutes,
    )
    return [row["listing_id"] for row in rows]


def _follow(row: Row) -> Follow:
    return Follow(
        id=row["id"],
        source_id=row["source_id"],
        kind=FollowKind(row["kind"]),
        value=row["value"],
        title=row["title"],
        every_minutes=row["every_minutes"],
        cursor=row["cursor"],
        synced_at=row["synced_at"],
        error=row["error"],
        due_at=row["due_at"],
    )
