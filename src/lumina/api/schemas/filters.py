"""The query parameters that choose images, the same wherever images are listed."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from lumina.domain.selection import Box, Selection, Shelf, StageStanding
from lumina.domain.values import FileFormat, MediaKind

Text = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]


class Filters(BaseModel):
    """All optional; repeatable ones mean any of the values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    catalog: UUID | None = None
    start: date | None = Field(None, alias="from", description="First day, included.")
    end: date | None = Field(None, alias="to", description="Last day, included.")
    undated: bool | None = Field(None, description="True: only images without a date; false: only those with one.")
    camera: list[Text] = Field(default_factory=list, max_length=100)
    format: list[FileFormat] = Field(default_factory=list, max_length=100)
    kind: MediaKind | None = None
    place: Annotated[str, StringConstraints(pattern=r"^[0-9b-hjkmnp-z]{1,12}$")] | None = Field(
        None, description="Prefix of a geohash."
    )
    bbox: str | None = Field(None, description="west,south,east,north in degrees.", examples=["5.9,45.8,10.5,47.8"])
    has_gps: bool | None = None
    source: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    folder: Text | None = Field(None, description="Folder of the source, and all below; needs `source`.")
    stage: Text | None = None
    stage_state: Literal["missing", "done", "failed", "stale", "waiting"] | None = None
    code: Text | None = Field(None, description="Cause of a failure; needs `stage`.")
    missing: bool = Field(False, description="Show the images whose files are gone instead of the others.")
    rating: Annotated[int, Field(ge=1, le=5)] | None = Field(None, description="Stars, at least.")
    flag: list[Literal["pick", "reject", "none"]] = Field(default_factory=list, max_length=3)
    label: list[Literal["red", "yellow", "green", "blue", "purple", "none"]] = Field(default_factory=list, max_length=6)
    favourite: bool | None = None
    album: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(None, description="Archived images are shown too.")
    tag: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        None, description="A node of the taxonomy; images of the nodes below it are shown too."
    )
    shelf: Literal["archive", "trash", "hidden"] | None = Field(
        None, description="Images that were put away there, instead of the others."
    )
    q: Text | None = Field(None, description="Part of a file's name.")

    @field_validator("bbox")
    @classmethod
    def _is_box(cls, value: str | None) -> str | None:
        if value is not None:
            _box(value)
        return value

    @field_validator("start", "end")
    @classmethod
    def _has_neighbours(cls, value: date | None) -> date | None:
        if value is not None and not date(1, 1, 2) <= value <= date(9999, 12, 30):
            raise ValueError("the date is out of range")
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Filters:
        if self.folder is not None and self.source is None:
            raise ValueError("folder needs source")
        if self.stage is None and (self.stage_state is not None or self.code is not None):
            raise ValueError("stage_state and code need stage")
        if self.missing and self.shelf is not None:
            raise ValueError("missing and shelf exclude each other")
        return self

    def selection(self) -> Selection:
        """The same as a domain value."""
        return Selection(
            catalog=self.catalog,
            start=self.start,
            end=self.end,
            undated=self.undated,
            cameras=tuple(self.camera),
            formats=tuple(f.value for f in self.format),
            kind=self.kind,
            place=self.place,
            box=_box(self.bbox) if self.bbox else None,
            has_gps=self.has_gps,
            source=self.source,
            folder=self.folder.strip("/") if self.folder else None,
            stage=self.stage,
            standing=StageStanding(self.stage_state) if self.stage_state else None,
            code=self.code,
            missing=self.missing,
            rating=self.rating,
            flags=tuple(self.flag),
            labels=tuple(self.label),
            favourite=self.favourite,
            album=self.album,
            tag=self.tag,
            shelf=Shelf(self.shelf) if self.shelf else None,
            text=self.q,
        )


_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,15})?")


def _box(text: str) -> Box:
    numbers = text.split(",")
    if len(numbers) != 4 or not all(_NUMBER.fullmatch(number) for number in numbers):
        raise ValueError("should be west,south,east,north in degrees")
    box = Box(*map(float, numbers))
    if not (-180 <= box.west <= 180 and -180 <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise ValueError("longitudes go from -180 to 180, latitudes from -90 to 90, south comes before north")
    return box


class PageQuery(Filters):
    """Filters and the place in a list."""

    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, Field(max_length=500)] | None = Field(None, description="`next` of the page before.")


class BucketQuery(Filters):
    """Filters and a bucket's key."""

    key: Annotated[str, Field(min_length=1, max_length=40, examples=["2019-07", "2019-07-14.3", "undated.1"])]
