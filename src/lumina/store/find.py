"""Find an image by one of its files."""

from __future__ import annotations

from lumina.store.database import Transaction


def image_of_file(tx: Transaction, path: str) -> int | None:
    """The image that a file (absolute, in stored form) belongs to; None where it is in no catalog."""
    number = tx.value(
        """SELECT file.image_id FROM source
        JOIN file ON file.source_id = source.id AND file.path = substr(:path, length(source.path) + 2)
        WHERE starts_with(:path, rtrim(source.path, '/') || '/') ORDER BY length(source.path) DESC LIMIT 1""",
        path=path,
    )
    return None if number is None else int(number)
