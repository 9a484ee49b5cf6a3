"""Coverage: what is done, and what is not and why."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from lumina.api.schemas.base import Answer


class StageCoverage(Answer):
    """One stage of one catalog, in images. The five counts add up to all images the stage is for."""

    stage: str
    description: str
    done: int
    missing: int
    failed: int
    stale: int
    waiting: int
    waiting_reason: str | None
    unit: Literal["images"]


class CatalogCoverage(Answer):
    """One catalog; `ignored` counts files that were passed over, by reason."""

    id: UUID
    name: str
    images: int
    files: int
    ignored: dict[str, int]
    stages: list[StageCoverage]


class Coverage(Answer):
    """All catalogs."""

    catalogs: list[CatalogCoverage]
