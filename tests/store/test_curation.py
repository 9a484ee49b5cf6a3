"""First values from files: what nobody has touched follows the file, what a person has said stays."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.domain.curation import Change, Curation, Field, Flag, Label
from lumina.domain.firsts import FirstValues
from lumina.domain.metadata import ImageMetadata
from lumina.engine import mend
from lumina.store import Store, curation, journal
from lumina.store.inputs import Input
from lumina.store.results import save_metadata
from tests.support.journal import images

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

_FIELDS = (Field.RATING, Field.FLAG, Field.LABEL)
_FIRSTS = st.builds(
    FirstValues, st.integers(0, 2), st.sampled_from([None, *Flag]), st.sampled_from([None, Label.RED, Label.BLUE])
)


def _now(store: Store, image: int) -> Curation:
    with store.transaction() as tx:
        return curation.of_images(tx, [image])[image]


def _say(store: Store, image: int, field: Field, value: object) -> int:
    with store.transaction() as tx:
        changes = [Change(image, field, value)]
        return journal.perform(tx, catalog_id=None, kind="curate", title="", changes=changes).id


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(_FIRSTS, st.tuples(st.sampled_from(range(3)), _FIRSTS)), max_size=8))
def test_three_ways_merged_field_by_field(store: Store, steps: list[FirstValues | tuple[int, FirstValues]]) -> None:
    """Against the rule in plain words: follow the file unless a person has said something else since."""
    _, (image,) = images(store, 1)
    ours: list[object] = [0, None, None]
    base: list[object] = [0, None, None]
    for step in steps:
        if isinstance(step, FirstValues):
            with store.transaction() as tx:
                curation.adopt(tx, {image: step})
            for n, filed in enumerate(astuple(step)):
                if ours[n] in (base[n], filed):
                    ours[n] = base[n] = filed
        else:
            number, values = step
            ours[number] = astuple(values)[number]
            _say(store, image, _FIELDS[number], ours[number])
        found = _now(store, image)
        assert [found.rating, found.flag, found.label] == ours
        assert [found.base.get("rating", 0), found.base.get("flag"), found.base.get("label")] == base


def _file_says(store: Store, image: int, metadata: ImageMetadata) -> None:
    with store.transaction() as tx:
        row = tx.row("SELECT id, source_id, path FROM file WHERE image_id = :id", id=image)
        assert row is not None
        save_metadata(tx, [(_input(image, row["id"], row["source_id"], row["path"]), metadata)])


def _input(image: int, file: int, source: int, path: str) -> Input:
    given = {"image_id": image, "file_id": file, "source_id": source, "path": path}
    names = Input.__dataclass_fields__
    return Input(**{name: given.get(name) for name in names})  # type: ignore[arg-type]  # the saver needs the ids alone


def test_the_savers_of_metadata_sees_to_it(store: Store) -> None:
    _, (image, other) = images(store, 2)
    _file_says(store, image, ImageMetadata(rating=3, label="Red", title="Beach", keywords=("sea",)))
    assert (_now(store, image).rating, _now(store, image).label) == (3, Label.RED)
    assert _now(store, other) == Curation()
    _say(store, image, Field.RATING, 5)
    _file_says(store, image, ImageMetadata(rating=1, title="Beach"))
    found = _now(store, image)
    assert (found.rating, found.label, found.base) == (5, None, {"rating": 3})


def test_a_persons_words_keep_what_the_file_said_then(store: Store) -> None:
    _, (image,) = images(store, 1)
    _file_says(store, image, ImageMetadata(title="Beach", keywords=("sea",), latitude=1.5, longitude=2.5))
    words = {Field.TITLE: "Shore", Field.CAPTION: "", Field.KEYWORDS: ["sand"], Field.LOCATION: [3.0, 4.0]}
    actions = [_say(store, image, field, value) for field, value in words.items()]
    _file_says(store, image, ImageMetadata(title="Strand", rating=2))
    _say(store, image, Field.TITLE, "Coast")
    found = _now(store, image)
    base = {"title": "Beach", "caption": None, "keywords": ["sea"], "location": [1.5, 2.5], "rating": 2}
    assert (found.title, found.caption, found.keywords, found.location) == ("Coast", "", ("sand",), (3.0, 4.0))
    assert found.base == base
    with store.transaction() as tx:
        undone = [journal.undo(tx, action) for action in actions]
    assert [(u.changed, u.conflicts) for u in undone] == [(0, 1), (1, 0), (1, 0), (1, 0)]
    assert _now(store, image).base == {"title": "Beach", "rating": 2}


def test_what_comes_out_of_an_image_inherits_what_was_decided(store: Store) -> None:
    catalog, (image,) = images(store, 1)
    _say(store, image, Field.RATING, 4)
    _say(store, image, Field.TRASHED, True)
    with store.transaction() as tx:
        tx.execute("INSERT INTO album (catalog_id, name) VALUES (:c, 'a')", c=catalog)
        tx.execute("INSERT INTO album_image (album_id, image_id) SELECT id, :i FROM album", i=image)
        tx.execute(
            "INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)"
            " SELECT :i, source_id, '1.nef', 'derived', 'nef', 1, 1 FROM image WHERE id = :i",
            i=image,
        )
        both = mend.ungroup(tx, catalog, image)
    assert len(both) == 2
    assert _now(store, both[0]) == _now(store, both[1])
    assert _now(store, both[1]).rating == 4
    assert _now(store, both[1]).shelf == "trash"
