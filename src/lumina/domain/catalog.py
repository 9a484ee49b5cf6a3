"""A catalog and the folders it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Catalog:
    """A collection with its own sources, duplicates, albums; several live in one installation."""

    id: UUID
    name: str
    destination_path: str | None
    import_mode: str
    source_metadata: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of a catalog.

    Attributes:
        path: as the server sees it, in stored form (`lumina.files.names`).
        ignore_patterns: lines as in `.gitignore`, after the built-in ones.
        state: `online`, or `offline` where its files cannot be seen now; then nothing of it is judged.
        state_reason: why it is offline.
        scanned_at: end of the last full scan.
        scan_counts: figures of the last full scan, `ScanReport.counts`.
        mounts: node -> where that node sees the folder, in stored form.
    """

    id: int
    catalog_id: UUID
    kind: str
    path: str
    ignore_patterns: tuple[str, ...]
    state: str
    state_reason: str | None
    created_at: datetime
    scanned_at: datetime | None
    scan_counts: Mapping[str, Any]
    mounts: Mapping[str, str] = field(default_factory=dict)

    def root(self, node: str) -> str:
        """Where `node` sees this folder, in stored form; a node without a mount of its own uses the server's path."""
        return self.mounts.get(node, self.path)
