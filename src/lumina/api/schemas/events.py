"""What the event stream says."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from lumina.api.schemas.base import Answer


class CoverageChanged(Answer):
    """The stages of this catalog have moved on."""

    catalog_id: UUID


class CatalogChanged(Answer):
    """This catalog's timeline has changed; `images` is how many it has now."""

    catalog_id: UUID
    images: int


class CurationChanged(Answer):
    """Something was decided about images of this catalog (null: of several), or undone."""

    catalog_id: UUID | None


class Published(Answer):
    """Another set of copies, sequences or images of one subject is shown of this catalog now."""

    catalog_id: UUID
    kind: Literal["duplicates", "bursts", "subjects"]
    run_id: int
