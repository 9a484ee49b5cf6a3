"""The machines that work for this installation, and which version each runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lumina.errors import VersionMismatch
from lumina.store.database import Row, Transaction

SERVER = "server"
"""Name under which the server announces the version that its workers must have."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine, or one kind of worker on it."""

    name: str
    version: str
    schema_revision: str
    lanes: tuple[str, ...]
    slots: int
    seen_at: datetime


def announce(
    tx: Transaction, name: str, version: str, schema_revision: str, *, lanes: Sequence[str] = (), slots: int = 0
) -> None:
    """Add a node or bring it up to date."""
    tx.execute(
        """INSERT INTO node (name, version, schema_revision, lanes, slots)
        VALUES (:name, :version, :schema, :lanes, :slots)
        ON CONFLICT (name) DO UPDATE SET version = excluded.version, schema_revision = excluded.schema_revision,
            lanes = excluded.lanes, slots = excluded.slots, seen_at = now()""",
        name=name,
        version=version,
        schema=schema_revision,
        lanes=list(lanes),
        slots=slots,
    )


def listed(tx: Transaction) -> list[Node]:
    """All nodes, by name."""
    return [_node(row) for row in tx.rows("SELECT * FROM node ORDER BY name")]


def admit(tx: Transaction, name: str, version: str, schema_revision: str) -> None:
    """Let a worker in, or refuse it.

    Raises:
        VersionMismatch: its version or schema differs from the server's.
    """
    row = tx.row("SELECT * FROM node WHERE name = :name", name=SERVER)
    if row is None:
        raise VersionMismatch(f"Worker {name}: no Lumina server has set up this database yet; start `lumina up` first.")
    server = _node(row)
    if (server.version, server.schema_revision) != (version, schema_revision):
        raise VersionMismatch(
            f"Worker {name} runs Lumina {version} (schema {schema_revision}), the server runs {server.version} "
            f"(schema {server.schema_revision}): install the server's version here and start the worker again."
        )


def _node(row: Row) -> Node:
    return Node(
        name=row["name"],
        version=row["version"],
        schema_revision=row["schema_revision"],
        lanes=tuple(row["lanes"]),
        slots=row["slots"],
        seen_at=row["seen_at"],
    )
