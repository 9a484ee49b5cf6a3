"""Ratings, flags and labels as the programs of others write them."""

from __future__ import annotations

from typing import Any

import pytest

from lumina.domain.curation import Flag, Label
from lumina.domain.firsts import FirstValues, first_values
from lumina.domain.metadata import ImageMetadata

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]


@pytest.mark.parametrize(
    ("metadata", "values"),
    [
        ({}, FirstValues()),
        ({"rating": 0}, FirstValues()),
        ({"rating": 5}, FirstValues(rating=5)),
        ({"rating": -1}, FirstValues(flag=Flag.REJECT)),
        ({"label": "Red"}, FirstValues(label=Label.RED)),
        ({"label": " GRÜN "}, FirstValues(label=Label.GREEN)),
        ({"label": "To Do"}, FirstValues(label=Label.PURPLE)),
        ({"label": "Second"}, FirstValues(label=Label.YELLOW)),
        ({"label": "my own words"}, FirstValues()),
        ({"label": "my own words", "raw": {"XMP:photoshop:LabelColor": "blue"}}, FirstValues(label=Label.BLUE)),
        ({"raw": {"XMP:digiKam:ColorLabel": "1", "XMP:digiKam:PickLabel": "3"}}, FirstValues(0, Flag.PICK, Label.RED)),
        ({"raw": {"XMP:digiKam:ColorLabel": 8, "XMP:digiKam:PickLabel": 2}}, FirstValues()),
        ({"rating": 2, "raw": {"XMP:xmpDM:pick": "-1"}}, FirstValues(2, Flag.REJECT)),
        ({"raw": {"Sidecar:xmpDM:pick": 1, "XMP:xmpDM:pick": "-1"}}, FirstValues(flag=Flag.PICK)),
        ({"raw": {"XMP:acdsee:tagged": "True"}}, FirstValues(flag=Flag.PICK)),
    ],
)
def test_they_are_read_as_they_are_meant(metadata: dict[str, Any], values: FirstValues) -> None:
    assert first_values(ImageMetadata(**metadata)) == values
