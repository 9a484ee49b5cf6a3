"""What the choice of a keeper looks at."""

from __future__ import annotations

from collections.abc import Collection

from lumina.domain.duplicates import Candidate
from lumina.store.database import Transaction

_FACTS = (
    "i.taken_at",
    "m.camera_model",
    "m.lens_model",
    "m.exposure_time",
    "m.f_number",
    "m.iso",
    "m.focal_length",
    "m.latitude",
    "m.title",
    "m.caption",
    "nullif(m.keywords, '{}')",
    "m.rating",
)
"""Of an image: the more of them are known, the more is lost with it."""


def candidates(tx: Transaction, image_ids: Collection[int]) -> dict[int, Candidate]:
    """Image -> what a policy may ask of it; images without a master that is there are left out."""
    rows = tx.rows(
        f"""
        SELECT i.id AS image_id, s.path || '/' || f.path AS path, s.path AS source_root, f.format, z.size,
            i.width, i.height, q.score, num_nonnulls({", ".join(_FACTS)}) AS exif, f.modified_ns,
            k.image_id IS NOT NULL AS chosen, coalesce(c.rating, 0) AS rating,
            coalesce(c.flag = 'pick', false) AS picked
        FROM image i
        JOIN LATERAL (SELECT path, format, source_id, modified_ns FROM file WHERE image_id = i.id
            AND role = 'original' AND missing_since IS NULL ORDER BY path LIMIT 1) f ON true
        JOIN LATERAL (SELECT sum(size)::bigint AS size FROM file
            WHERE image_id = i.id AND missing_since IS NULL) z ON true
        JOIN source s ON s.id = f.source_id
        LEFT JOIN metadata m ON m.image_id = i.id
        LEFT JOIN measure q ON q.image_id = i.id
        LEFT JOIN curation c ON c.image_id = i.id
        LEFT JOIN keeper_choice k ON k.image_id = i.id
        WHERE i.id = ANY(:ids)
        """,
        ids=list(image_ids),
    )
    return {row["image_id"]: Candidate(**row) for row in rows}
