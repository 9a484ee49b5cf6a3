"""How far the pipeline of a marketplace is, counted."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lumina.store.database import Transaction

MINUTES = 5.0
"""So far back rates are taken from."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a marketplace.

    Attributes:
        listings: that it knows still. gone: that it does not know any more. shops, reviews: all.
        images: all that its listings show or have shown. awaited: of these, not there yet. expired: listings.
        cut_out, refused: images with a cut-out, and those of which none could be made.
    """

    listings: int
    gone: int
    expired: int
    shops: int
    reviews: int
    images: int
    awaited: int
    cut_out: int
    refused: int


def known(tx: Transaction, source_id: int) -> Known:
    """As of now."""
    row = tx.row(
        """SELECT l.*, i.*, c.*,
            (SELECT count(*) FROM shop WHERE source_id = :source AND gone_at IS NULL) AS shops,
            (SELECT count(*) FROM review WHERE source_id = :source) AS reviews
        FROM (SELECT count(*) FILTER (WHERE gone_at IS NULL) AS listings, count(gone_at) AS gone,
                count(*) FILTER (WHERE expires_at < now()) AS expired FROM listing WHERE source_id = :source) l,
            (SELECT count(*) AS images, count(*) FILTER (WHERE awaited) AS awaited FROM image
                WHERE source_id = :source AND (missing_since IS NULL OR awaited)) i,
            (SELECT count(key) AS cut_out, count(*) FILTER (WHERE key IS NULL) AS refused FROM cutout
                WHERE image_id IN (SELECT image_id FROM listing_image WHERE source_id = :source)) c""",
        source=source_id,
    )
    assert row is not None
    return Known(**row)


def rates(tx: Transaction, catalog_id: UUID) -> dict[str, float]:
    """Stage -> images per minute, of the batches that were claimed in the last minutes and have ended."""
    rows = tx.rows(
        """SELECT stage, sum(cardinality(items)) / greatest(
            extract(epoch FROM now() - min(claimed_at)) / 60, 0.1)::float8 AS rate
        FROM batch, unnest(stages) AS stage
        WHERE lane IN ('io', 'cpu', 'gpu') AND state = 'ended' AND error IS NULL AND kind = 'work'
            AND claimed_at > now() - make_interval(secs => :secs)
            AND EXISTS (SELECT FROM image WHERE image.id = items[1] AND catalog_id = :catalog)
        GROUP BY stage""",
        secs=MINUTES * 60,
        catalog=catalog_id,
    )
    return {row["stage"]: float(row["rate"]) for row in rows}
