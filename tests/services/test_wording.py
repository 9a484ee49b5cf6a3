"""What was done, in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from lumina.domain.curation import Field
from lumina.services import wording

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]


@pytest.mark.parametrize(
    ("changes", "count", "said"),
    [
        ({Field.RATING: 1}, 1, "Rated 1 image 1 star"),
        ({Field.RATING: 4}, 1204, "Rated 1,204 images 4 stars"),
        ({Field.RATING: 0}, 2, "Removed the rating of 2 images"),
        ({Field.FLAG: "pick"}, 2, "Picked 2 images"),
        ({Field.FLAG: None}, 2, "Removed the flag of 2 images"),
        ({Field.LABEL: "red"}, 2, "Labelled 2 images red"),
        ({Field.FAVOURITE: True}, 2, "Made 2 images favourites"),
        ({Field.TRASHED: False}, 1, "Restored 1 image from the trash"),
        ({Field.TITLE: "x"}, 1, "Changed the title of 1 image"),
        ({Field.TITLE: None}, 1, "Removed the title of 1 image"),
        ({Field.KEYWORDS: ["a", "b"]}, 1, "Gave 1 image the keywords a, b"),
        ({Field.RATING: 4, Field.LABEL: "red"}, 2, "Rated 2 images 4 stars and labelled them red"),
        (
            {Field.RATING: 4, Field.FLAG: "pick", Field.ARCHIVED: True},
            1,
            "Rated 1 image 4 stars, picked it and archived it",
        ),
    ],
)
def test_an_action_says_what_it_did(changes: dict[Field, Any], count: int, said: str) -> None:
    assert wording.curated(changes, count) == said
