"""Coverage: per stage, how many images are done, missing, failed, stale, waiting, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StageInfo:
    """A stage as coverage knows it. `waiting` says in a sentence what it waits for; None where it can run.

    `of_markets`: it applies to images of marketplaces alone.
    """

    name: str
    version: int
    description: str
    waiting: str | None = None
    of_markets: bool = False


@dataclass(frozen=True, slots=True)
class StageCoverage:
    """One stage of one catalog; the five counts add up to the catalog's images.

    Attributes:
        done: with a result of the current version.
        missing: never tried, or put off for a reason outside the file.
        failed: tried with the current version, without a result.
        stale: the file or the stage's version has changed since.
        waiting: missing, while the stage waits for `stage.waiting`.
    """

    stage: StageInfo
    done: int
    missing: int
    failed: int
    stale: int
    waiting: int


@dataclass(frozen=True, slots=True)
class CatalogCoverage:
    """One catalog: images and files that are there, what was passed over, and its stages in order.

    Attributes:
        ignored: files passed over by the last whole scans, by reason.
        left_out: of those the ones that are no media, with the reason; at most 100 for each source.
        offline: sources that cannot be read now, with the reason.
    """

    id: UUID
    name: str
    images: int
    files: int
    ignored: Mapping[str, int]
    left_out: tuple[tuple[str, str], ...]
    offline: tuple[tuple[str, str], ...]
    stages: tuple[StageCoverage, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One file that failed; `path` is absolute, as its source is configured."""

    image_id: int
    path: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Everything that failed in one stage for one cause."""

    stage: str
    code: str | None
    reason: str | None
    count: int
    examples: tuple[Example, ...]
