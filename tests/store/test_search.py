"""Images are found by words and filters, and everything that changes reaches their documents."""

from __future__ import annotations

import pytest

from lumina.domain.query import parse
from lumina.store import Store, documents, search
from tests.support.journal import images

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def found(store: Store, text: str) -> list[int]:
    with store.transaction() as tx:
        while documents.fold(tx):
            pass
        return [hit.image_id for hit in search.matches(tx, parse(text)).hits]


def test_what_is_said_of_an_image_finds_it(store: Store) -> None:
    _, (first, second) = images(store, 2)
    with store.transaction() as tx:
        tx.execute(
            "INSERT INTO metadata (image_id, camera_make, camera_model, title, keywords, latitude, longitude, geohash)"
            " VALUES (:id, 'NIKON CORPORATION', 'NIKON D70', 'Red trucks', '{lake}', 38.7, -9.1, 'eyckrp5')",
            id=first,
        )
    assert found(store, "truck") == [first]
    assert found(store, "red truck at the lake") == [first]
    for text in ("camera:d70", "near:lisbon", "lisbon", "place:portugal", "has:gps", '"red trucks"', "nikon tru*"):
        assert found(store, text) == [first], text
    for text in ("-truck", "NOT has:gps", "rating:0 -lisbon"):
        assert found(store, text) == [second], text
    assert found(store, '"trucks red"') == []
