"""Facts in people's words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from lumina.domain.coverage import StageInfo
from lumina.domain.facts import FileFact, Known, StageFact
from lumina.domain.summary import ImageSummary
from lumina.domain.values import MediaKind
from lumina.domain.work import Status
from lumina.services import facts

pytestmark = pytest.mark.unit
NOBODY = UUID(int=0)


def known(taken_at: datetime | None = None, offset: int | None = None, size: int = 1, **metadata: Any) -> Known:
    summary = ImageSummary(
        id=1, catalog_id=NOBODY, name="a.jpg", kind=MediaKind.PHOTO, taken_at=taken_at, utc_offset=offset, width=4000,
        height=3000, placeholder=None, thumbnail=None, proxy=None, camera=None, format="jpeg", duration=None,
        missing_since=None, state="missing", rating=0, flag=None, label=None, favourite=False, shelf=None,
    )  # fmt: skip
    file = FileFact(1, "x/a.jpg", "original", "jpeg", size, datetime(2020, 1, 2, tzinfo=UTC), b"\1" * 32, None, None)
    return Known(summary, NOBODY, "c", 1, "/s", "online", "x", (file,), metadata, None, None, ())


def texts(image: Known) -> dict[str, str]:
    return {fact.name: fact.text for fact in facts._facts(image)}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("exposure_time", 0.005, "1/200 s"),
        ("exposure_time", 1 / 3, "1/3 s"),
        ("exposure_time", 0.5, "0.5 s"),
        ("exposure_time", 30, "30 s"),
        ("exposure_time", 0, "0 s"),
        ("f_number", 2.8, "f/2.8"),
        ("iso", 400, "ISO 400"),
        ("exposure_bias", -1 / 3, "-0.33 EV"),
        ("exposure_bias", 2, "+2 EV"),
        ("exposure_bias", 0, "0 EV"),
        ("flash", 25, "fired"),
        ("flash", 24, "did not fire"),
        ("focal_length", 35.0, "35 mm"),
        ("latitude", -33.8688, "33.868800° S"),
        ("longitude", -0.1, "0.100000° W"),
        ("altitude", -3.2, "-3 m"),
        ("rating", 4, "4 of 5"),
        ("rating", -1, "rejected"),
        ("keywords", ["a", "b|c"], "a, b|c"),
        ("duration", 3.25, "3.2 s"),
        ("duration", 61, "1:01"),
    ],
)
def test_a_value_reads_as_people_say_it(name: str, value: Any, text: str) -> None:
    assert texts(known(**{name: value}))[name] == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (5 * 10**15, "5000.0 TB"),
    ],
)
def test_sizes_are_decimal(size: int, text: str) -> None:
    assert texts(known(size=size))["size"] == text


def test_time_and_zone_are_told_with_their_origins() -> None:
    image = known(datetime(2019, 7, 14, 10, 11, 12, 345000), -90, provenance={"taken_at": "EXIF:DateTimeOriginal"})
    found = {fact.name: fact for fact in facts._facts(image)}
    assert found["taken_at"].text == "2019-07-14 10:11:12.345"
    assert found["taken_at"].value == "2019-07-14T10:11:12.345"
    assert found["taken_at"].origin == "EXIF:DateTimeOriginal"
    assert found["utc_offset"].text == "UTC-01:30"
    assert found["dimensions"].text == "4000 × 3000, 12.0 MP"


def test_what_is_not_known_is_not_told() -> None:
    assert set(texts(known(title=None, keywords=[], orientation=1))) == {
        "dimensions", "name", "format", "size", "modified_at", "checksum",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "waiting", "state"),
    [
        (None, None, "missing"),
        (None, "The model is missing.", "waiting"),
        (StageFact("s", 2, Status.DEFERRED, None, None), None, "missing"),
        (StageFact("s", 2, Status.DONE, None, None), None, "done"),
        (StageFact("s", 1, Status.DONE, None, None), None, "stale"),
        (StageFact("s", 2, Status.STALE, None, None), None, "stale"),
        (StageFact("s", 2, Status.FAILED, "x", "y"), None, "failed"),
        (StageFact("s", 1, Status.FAILED, "x", "y"), None, "stale"),
    ],
)
def test_a_stage_stands_as_its_row_says(row: StageFact | None, waiting: str | None, state: str) -> None:
    assert facts._standing(StageInfo("s", 2, "", waiting), row).state == state
