"""What people decide is written with a journal, and undoing brings back what was."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.domain.curation import Action, ActionState, Change, Conflict, Field, Undone
from lumina.errors import BadInput, NotFound
from lumina.errors import Conflict as Clash
from lumina.store import Store, Transaction, actions, journal
from tests.support.journal import dump, images

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

_STARS = st.integers(0, 5)
_TEXT = st.one_of(st.none(), st.sampled_from(["", "a", "Ü \\ \" ' %s :name", "null", "☃"]))
_VALUES: dict[Field, st.SearchStrategy[Any]] = {
    Field.RATING: _STARS,
    Field.FLAG: st.sampled_from([None, "pick", "reject"]),
    Field.LABEL: st.sampled_from([None, "red", "purple"]),
    Field.FAVOURITE: st.booleans(),
    Field.ARCHIVED: st.booleans(),
    Field.TRASHED: st.booleans(),
    Field.HIDDEN: st.booleans(),
    Field.TITLE: _TEXT,
    Field.CAPTION: _TEXT,
    Field.KEYWORDS: st.lists(st.sampled_from(["a", "b c", "{x}", 'q"', "NULL"]), max_size=3),
    Field.LOCATION: st.one_of(st.none(), st.tuples(st.floats(-90, 90), st.floats(-180, 180)).map(list)),
    Field.ALBUM: st.booleans(),
    Field.DISTINCT: st.booleans(),
    Field.KEEPER: st.booleans(),
}


def _perform(store: Store, *changes: Change, actor: str = "person") -> Action:
    with store.transaction() as tx:
        return journal.perform(tx, catalog_id=None, kind="curate", title="Test", changes=changes, actor=actor)


def _album(store: Store, catalog: Any) -> int:
    with store.transaction() as tx:
        number: int = tx.value("INSERT INTO album (catalog_id, name) VALUES (:c, 'A') RETURNING id", c=catalog)
    return number


def _rating(store: Store, image: int) -> int | None:
    with store.transaction() as tx:
        rating: int | None = tx.value("SELECT rating FROM curation WHERE image_id = :id", id=image)
    return rating


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_undoing_everything_brings_back_what_was(
    store: Store, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setattr(journal, "PIECE", 2)
    catalog, ids = images(store, 3)
    album = _album(store, catalog)
    fields = st.sampled_from(sorted(_VALUES))
    step = fields.flatmap(lambda field: st.tuples(st.sampled_from(ids), st.just(field), _VALUES[field]))
    many = st.lists(st.lists(step, max_size=6), min_size=1, max_size=6)
    states, done = [], []
    for steps in data.draw(many):
        changes = [Change(i, f, v, album if f is Field.ALBUM else 7 if f is Field.DISTINCT else 0) for i, f, v in steps]
        with store.transaction() as tx:
            states.append(dump(tx))
            half = len(changes) // 2
            action = journal.perform(tx, catalog_id=catalog, kind="curate", title="", changes=changes[:half])
            journal.extend(tx, action.id, changes[half:])
        done.append(action.id)
        _assert_is(store, changes)
    for action_id, before in zip(reversed(done), reversed(states), strict=True):
        with store.transaction() as tx:
            assert journal.undo(tx, action_id).conflicts == 0
            assert dump(tx) == before


def _assert_is(store: Store, changes: list[Change]) -> None:
    """The last value of each field of each image is there."""
    last = {(c.image_id, c.field): c.value for c in changes}
    columns = {Field.TRASHED: "trashed_at IS NOT NULL", Field.ARCHIVED: "archived", Field.HIDDEN: "hidden"}
    with store.transaction() as tx:
        for (image, field), value in last.items():
            if column := columns.get(field):
                assert tx.value(f"SELECT {column} FROM image WHERE id = :id", id=image) == value
            elif field is Field.ALBUM:
                found = tx.value("SELECT EXISTS (SELECT FROM album_image WHERE image_id = :id)", id=image)
                assert found == value
            elif field in (Field.RATING, Field.FLAG, Field.LABEL, Field.TITLE, Field.CAPTION):
                found = tx.value(f"SELECT {field.value} FROM curation WHERE image_id = :id", id=image)
                assert (found or None) == (value or None)


def test_only_real_changes_are_kept(store: Store) -> None:
    _, (one, two, gone) = images(store, 3)
    with store.transaction() as tx:
        tx.execute("DELETE FROM image WHERE id = :id", id=gone)
    _perform(store, Change(one, Field.RATING, 3))
    action = _perform(
        store,
        Change(one, Field.RATING, 3),
        Change(two, Field.RATING, 1),
        Change(two, Field.RATING, 3),
        Change(gone, Field.RATING, 3),
        Change(two, Field.FLAG, None),
    )
    assert (action.images, action.state) == (1, ActionState.DONE)
    with store.transaction() as tx:
        rows = tx.rows("SELECT image_id, field, before, after FROM journal WHERE action_id = :id", id=action.id)
    assert [dict(row) for row in rows] == [{"image_id": two, "field": "rating", "before": 0, "after": 3}]


def test_what_was_changed_since_stays(store: Store) -> None:
    _, (one, two, three) = images(store, 3)
    old = _perform(store, *(Change(i, Field.RATING, 2) for i in (one, two, three)), Change(one, Field.FLAG, "pick"))
    _perform(store, Change(one, Field.RATING, 5), Change(three, Field.RATING, 0))
    with store.transaction() as tx:
        undone = journal.undo(tx, old.id)
    assert (undone.changed, undone.conflicts) == (2, 1)
    (left,) = undone.left
    assert (left.image_id, left.field, left.present, left.wanted) == (one, Field.RATING, 5, 0)
    assert [_rating(store, i) for i in (one, two, three)] == [5, None, None]


def test_nothing_below_a_conflict_is_undone(store: Store) -> None:
    """0 -> 1 -> 2 by one action; somebody made it 1 again: their 1 stays, though the action has once made it 1."""
    _, (image,) = images(store, 1)
    action = _perform(store, Change(image, Field.RATING, 1))
    with store.transaction() as tx:
        journal.extend(tx, action.id, [Change(image, Field.RATING, 2)])
    _perform(store, Change(image, Field.RATING, 1))
    with store.transaction() as tx:
        assert journal.undo(tx, action.id).left == (Conflict(image, Field.RATING, 0, present=1, wanted=0),)
    assert _rating(store, image) == 1


def test_what_somebody_brought_back_by_hand_is_no_conflict(store: Store) -> None:
    _, (image,) = images(store, 1)
    action = _perform(store, Change(image, Field.RATING, 1))
    with store.transaction() as tx:
        journal.extend(tx, action.id, [Change(image, Field.RATING, 2)])
    _perform(store, Change(image, Field.RATING, 0))
    with store.transaction() as tx:
        assert journal.undo(tx, action.id) == Undone(0)
    assert not _rating(store, image)


def test_an_image_that_is_gone_or_left_out_is_no_trouble(store: Store) -> None:
    _, (one, two, three) = images(store, 3)
    action = _perform(store, *(Change(i, Field.TRASHED, True) for i in (one, two, three)))
    with store.transaction() as tx:
        tx.execute("DELETE FROM image WHERE id = :id", id=one)
        undone = journal.undo(tx, action.id, leave=[two])
        assert (undone.changed, undone.conflicts, undone.left[0].image_id) == (1, 1, one)
        assert tx.rows("SELECT id FROM image WHERE trashed_at IS NOT NULL")[0]["id"] == two


def test_an_action_is_undone_once_and_not_while_it_is_under_way(store: Store) -> None:
    _, (image,) = images(store, 1)
    action = _perform(store, Change(image, Field.HIDDEN, True))
    with store.transaction() as tx:
        actions.mark(tx, action.id, ActionState.DOING)
    with store.transaction() as tx, pytest.raises(Clash, match="still under way"):
        journal.undo(tx, action.id)
    with store.transaction() as tx:
        actions.mark(tx, action.id, ActionState.UNDOING)
        journal.undo(tx, action.id)
        assert actions.get(tx, action.id).undone_at is not None
    with store.transaction() as tx, pytest.raises(Clash, match="undone already"):
        journal.undo(tx, action.id)
    with store.transaction() as tx, pytest.raises(NotFound, match="no action 12345"):
        journal.undo(tx, 12345)


def test_the_newest_is_a_persons_that_changed_something(store: Store) -> None:
    catalog, (image,) = images(store, 1)
    first = _perform(store, Change(image, Field.RATING, 1))
    _perform(store, Change(image, Field.RATING, 2), actor="policy")
    _perform(store, Change(image, Field.RATING, 2))
    with store.transaction() as tx:
        newest = actions.newest(tx)
        assert newest == first
        assert len(actions.listed(tx)) == 2
        assert actions.listed(tx, catalog_id=catalog) == []
        assert [action.id for action in actions.listed(tx, before=first.id + 1, limit=1)] == [first.id]


def test_a_value_that_makes_no_sense_leaves_nothing(store: Store) -> None:
    _, (image,) = images(store, 1)
    with pytest.raises(BadInput, match="rating: 6 is not possible"):
        _perform(store, Change(image, Field.FAVOURITE, True), Change(image, Field.RATING, 6))
    with store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM action") == 0


def test_two_people_at_once_lose_nothing(store: Store) -> None:
    """Each action's values before are the ones that it took the place of: undoing all in turn ends where it began."""
    _, ids = images(store, 5)
    begin = threading.Barrier(4)

    def rate(person: int) -> None:
        begin.wait()
        for n in range(8):
            order = ids if n % 2 else ids[::-1]
            _perform(store, *(Change(i, Field.RATING, (person + n) % 6) for i in order))

    with ThreadPoolExecutor(4) as people:
        list(people.map(rate, range(4)))
    with store.transaction() as tx:
        chains = tx.rows("SELECT image_id, before, after FROM journal ORDER BY image_id, id")
    for image in ids:
        value = 0
        for row in (row for row in chains if row["image_id"] == image):
            assert row["before"] == value
            value = row["after"]
        assert (_rating(store, image) or 0) == value


def test_each_row_is_found_by_its_key_whatever_the_statistics_say(store: Store) -> None:
    """Tables that were empty when they were looked at lead to loops over all rows, which take minutes for many."""
    catalog, ids = images(store, 600, taken=True)
    album = _album(store, catalog)
    fields: list[tuple[Field, Any]] = [(Field.KEYWORDS, ["a"]), (Field.ARCHIVED, True), (Field.ALBUM, True)]
    changes = [
        Change(image, field, value, album if field is Field.ALBUM else 0) for field, value in fields for image in ids
    ]
    for _ in range(2):
        with store.transaction() as tx:
            action = journal.perform(tx, catalog_id=None, kind="curate", title="Test", changes=changes)
            assert _rows_read(tx) < 100 * len(ids)
        with store.transaction() as tx:
            assert journal.undo(tx, action.id).changed == len(changes)
            assert _rows_read(tx) < 100 * len(ids)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE curation, album_image, journal, image")


def _rows_read(tx: Transaction) -> int:
    """By this transaction, from the tables that change."""
    rows: int = tx.value(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
        " WHERE relname IN ('curation', 'album_image', 'image', 'journal')"
    )
    return rows
