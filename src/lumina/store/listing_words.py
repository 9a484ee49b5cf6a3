"""What listings say, for the stages that embed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lumina.domain.vectors import SpaceKind
from lumina.store import intake, vectors
from lumina.store.database import Transaction


def of_images(tx: Transaction, image_ids: Sequence[int]) -> Mapping[int, str]:
    """Image -> title and tags of its listing; images whose listing is not known are left out."""
    rows = tx.rows(
        """SELECT i.image_id, l.words FROM listing_image i JOIN listing l USING (source_id, listing_id)
        WHERE i.image_id = ANY(:ids)""",
        ids=list(image_ids),
    )
    return {row["image_id"]: row["words"] for row in rows}


def make_stale(tx: Transaction, source_id: int, words: Mapping[int, str]) -> None:
    """Vectors of what these listings have said until now are stale where they say something else, or gone: nothing.

    Args:
        tx: the transaction, before the new words are written.
        source_id: the marketplace.
        words: listing -> what it says now.
    """
    rows = tx.rows(
        """SELECT i.image_id, n.words = '' AS silent
        FROM unnest(CAST(:ids AS bigint[]), CAST(:words AS text[])) AS n (listing_id, words)
        JOIN listing l ON l.source_id = :source AND l.listing_id = n.listing_id AND l.words <> n.words
        JOIN listing_image i ON i.source_id = :source AND i.listing_id = n.listing_id ORDER BY i.image_id""",
        source=source_id,
        ids=list(words),
        words=list(words.values()),
    )
    if ids := [row["image_id"] for row in rows]:
        intake.void_running(tx, ids)  # somebody may be encoding the old words
        vectors.forget(tx, SpaceKind.TEXT, [row["image_id"] for row in rows if row["silent"]])
        tx.execute(
            """UPDATE stage_state s SET status = 3 FROM stage g
            WHERE s.image_id = ANY(:ids) AND g.id = s.stage_id AND g.name LIKE :stages""",
            ids=ids,
            stages="embed:%:text",
        )


def outdated(tx: Transaction, source_id: int, listing_ids: Sequence[int]) -> list[int]:
    """Images of these listings that have a vector of what was said before, and whose files are there."""
    return list(
        tx.execute(
            """SELECT i.image_id FROM listing_image i JOIN image ON image.id = i.image_id
            WHERE i.source_id = :source AND i.listing_id = ANY(:ids) AND image.missing_since IS NULL
                AND EXISTS (SELECT FROM stage_state s JOIN stage g ON g.id = s.stage_id
                    WHERE s.image_id = i.image_id AND s.status = 3 AND g.name LIKE :stages)
            ORDER BY i.image_id""",
            source=source_id,
            ids=list(listing_ids),
            stages="embed:%:text",
        ).scalars()
    )
