"""Everything known about one image, with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from lumina.domain.curation import Curation
from lumina.domain.places import Place
from lumina.domain.summary import ImageSummary
from lumina.domain.values import Fingerprint, Measures


@dataclass(frozen=True, slots=True)
class FileFact:
    """One file of an image; `path` is relative to its source."""

    id: int
    path: str
    role: str
    format: str
    size: int
    modified_at: datetime
    checksum: bytes | None
    content: bytes | None
    missing_since: datetime | None

    @property
    def name(self) -> str:
        """The path's last part."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known.

    Attributes:
        group: Capture, Camera, Place, Description, File, Technical or Quality.
        value: JSON-ready. text: the same as people read it.
        origin: `Group:Tag`, "computed" for what Lumina derived, None where unknown.
    """

    group: str
    name: str
    label: str
    value: Any
    text: str
    origin: str | None


@dataclass(frozen=True, slots=True)
class StageFact:
    """A row of the ledger."""

    stage: str
    version: int
    status: int
    code: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds about one image."""

    summary: ImageSummary
    catalog_id: UUID
    catalog_name: str
    source_id: int
    source_path: str
    source_state: str
    folder: str
    files: tuple[FileFact, ...]
    metadata: Mapping[str, Any]
    fingerprint: Fingerprint | None
    measures: Measures | None
    stages: tuple[StageFact, ...]
    curation: Curation = field(default_factory=Curation)
    place: Place | None = None
