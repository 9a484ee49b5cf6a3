"""Whatever changes about an image reaches what it is found by; nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lumina.domain.curation import Change, Field
from lumina.domain.query import parse
from lumina.engine import words
from lumina.engine.words import Words
from lumina.errors import Unavailable
from lumina.store import Store, Transaction, documents, journal, places, search, suggest
from tests.support.journal import images
from tests.support.taxonomy import SMALL, label, plant

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def _found(store: Store, text: str) -> list[int]:
    while _pending(store):
        Words(store).tick()
    with store.transaction() as tx:
        return [hit.image_id for hit in search.matches(tx, parse(text)).hits]


def _pending(store: Store) -> bool:
    with store.transaction() as tx:
        return documents.pending(tx)


CHANGES: list[tuple[str, str, str]] = [
    ("a name", "UPDATE image SET stem = 'Boat' WHERE id = :id", "boat"),
    ("a folder", "UPDATE image SET folder = 'trips/Oslo' WHERE id = :id", "oslo"),
    ("a date", "UPDATE image SET taken_at = '2019-07-04' WHERE id = :id", "july 2019 thursday"),
    ("a file's name", "UPDATE file SET path = 'x.webp' WHERE image_id = :id", "webp"),
    ("a second file", "INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)"
     " SELECT id, source_id, 'second.nef', 'derived', 'nef', 1, 1 FROM image WHERE id = :id", "second"),
    ("metadata", "INSERT INTO metadata (image_id, title, camera_model) VALUES (:id, 'Fjord', 'X-T3')", "fjord x-t3"),
    ("other metadata", "UPDATE metadata SET title = NULL, keywords = '{ice}' WHERE image_id = :id", "ice -fjord"),
    ("coordinates", "UPDATE metadata SET latitude = 59.91, longitude = 10.75 WHERE image_id = :id", "norway has:gps"),
    ("no camera", "UPDATE metadata SET camera_model = NULL WHERE image_id = :id", "norway -t3"),
]  # fmt: skip


def test_every_source_reaches_the_document(store: Store) -> None:
    catalog, (changed, other) = images(store, 2)
    assert _found(store, "jpg") == [other, changed]
    for what, sql, query in CHANGES:
        with store.transaction() as tx:
            tx.execute(sql, id=changed)
        assert _found(store, query) == [changed], what
    decided = [
        (Field.TITLE, "Ferry", "ferry"),
        (Field.CAPTION, "by the sea", "sea"),
        (Field.KEYWORDS, ["ship"], "ships"),
    ]
    decided += [(Field.LOCATION, [38.72, -9.14], "lisbon -norway")]
    for field, value, query in decided:
        with store.transaction() as tx:
            action = journal.perform(
                tx, catalog_id=None, kind="curate", title="Test", changes=[Change(changed, field, value)]
            )
        assert _found(store, query) == [changed], field
        with store.transaction() as tx:
            journal.undo(tx, action.id)
        assert _found(store, query) == [], field
    _album(store, catalog, changed)
    with store.transaction() as tx:
        tx.execute("DELETE FROM image WHERE id = :id", id=changed)
        assert tx.value("SELECT count(*) FROM search_document") == 1
    assert _found(store, "boat") == []


def _album(store: Store, catalog: object, image: int) -> None:
    with store.transaction() as tx:
        album = tx.value("INSERT INTO album (catalog_id, name) VALUES (:c, 'Whales') RETURNING id", c=catalog)
        tx.execute("INSERT INTO album_image (album_id, image_id) VALUES (:a, :i)", a=album, i=image)
    assert _found(store, "whale") == [image]
    with store.transaction() as tx:
        tx.execute("UPDATE album SET name = 'Seals' WHERE id = :a", a=album)
    assert _found(store, "seal -whale") == [image]
    with store.transaction() as tx:
        tx.execute("DELETE FROM album_image")
    assert _found(store, "seal") == []


def test_edits_of_the_tree_reach_all_images_below_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "SWEEP", 2)
    _, ids = images(store, 5)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
        for image in ids:
            label(tx, image, [nodes["poodle"]])
    newest = ids[::-1]
    assert _found(store, "animal dog poodles") == newest
    edits: list[tuple[Callable[[Transaction], object], str]] = [
        (lambda tx: tx.execute("UPDATE taxonomy_node SET name = 'hound' WHERE id = :n", n=nodes["dog"]), "hound -dog"),
        (lambda tx: tx.execute("INSERT INTO taxonomy_name VALUES (:n, 'de', 'Tier')", n=nodes["animal"]), "tier"),
        (lambda tx: tx.execute("DELETE FROM taxonomy_name"), "hound -tier"),
        (
            lambda tx: tx.execute(
                "UPDATE taxonomy_node SET parent_id = :p WHERE id = :n", n=nodes["poodle"], p=nodes["truck"]
            ),
            "vehicle truck poodle -animal",
        ),
    ]
    for edit, query in edits:
        with store.transaction() as tx:
            edit(tx)
            assert tx.value("SELECT count(*) FROM search_mark") == 0, "the edit itself marks no image"
        assert _found(store, query) == newest, query


def test_an_image_that_somebody_holds_is_left_for_later_and_nobody_waits(store: Store) -> None:
    _, (held, free) = images(store, 2)
    with store.transaction() as other:
        other.execute("SELECT FROM image WHERE id = :id FOR UPDATE", id=held)
        with store.transaction() as tx:
            tx.execute("SET LOCAL lock_timeout = '2s'")
            assert documents.fold(tx) > 0
            written = tx.rows("SELECT image_id FROM search_document")
        assert [row["image_id"] for row in written] == [free]
        with store.transaction() as first, store.transaction() as second:
            assert documents.fold(first) == 0, "all that is left is held"
            assert documents.fold(second) == 0, "and one is at it already"
    assert _found(store, "jpg") == [free, held]


def test_what_has_just_changed_is_found_before_what_was_marked_long_ago(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "AT_ONCE", 2)
    _, ids = images(store, 3)
    with store.transaction() as tx:
        tx.execute("INSERT INTO metadata (image_id, title) VALUES (:id, 'Harbour')", id=ids[1])
    Words(store).catch_up()
    with store.transaction() as tx:
        assert [hit.image_id for hit in search.matches(tx, parse("harbour")).hits] == [ids[1]]
        assert documents.pending(tx)


def _pairs(tx: Transaction, sql: str) -> dict[str, int]:
    return {row[0]: row[1] for row in tx.execute(sql)}


def test_words_are_counted_and_misspelled_ones_are_told(store: Store) -> None:
    _, ids = images(store, 3)
    with store.transaction() as tx:
        tx.execute(
            "INSERT INTO metadata (image_id, title, keywords) SELECT id, 'Red trucks', '{truck,12345678}' FROM image"
        )
    assert _found(store, "trucks 12345678") == ids[::-1]
    with store.transaction() as tx:
        tx.execute("UPDATE metadata SET title = 'Tram' WHERE image_id = :id", id=ids[0])
    assert _found(store, "tram") == [ids[0]]
    with store.transaction() as tx:
        counts = _pairs(tx, "SELECT word, images FROM search_word")
        expected = _pairs(tx, "SELECT word, ndoc FROM ts_stat('SELECT words FROM search_document')")
        assert expected.pop("12345678") == 3, "as good as unique: found, but not counted"
        assert {word: number for word, number in counts.items() if number} == expected
        assert suggest.did_you_mean(tx, parse("red trcks -dgo")) == "red trucks -dgo"
        assert suggest.did_you_mean(tx, parse("red trucks")) is None
        assert suggest.did_you_mean(tx, parse("trcks " * 12)) is not None
        assert suggest.did_you_mean(tx, parse("trcks " * 13)) is None, "of a long query nothing is told"
        tx.execute("DELETE FROM image")
        assert suggest.did_you_mean(tx, parse("trcks")) is None


def test_the_end_of_a_query_is_completed(store: Store) -> None:
    catalog, ids = images(store, 2)
    with store.transaction() as tx:
        tx.execute(
            "INSERT INTO metadata (image_id, camera_model, title, latitude, longitude)"
            " SELECT id, 'NIKON D70', 'Trucks', 47.37, 8.54 FROM image"
        )
        tx.execute("INSERT INTO album (catalog_id, name) VALUES (:c, 'Truck stop')", c=catalog)
        label(tx, ids[0], [plant(tx, SMALL)["pickup"]])
    assert _found(store, "zurich") == ids[::-1]

    def offers(text: str) -> list[tuple[str, str]]:
        with store.transaction() as tx:
            return [(found.text, found.kind) for found in suggest.suggest(tx, text)]

    assert offers("red tru") == [
        ("trucks", "word"), ("truck", "word"), ("tag:truck", "tag"), ('album:"Truck stop"', "album"),
    ]  # fmt: skip
    assert offers('camera:"nik') == [('camera:"NIKON D70"', "camera")]
    assert offers("-place:zur") == [("place:Zurich", "place"), ("place:Zürich", "place")]
    assert offers("is:fa") == [("is:favourite", "is")]
    assert offers("cam")[0] == ("camera:", "field")
    assert ("near:Lisbon", "near") in offers("near:lisb")
    assert offers("trcks") == [("trucks", "spelling")]
    assert offers("red ") == offers("") == offers("rating:>") == []
    with store.transaction() as tx:
        assert suggest.suggest(tx, "red tru")[0].start == 4
        assert places.of_image(tx, ids[0]) is not None


def test_what_left_counts_no_longer_and_what_came_back_does(store: Store) -> None:
    _, ids = images(store, 3)
    with store.transaction() as tx:
        tx.execute("INSERT INTO metadata (image_id, title) SELECT id, 'Heron' FROM image")
    assert _found(store, "heron") == ids[::-1]
    leaving = ("trashed_at = now()", "hidden = true", "missing_since = now()")
    coming = ("trashed_at = NULL", "hidden = false", "missing_since = NULL")
    for changes, left in ((leaving, 0), (coming, 3)):
        with store.transaction() as tx:
            for image, change in zip(ids, changes, strict=True):
                tx.execute(f"UPDATE image SET {change} WHERE id = :id", id=image)
        assert len(_found(store, "heron")) == left
        with store.transaction() as tx:
            assert tx.value("SELECT images FROM search_word WHERE word = 'heron'") == left
            assert tx.value("SELECT count(*) FROM search_document") == left


def test_stems_stay_known_while_others_make_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.transaction() as tx:
        assert documents.stems_of(tx, {"herons"}) == {"herons": "heron"}
        execute = tx.execute

        def meanwhile(*given: object, **named: object) -> object:
            documents._STEMS.clear()  # another thread's
            return execute(*given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(tx, "execute", meanwhile)
        assert documents.stems_of(tx, {"herons", "egrets"}) == {"herons": "heron", "egrets": "egret"}


def test_a_search_goes_on_where_nothing_can_be_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise Unavailable("The database is in trouble: no space left on device")

    monkeypatch.setattr(documents, "fold", full)
    Words(store).catch_up()
