"""What people decide about images, and the journal of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from lumina.api.schemas.base import Answer, FlagName, LabelName, Request, UtcTime
from lumina.api.schemas.filters import Filters
from lumina.domain import curation
from lumina.domain.selection import Selection

MANY = 100_000
ManyIds = Annotated[list[Annotated[int, Field(ge=1, lt=2**63)]], Field(min_length=1, max_length=MANY)]
Words = list[Annotated[str, Field(max_length=500)]]


class Changes(Request):
    """Fields that get another value; those that are left out stay. Null clears, and lets the file speak again."""

    rating: Annotated[int, Field(ge=0, le=5)] = 0
    flag: FlagName | None = None
    label: LabelName | None = None
    favourite: bool = False
    archived: bool = False
    trashed: bool = False
    hidden: bool = Field(False, description="False shows a copy again that a keeper stood for.")
    title: str | None = Field(None, max_length=1_000)
    caption: str | None = Field(None, max_length=20_000)
    keywords: Words = Field(default_factory=list, max_length=1_000, description="Beside those of the files.")
    location: tuple[float, float] | None = Field(None, description="Latitude and longitude, degrees.")
    add_keywords: Words = Field(default_factory=list, max_length=1_000)

    def fields(self) -> dict[curation.Field, Any]:
        """Those that were given, but for `add_keywords`."""
        given = self.model_fields_set - {"add_keywords"}
        return {field: getattr(self, field.value) for field in curation.Field if field.value in given}


class Curate(Request):
    """Images, by id or all that a view shows, and what changes about them."""

    images: ManyIds | None = None
    selection: Filters | None = Field(None, description="Filters as of the timeline; `{}` is everything shown.")
    changes: Changes

    @model_validator(mode="after")
    def _one_of_both(self) -> Curate:
        if (self.images is None) == (self.selection is None):
            raise ValueError("give either images or selection")
        return self

    def chosen(self) -> Sequence[int] | Selection:
        """Ids, or the view as a domain value."""
        return self.selection.selection() if self.selection is not None else self.images or ()


class Action(Answer):
    """One thing that somebody did."""

    id: int
    catalog_id: UUID | None
    kind: str = Field(examples=["curate", "album", "resolve-duplicates"])
    title: str = Field(examples=["Rated 3 images 4 stars"])
    actor: Literal["person", "policy"]
    state: Literal["doing", "done", "undoing", "undone"]
    images: int
    parameters: Mapping[str, Any]
    job_id: UUID | None
    created_at: UtcTime
    undone_at: UtcTime | None


class Actions(Answer):
    """A page of actions, newest first."""

    items: list[Action]
    next: str | None = Field(description="Cursor of the next page.")


class Curated(Answer):
    """What came of it. No action where everything was so already."""

    action: Action | None
    images: int = Field(description="So many it was about.")


class Undo(Request):
    """What to undo; by default the last thing that a person did."""

    action_id: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    catalog: UUID | None = Field(None, description="The last thing done in this catalog.")


class Conflict(Answer):
    """A field that has been changed since, and was left as it is."""

    image_id: int | None
    field: str
    key: int
    present: Any
    wanted: Any


class Undone(Answer):
    """What undoing came to. `job` brings files back, where some were moved; then nothing is changed yet."""

    action: Action
    changed: int
    conflicts: int
    left: list[Conflict] = Field(description="The first 200 conflicts.")
    job: UUID | None
