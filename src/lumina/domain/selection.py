"""Which images a view shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from lumina.domain.values import MediaKind


class StageStanding(StrEnum):
    """How a stage stands for one image, as people filter by it."""

    DONE = "done"
    MISSING = "missing"
    FAILED = "failed"
    STALE = "stale"
    WAITING = "waiting"


class Shelf(StrEnum):
    """Where images are that were put away; a view shows one shelf instead of what is not put away."""

    ARCHIVE = "archive"
    TRASH = "trash"
    HIDDEN = "hidden"


NONE = "none"
"""As flag or label: images without one."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in degrees, WGS 84; `west > east` crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters of a view; what is None or empty does not filter.

    Attributes:
        start, end: first and last day, both included. Undated images are on no day.
        undated: True for the undated shelf alone, False for dated images alone.
        cameras: names as `ImageSummary.camera` gives them. formats: of the master.
        place: prefix of a geohash.
        source, folder: images in this folder of the source, or below it.
        stage, standing, code: images for which the stage stands so; `code` is a failure's.
        missing: images whose files are all gone, instead of those that are there.
        rating: stars, at least. flags, labels: any of these; `NONE` is one as well.
        album: images of this album, archived ones included.
        tag: images with this node of the taxonomy, or one below it. few_tagged: whether they are known to be few, which
            tells how the first of them are found soonest.
        shelf: images that were put away there, instead of those that were not.
        text: part of a file's name, in any case.
    """

    catalog: UUID | None = None
    start: date | None = None
    end: date | None = None
    undated: bool | None = None
    cameras: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    kind: MediaKind | None = None
    place: str | None = None
    box: Box | None = None
    has_gps: bool | None = None
    source: int | None = None
    folder: str | None = None
    stage: str | None = None
    standing: StageStanding | None = None
    code: str | None = None
    missing: bool = False
    rating: int | None = None
    flags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    favourite: bool | None = None
    album: int | None = None
    tag: int | None = None
    few_tagged: bool | None = None
    shelf: Shelf | None = None
    text: str | None = None

    @property
    def by_day(self) -> bool:
        """True where whole days of a catalog are chosen, or the undated shelf, and nothing else."""
        return self == Selection(catalog=self.catalog, start=self.start, end=self.end, undated=self.undated)

    @property
    def dated(self) -> bool:
        """True where images with a date may be among the chosen."""
        return self.undated is not True

    @property
    def shelved(self) -> bool:
        """True where images without a date may be among the chosen."""
        return self.undated is not False and self.start is None and self.end is None
