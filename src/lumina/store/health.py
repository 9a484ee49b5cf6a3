"""The database server itself: version, extensions, size."""

from __future__ import annotations

from dataclasses import dataclass

from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server says of itself; `version` as 180006, `size` of this database in bytes."""

    version: int
    version_text: str
    extensions: tuple[str, ...]
    size: int
    has_queue: bool


def facts(tx: Transaction) -> ServerFacts:
    """Ask it."""
    row = tx.row(
        """SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS text,
            (SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension) AS extensions,
            pg_database_size(current_database()) AS size,
            to_regprocedure('pgmq.pop(text, integer)') IS NOT NULL AS has_queue"""
    )
    assert row is not None
    return ServerFacts(row["version"], row["text"], tuple(row["extensions"] or ()), row["size"], row["has_queue"])
