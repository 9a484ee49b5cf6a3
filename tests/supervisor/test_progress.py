"""The line of rates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.supervisor.progress import Meter, Progress, duration

pytestmark = pytest.mark.unit


def test_the_line_says_how_far_how_fast_and_how_long_still() -> None:
    meter = Meter()
    meter.line(Progress(1, 1000, 0, 0), 0.0)
    assert meter.line(Progress(1, 1000, 90, 10), 5.0) == "100 of 1,000 images · 20/s · 45 s left · 10 failed"


def test_the_rate_is_that_of_the_last_seconds() -> None:
    meter = Meter()
    for second in range(60):
        meter.line(Progress(1, 10_000, 10 * second, 0), float(second))
    for second in range(60, 80):
        line = meter.line(Progress(1, 10_000, 600 + 50 * (second - 60), 0), float(second))
    assert "50/s" in line


def test_before_anything_is_found_it_says_so() -> None:
    assert Meter().line(Progress(1, 0, 0, 0), 0.0) == "Looking for images ..."


@given(st.lists(st.tuples(st.integers(0, 1000), st.floats(0, 100)), min_size=1))
def test_no_sequence_of_reports_breaks_it(reports: list[tuple[int, float]]) -> None:
    meter, now = Meter(), 0.0
    for done, seconds in reports:
        now += seconds
        line = meter.line(Progress(1, 1000, done, 0), now)
        assert "-" not in line
        assert line.startswith(f"{done:,} of 1,000 images")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7500, "2 h 5 min")]
)
def test_durations_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text
