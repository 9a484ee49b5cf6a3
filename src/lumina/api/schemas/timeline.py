"""The timeline in columns: compact, and quick to lay out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lumina.api.schemas.base import (
    Answer,
    Base64sOrNone,
    FlagName,
    HexesOrNone,
    LabelName,
    LocalTimes,
    LocalTimesOrNone,
)


class BucketColumns(Answer):
    """One row per bucket, newest first: month `2019-07`, day `2019-07-14`, or part of a day `2019-07-14.3`."""

    key: list[str]
    start: LocalTimes
    end: LocalTimes
    count: list[int]


class ShelfColumns(Answer):
    """The undated shelf's buckets: `undated.1`, `undated.2`, ..."""

    key: list[str]
    count: list[int]


class TimelineBuckets(Answer):
    """Where everything is. No bucket has more than 2,000 images."""

    total: int
    undated: int
    buckets: BucketColumns
    undated_buckets: ShelfColumns


class TimelineBucket(Answer):
    """One row per image, newest first."""

    id: list[int]
    taken_at: LocalTimesOrNone
    ratio: list[float] = Field(description="Width / height, upright.")
    placeholder: Base64sOrNone = Field(description="Thumbhash, base64.")
    thumbnail: HexesOrNone
    kind: list[Literal["photo", "video"]]
    duration: list[float | None]
    state: list[Literal["done", "missing", "failed"]]
    name: list[str]
    rating: list[int]
    flag: list[FlagName | None]
    label: list[LabelName | None]
    favourite: list[bool]
