"""Images as the lists of copies and sequences show them."""

from __future__ import annotations

from collections.abc import Collection

from lumina.domain.card import ImageCard
from lumina.store.database import Transaction


def cards(tx: Transaction, image_ids: Collection[int]) -> dict[int, ImageCard]:
    """Image -> its card; images that do not exist are left out."""
    rows = tx.rows(
        """
        SELECT i.id, coalesce(regexp_replace(f.path, '^.*/', ''), i.stem) AS name, s.path AS root,
            coalesce(f.path, i.stem) AS relative, i.width, i.height, f.format,
            (SELECT coalesce(sum(size), 0)::bigint FROM file
             WHERE file.image_id = i.id AND missing_since IS NULL) AS size,
            i.taken_at, m.camera, i.placeholder, i.thumbnail_key,
            (SELECT key FROM rendition r WHERE r.image_id = i.id AND r.kind = 'proxy') AS proxy_key, q.score,
            coalesce(c.rating, 0) AS rating, c.flag, c.label, coalesce(c.favourite, false) AS favourite
        FROM image i
        LEFT JOIN LATERAL (SELECT path, format, source_id FROM file WHERE image_id = i.id AND role = 'original'
            ORDER BY missing_since IS NOT NULL, path LIMIT 1) f ON true
        JOIN source s ON s.id = coalesce(f.source_id, i.source_id)
        LEFT JOIN metadata m ON m.image_id = i.id
        LEFT JOIN measure q ON q.image_id = i.id
        LEFT JOIN LATERAL (SELECT * FROM curation WHERE image_id = i.id LIMIT 1) c ON true
        WHERE i.id = ANY(:ids)
        """,
        ids=list(image_ids),
    )
    return {row["id"]: ImageCard(**row) for row in rows}
