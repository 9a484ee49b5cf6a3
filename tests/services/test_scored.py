from __future__ import annotations

from dataclasses import replace

import pytest

from lumina.domain.values import Measures
from lumina.services.scored import facts

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]

MEASURED = Measures(
    sharpness=120.0,
    brightness=0.5,
    contrast=0.2,
    clipped_dark=0.0,
    clipped_bright=0.0,
    detail=1.0,
    compression=92.6,
    data_size=2_000_000,
    score=71.26,
    format_score=30.0,
    resolution_score=18.16,
    size_score=18.0,
    sharpness_score=5.1,
)


def texts(measures: Measures | None) -> dict[str, str]:
    return {fact.label: fact.text for fact in facts(measures)}


def test_the_score_and_its_four_parts_are_told() -> None:
    assert texts(MEASURED) == {
        "Score": "71 of 100",
        "Format": "30.0 of 40",
        "Resolution": "18.2 of 30",
        "Compression": "18.0 of 20; at worst like a JPEG of quality 93",
        "Sharpness": "5.1 of 10",
    }
    assert {(fact.group, fact.origin) for fact in facts(MEASURED)} == {("Quality", "computed")}
    assert next(facts(MEASURED)).value == 71.26


def test_an_enlarged_picture_is_called_so() -> None:
    told = texts(replace(MEASURED, detail=0.5, compression=100.0))
    assert told["Resolution"] == "18.2 of 30; enlarged, about 50% of its width is real"
    assert told["Compression"] == "18.0 of 20; nothing lost"


def test_before_there_is_a_score_nothing_is_said() -> None:
    assert texts(None) == {}
    assert texts(replace(MEASURED, score=None)) == {}
