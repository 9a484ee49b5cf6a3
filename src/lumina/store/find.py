"""Find an image by one of its files."""

from __future__ import annotations

from lumina.store.database import Transaction


def images_below(tx: Transaction, path: str) -> list[int]:
    """Images of which a file lies in a folder (absolute, in stored form) or below it, by rising id."""
    rows = tx.rows(
        """SELECT DISTINCT file.image_id FROM source JOIN file ON file.source_id = source.id
        WHERE file.missing_since IS NULL AND (starts_with(rtrim(source.path, '/') || '/', :below)
            OR starts_with(:below, rtrim(source.path, '/') || '/')
                AND starts_with(file.path, substr(:below, length(rtrim(source.path, '/')) + 2)))
        ORDER BY 1""",
        below=f"{path.rstrip('/')}/",
    )
    return [row["image_id"] for row in rows]


def image_of_file(tx: Transaction, path: str) -> int | None:
    """The image that a file (absolute, in stored form) belongs to; None where it is in no catalog."""
    number = tx.value(
        """SELECT file.image_id FROM source
        JOIN file ON file.source_id = source.id AND file.path = substr(:path, length(source.path) + 2)
        WHERE starts_with(:path, rtrim(source.path, '/') || '/') ORDER BY length(source.path) DESC LIMIT 1""",
        path=path,
    )
    return None if number is None else int(number)
