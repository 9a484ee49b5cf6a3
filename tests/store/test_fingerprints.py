"""Fingerprints go into the database and come out, and count as new for the next search."""

from __future__ import annotations

import pytest

from lumina.domain.values import Fingerprint, MediaKind
from lumina.store import Store, facts
from lumina.store.inputs import Input
from lumina.store.results import save_fingerprints
from lumina.vision.signature import SIZE
from tests.support.journal import images

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def fingerprint(number: int) -> Fingerprint:
    high = 2**64 - 1 - number
    return Fingerprint(high, number, high, number, False, bytes([number]) * SIZE, bytes([number]) * 16, bytes(56))


def save(store: Store, image: int, number: int) -> int:
    source = Input(image, MediaKind.PHOTO, 0, 0, 0, "", (), b"")
    with store.transaction() as tx:
        save_fingerprints(tx, [(source, fingerprint(number))])
        return int(tx.value("SELECT written::text::bigint FROM fingerprint WHERE image_id = :id", id=image))


def test_what_is_saved_is_known_and_written_anew_each_time(store: Store) -> None:
    _, (first, second) = images(store, 2)
    before = save(store, first, 3)
    save(store, second, 200)
    again = save(store, first, 7)
    assert again > before, "a search that began in between must see it as new"
    with store.transaction() as tx:
        for image, number in ((first, 7), (second, 200)):
            known = facts.known(tx, image)
            assert known is not None
            assert known.fingerprint == fingerprint(number)
