"""Edits of the tree are refused where they make no sense, and undoing them brings everything back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.domain.curation import Change, Field
from lumina.domain.taxonomy import MAX_DEPTH
from lumina.errors import BadInput, Conflict, NotFound
from lumina.services import tags, taxonomy, taxonomy_exchange
from lumina.services.attempt import attempt
from lumina.store import Store, Transaction, journal, keywords
from lumina.store import taxonomy as kept
from tests.conftest import copied
from tests.support.journal import images
from tests.support.taxonomy import COUNTED, COUNTED_AGAIN, SMALL, dump, label, plant, rolled_back, shown

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

_NUMBER = st.integers(0, 30)
_STEP = st.tuples(
    st.sampled_from(["add", "rename", "move", "merge", "remove", "prune", "names", "threshold", "verdict"]),
    _NUMBER,
    _NUMBER,
    st.sampled_from([True, False, None]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(_STEP, min_size=1, max_size=14),
    labels=st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=4, max_size=4),
)
def test_any_edits_undone_in_reverse_leave_what_was(
    store: Store, steps: list[tuple[str, int, int, Any]], labels: list[list[int]]
) -> None:
    _, ids = images(store, 4)
    with store.transaction() as tx:
        for table in ("tag", "label", "verdict", "taxonomy_delta", "taxonomy_count", "taxonomy_name", "taxonomy_node"):
            tx.execute(f"DELETE FROM {table}")
        made = list(plant(tx, SMALL).values())
        for image, said in zip(ids, labels, strict=True):
            label(tx, image, sorted({made[n] for n in said}), confidence=0.4 + image % 3 / 10)
    done = []
    for step in steps:
        with store.transaction() as tx:
            before = dump(tx)
            try:
                action = _do(tx, ids, *step)
            except (Conflict, BadInput):
                assert dump(tx) == before
                continue
            if action is None:
                continue
            assert [tuple(row) for row in tx.execute(COUNTED).all()] == [
                tuple(r) for r in tx.execute(COUNTED_AGAIN).all()
            ]
            done.append((action, before))
    for action, before in reversed(done):
        with store.transaction() as tx:
            assert journal.undo(tx, action).conflicts == 0
            assert dump(tx) == before


def _do(tx: Transaction, ids: list[int], what: str, a: int, b: int, yes: bool | None) -> int | None:
    live = sorted(kept.nodes(tx))
    if not live:
        return getattr(taxonomy.add(tx, f"n{a}").action, "id", None)
    one, other = live[a % len(live)], live[b % len(live)]
    if what == "verdict":
        changes = [Change(ids[b % 4], Field.VERDICT, yes, one)]
        return journal.perform(tx, catalog_id=None, kind="tag", title="", changes=changes).id
    edits = {
        "add": lambda: taxonomy.add(tx, f"n{a}", parent=other if yes else None, names=[["de", f"N{b}"]]),
        "rename": lambda: taxonomy.edit(tx, one, {"name": f"n{b}"}),
        "move": lambda: taxonomy.edit(tx, one, {"parent": other if yes else None}),
        "merge": lambda: taxonomy.merge(tx, one, other),
        "remove": lambda: taxonomy.remove(tx, one),
        "prune": lambda: taxonomy.remove(tx, one, below=True),
        "names": lambda: taxonomy.edit(tx, one, {"names": [["fr", f"m{b}"], ["", "x"]]}),
        "threshold": lambda: taxonomy.edit(tx, one, {"threshold": b / 30}),
    }
    if len(live) == 1 and what in ("remove", "prune"):
        return None
    edited = edits[what]()
    return edited.action.id if edited.action else None


@pytest.fixture(scope="module")
def shared(postgres: str, template_database: str) -> Iterator[Store]:
    """A database for tests that leave nothing behind."""
    with copied(postgres, template_database) as url:
        store = Store(url)
        yield store
        store.close()


@pytest.fixture
def tx(shared: Store) -> Iterator[Transaction]:
    """A transaction on a small tree, of which nothing stays."""
    with rolled_back(shared) as open_:
        plant(open_, SMALL)
        yield open_


def _node(tx: Transaction, name: str) -> int:
    return taxonomy.resolve(tx, name)


def test_what_would_be_no_tree_is_refused_with_a_sentence(tx: Transaction) -> None:
    animal, dog, cat = (_node(tx, name) for name in ("animal", "dog", "cat"))
    with pytest.raises(Conflict, match=r'"animal" would come below itself\.'):
        taxonomy.edit(tx, animal, {"parent": _node(tx, "poodle")})
    with pytest.raises(Conflict, match=rf'two nodes of one name below "animal": "dog" \({dog}\) and "Dòg" \({cat}\)'):
        taxonomy.edit(tx, cat, {"name": " Dòg "})
    with pytest.raises(Conflict, match='"poodle" is below "dog": merge it the other way round'):
        taxonomy.merge(tx, dog, _node(tx, "poodle"))
    with pytest.raises(BadInput, match="1 to 200 characters"):
        taxonomy.add(tx, "x" * 201)
    with pytest.raises(BadInput, match=r"threshold.*from 0 to 1"):
        taxonomy.edit(tx, cat, {"threshold": 2})
    with pytest.raises(BadInput, match="Nothing is to be changed"):
        taxonomy.edit(tx, cat, {})
    with pytest.raises(NotFound, match="no node 999"):
        taxonomy.add(tx, "x", parent=999)


def test_names_that_several_nodes_have_need_a_path(tx: Transaction) -> None:
    truck = _node(tx, "vehicle")
    other = taxonomy.add(tx, "Dog", parent=truck, names=[["de", "Hündchen"]]).node
    assert other is not None
    with pytest.raises(Conflict, match=r"'dog' is ambiguous: animal/dog \(\d+\), vehicle/Dog \(\d+\)\. Give a path"):
        _node(tx, "dog")
    assert _node(tx, "VEHICLE/hundchen") == _node(tx, "vehicle/dogs") == _node(tx, str(other.id)) == other.id
    with pytest.raises(NotFound, match="no node 'plant/dog'"):
        _node(tx, "plant/dog")
    year = taxonomy.add(tx, "2019").node
    assert year is not None
    assert (_node(tx, "2019"), _node(tx, str(year.id))) == (year.id, year.id), "a number of no node may be a name"
    with pytest.raises(NotFound):
        _node(tx, "9" * 40)


def test_merging_takes_along_what_is_below_and_the_names(tx: Transaction) -> None:
    puppy = taxonomy.add(tx, "canine", names=[["de", "Hund"]]).node
    assert puppy is not None
    taxonomy.add(tx, "Poodle", parent=puppy.id)
    taxonomy.add(tx, "husky", parent=puppy.id)
    done = taxonomy.merge(tx, puppy.id, _node(tx, "dog"))
    assert done.node is not None
    assert done.node.names == (("", "canine"), ("de", "Hund"))
    assert (done.nodes, done.node.children) == (5, 3)
    assert kept.paths(tx, [_node(tx, "husky")]) == {_node(tx, "husky"): ("animal", "dog", "husky")}
    assert kept.targets(tx, [puppy.id]) == {puppy.id: _node(tx, "dog")}
    with pytest.raises(NotFound, match='"canine"\\) was merged into node'):
        taxonomy.edit(tx, puppy.id, {"name": "x"})


def test_removing_lifts_what_is_below_or_takes_it_along(tx: Transaction) -> None:
    dog = _node(tx, "dog")
    assert taxonomy.remove(tx, dog).nodes == 3
    assert kept.paths(tx, [_node(tx, "poodle")]) == {_node(tx, "poodle"): ("animal", "poodle")}
    assert taxonomy.remove(tx, _node(tx, "vehicle"), below=True).nodes == 3
    assert sorted(node.name for node in kept.nodes(tx).values()) == ["animal", "beagle", "cat", "poodle"]


def test_an_edit_is_undone_as_a_whole_or_not_at_all(tx: Transaction) -> None:
    merged = taxonomy.merge(tx, _node(tx, "cat"), _node(tx, "dog"))
    moved = taxonomy.edit(tx, _node(tx, "poodle"), {"parent": _node(tx, "truck")})
    taxonomy.add(tx, "cat", parent=_node(tx, "animal"))
    taxonomy.edit(tx, _node(tx, "poodle"), {"name": "pudel"})
    before = dump(tx)
    for action, reason in ((merged.action, "two nodes of one name"), (moved.action, '"pudel" has been changed since')):
        assert action is not None
        with pytest.raises(Conflict, match=reason):
            journal.undo(tx, action.id)
    assert dump(tx) == before


def test_a_node_that_others_use_by_now_is_not_undone(store: Store) -> None:
    _, (image, *_) = images(store, 2)
    with store.transaction() as tx:
        done = tags.say(tx, [image], "plant/rose", True, create=True)
        assert done.action is not None
        assert done.action.title == 'Tagged 1 image "rose"'
        label(tx, image + 1, [_node(tx, "rose")])
        undone = journal.undo(tx, done.action.id)
        assert (undone.changed, undone.conflicts) == (1, 2), "the word is taken back, the nodes stay"
        assert shown(tx, image) == {}
        assert list(shown(tx, image + 1)) == [_node(tx, "plant/rose")]


def test_moves_at_once_make_no_circle(store: Store) -> None:
    with store.transaction() as tx:
        nodes = plant(tx, {"a": {}, "b": {}, "c": {}})
    begin = threading.Barrier(3)

    def move(pair: tuple[str, str]) -> bool:
        begin.wait()
        try:
            with store.transaction() as tx:
                taxonomy.edit(tx, nodes[pair[0]], {"parent": nodes[pair[1]]})
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(3) as people:
        assert sorted(people.map(move, [("a", "b"), ("b", "c"), ("c", "a")])) == [False, True, True]
    with store.transaction() as tx:
        assert sorted(len(node.path) for node in kept.nodes(tx).values()) == [1, 2, 3]


def test_a_dry_run_counts_and_leaves_nothing(store: Store) -> None:
    _, ids = images(store, 5)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
        tags.say(tx, ids, nodes["poodle"], True)
        before = dump(tx)
    done = attempt(store, lambda tx: taxonomy.merge(tx, nodes["dog"], nodes["truck"]), dry_run=True)
    assert (done.images, done.nodes) == (5, 4)
    with store.transaction() as tx:
        assert dump(tx) == before
        assert tx.value("SELECT count(*) FROM action") == 1


def test_names_that_nothing_can_hold_find_nothing_and_too_many_are_left_out(tx: Transaction) -> None:
    for name in ("a\0b", "\ud800", "x/\0"):
        with pytest.raises(NotFound):
            taxonomy.resolve(tx, name)
        assert kept.like(tx, name, limit=5) == []
    first, second = (
        taxonomy.add(tx, name, names=[["", f"{name} {n}"] for n in range(150)]).node for name in ("One", "Two")
    )
    assert first is not None
    assert second is not None
    merged = taxonomy.merge(tx, second.id, first.id).node
    assert merged is not None
    assert len(merged.names) == 200
    assert set(merged.names) >= set(first.names)


def test_nothing_makes_the_tree_deeper_than_edits_could_handle(shared: Store) -> None:
    names = [f"level {n}" for n in range(MAX_DEPTH)]
    ways: list[Callable[[Transaction, int], object]] = [
        lambda tx, deep: taxonomy.add(tx, "x", parent=deep),
        lambda tx, deep: tags.say(tx, [], "/".join([*names, "x"]), True, create=True),
        lambda tx, deep: taxonomy_exchange.imported(tx, "x\n\ty\n", parent=deep),
    ]
    for way in ways:
        with rolled_back(shared) as tx:
            deep = tags.say(tx, [], "/".join(names), True, create=True).action
            assert deep is not None
            with pytest.raises((BadInput, Conflict), match="levels deep"):
                way(tx, deep.parameters["node"])
            kept_deep = {1: ["|".join([*names[:-1], "level 29", "x"]), "|".join([names[-1], "below", "y"])]}
            keywords.label(tx, kept_deep)
            assert tx.value("SELECT max(nlevel(path)) FROM taxonomy_node WHERE NOT removed") == MAX_DEPTH
