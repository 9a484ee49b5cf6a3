"""What of a query holds for pictures too."""

from __future__ import annotations

import pytest

from lumina.domain.demanded import demanded
from lumina.domain.query import parse

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("red truck", ""),
        ("red truck camera:nikon", "camera:nikon"),
        ("truck 2019", "2019"),
        ('lake "red truck"', '"red truck"'),
        ("truck -fire", "-fire"),
        ("truck NOT (fire OR tag:snow)", "NOT (fire OR tag:snow)"),
        ("truck OR camera:nikon", ""),
        ("camera:nikon OR camera:canon dog", "camera:nikon OR camera:canon"),
        ("(camera:nikon dog) OR iso:100", "camera:nikon OR iso:100"),
        ("tru* rating:5", "rating:5"),
    ],
)
def test_words_may_be_met_by_looks_and_all_else_must_hold(text: str, left: str) -> None:
    expected = parse(left).root
    assert demanded(parse(text)).root == expected
