"""Catalogs and sources as lists show them, with their counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """A source and how many of its images are there."""

    id: int
    catalog_id: UUID
    kind: str
    path: str
    state: str
    state_reason: str | None
    scanned_at: datetime | None
    scan_counts: Mapping[str, Any]
    ignore_patterns: tuple[str, ...]
    images: int


@dataclass(frozen=True, slots=True)
class CatalogSummary:
    """A catalog, its sources, and the images and files that are there."""

    id: UUID
    name: str
    images: int
    files: int
    sources: tuple[SourceSummary, ...]
    destination_path: str | None
    import_mode: str
    created_at: datetime
