"""Which tags hold, after what models and files say, what people have said, and what has become of the tree."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from lumina.domain.curation import Change, Field
from lumina.domain.selection import Selection
from lumina.domain.taxonomy import Evidence, LabelSource
from lumina.services import browse
from lumina.services import taxonomy as edits
from lumina.store import Store, Transaction, journal, tag_counts, tags, taxonomy
from lumina.store import browse as browse_store
from tests.support.journal import images
from tests.support.taxonomy import COUNTED, COUNTED_AGAIN, SMALL, label, plant, shown

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

NAMES = ["animal", "dog", "poodle", "beagle", "cat", "vehicle", "truck", "pickup"]
ABOVE = {"dog": "animal", "cat": "animal", "poodle": "dog", "beagle": "dog", "truck": "vehicle", "pickup": "truck"}
_NODE = st.sampled_from(NAMES)
_STEP = st.one_of(
    st.tuples(st.just("say"), _NODE, st.sampled_from([True, False, None])),
    st.tuples(st.just("label"), st.lists(_NODE, max_size=4), st.sampled_from([0.2, 0.6, 0.9])),
    st.tuples(st.just("threshold"), _NODE, st.sampled_from([None, 0.5])),
)


def _say(tx: Transaction, images: Sequence[int], node: int, yes: bool | None) -> int:
    changes = [Change(image, Field.VERDICT, yes, node) for image in images]
    return journal.perform(tx, catalog_id=None, kind="tag", title="", changes=changes).id


def _up(node: str) -> list[str]:
    """The node and all above it."""
    return [node, *_up(ABOVE[node])] if node in ABOVE else [node]


def _expected(
    words: Mapping[str, tuple[bool, int]], labels: Mapping[str, float], least: Mapping[str, float]
) -> set[str]:
    """The rules as they are written down in `lumina.store.tags`, for one image."""

    def refused(node: str) -> bool:
        for no in _up(node):
            if no not in words or words[no][0]:
                continue
            later = [
                yes
                for yes, (holds, when) in words.items()
                if holds and when > words[no][1] and no in _up(yes) and (yes in _up(node) or node in _up(yes))
            ]
            if not later:
                return True
        return False

    said = {node for node, (yes, _) in words.items() if yes}
    claimed = said | {node for node, sure in labels.items() if sure >= least.get(node, 0)}
    held = {node for node in claimed if not refused(node)}
    return {node for node in held if not any(node in _up(other) and other != node for other in held)}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=1, max_size=8), bulk=st.booleans())
def test_tags_follow_the_rules(
    store: Store, monkeypatch: pytest.MonkeyPatch, steps: Sequence[tuple[object, ...]], bulk: bool
) -> None:
    monkeypatch.setattr(tags, "_MANY", 0 if bulk else 200)
    monkeypatch.setattr(tag_counts, "PENDING", 3)
    _, (image, other) = images(store, 2)
    with store.transaction() as tx:
        for table in ("tag", "label", "verdict", "taxonomy_delta", "taxonomy_count", "taxonomy_node"):
            tx.execute(f"DELETE FROM {table}")
        nodes = plant(tx, SMALL)
    words: dict[str, tuple[bool, int]] = {}
    labels: dict[str, float] = {}
    least: dict[str, float] = {}
    for n, (what, about, value) in enumerate(steps):
        with store.transaction() as tx:
            if what == "say":
                assert isinstance(about, str)
                _say(tx, [image, other], nodes[about], value)  # type: ignore[arg-type]
                words.pop(about, None)
                words |= {about: (bool(value), n)} if value is not None else {}
            elif what == "label":
                labels = {name: float(str(value)) for name in about}  # type: ignore[attr-defined]
                for each in (image, other):
                    label(tx, each, [nodes[name] for name in labels], confidence=float(str(value)))
            else:
                assert isinstance(about, str)
                edits.edit(tx, nodes[about], {"threshold": value})
                least.pop(about, None)
                least |= {about: 0.5} if value is not None else {}
            expected = {nodes[name] for name in _expected(words, labels, least)}
            assert set(shown(tx, image)) == set(shown(tx, other)) == expected
            assert tx.execute(COUNTED).all() == tx.execute(COUNTED_AGAIN).all()


def test_a_word_is_final_whatever_is_run_again(store: Store) -> None:
    _, ids = images(store, 3)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
        for image in ids:
            label(tx, image, [nodes["poodle"], nodes["truck"]], confidence=0.9)
        _say(tx, ids[:2], nodes["dog"], False)
        _say(tx, ids[:1], nodes["cat"], True)
    with store.transaction() as tx:
        for image in ids:  # another version of the model, surer than ever, and files that agree with it
            label(tx, image, [nodes["poodle"], nodes["dog"]], confidence=1.0)
            row = Evidence(image, nodes["beagle"], LabelSource.SIDECAR)
            tags.settle(tx, tags.replace_labels(tx, [image], LabelSource.SIDECAR, "", [row]))
    with store.transaction() as tx:
        assert shown(tx, ids[0]) == {nodes["cat"]: "human"}
        assert shown(tx, ids[1]) == {}
        assert shown(tx, ids[2]) == {nodes["poodle"]: "model", nodes["beagle"]: "sidecar"}
        assert tags.examples(tx, nodes["dog"]) == ([], ids[:2])


def test_what_is_said_of_a_merged_node_lands_at_its_target(store: Store) -> None:
    """A tagging job that has read the tree before the merge saves after it."""
    _, ids = images(store, 4)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
        _say(tx, ids[:2], nodes["cat"], True)
        _say(tx, ids[1:2], nodes["dog"], False)
        done = edits.merge(tx, nodes["cat"], nodes["dog"])
        assert (done.images, done.overridden) == (2, 1)
    with store.transaction() as tx:
        label(tx, ids[2], [nodes["cat"]])
        assert shown(tx, ids[0]) == {nodes["dog"]: "human"}
        assert shown(tx, ids[1]) == {}, "what people have said of the target stands"
        assert shown(tx, ids[2]) == {nodes["dog"]: "model"}
        assert tags.examples(tx, nodes["dog"]) == ([ids[0]], [ids[1]])
        assert taxonomy.nodes(tx, [nodes["animal"]])[nodes["animal"]].images == 2
        found = browse.page(tx, Selection(tag=nodes["cat"]), after=None, limit=9).items
        assert {item.id for item in found} == {ids[0], ids[2]}
    with store.transaction() as tx:
        assert done.action is not None
        journal.undo(tx, done.action.id)
        assert [shown(tx, image) for image in ids[:3]] == [
            {nodes["cat"]: "human"},
            {nodes["cat"]: "human"},
            {nodes["cat"]: "model"},
        ]


def test_a_word_and_a_model_at_once(store: Store) -> None:
    """Whoever saves last sees the other's word, so a refused tag is never left behind."""
    _, ids = images(store, 12)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
    begin = threading.Barrier(3)

    def tag(turn: int) -> None:
        begin.wait()
        for image in ids if turn % 2 else ids[::-1]:
            with store.transaction() as tx:
                taxonomy.hold_tree(tx)
                label(tx, image, [nodes["poodle"]], model=f"m{turn}")

    def refuse() -> None:
        begin.wait()
        for image in ids:
            with store.transaction() as tx:
                _say(tx, [image], nodes["dog"], False)

    with ThreadPoolExecutor(3) as people:
        done = [people.submit(tag, 0), people.submit(tag, 1), people.submit(refuse)]
        for each in done:
            each.result()
    with store.transaction() as tx:
        assert tags.tags_of(tx, ids) == {}
        assert tx.value("SELECT count(*) FROM label") == 2 * len(ids)


@pytest.mark.parametrize(("few", "nodes_merged"), [(10**6, 0), (10**6, 300), (0, 0)])
def test_images_of_a_subtree_are_found_either_way(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int, nodes_merged: int
) -> None:
    """Few are sorted; of many each node's newest are merged; where that is not enough all are looked through."""
    _, ids = images(store, 60, taken=True)
    monkeypatch.setattr(taxonomy, "FEW", few)
    monkeypatch.setattr(taxonomy, "FEWER", 0)
    monkeypatch.setattr(taxonomy, "MOST_NODES", nodes_merged)
    monkeypatch.setattr(browse_store, "MORE", 1)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
        for n, image in enumerate(ids):
            label(tx, image, [nodes[NAMES[n % 8]], nodes["vehicle"]])
        tx.execute("UPDATE image SET archived = true WHERE id = ANY(:ids)", ids=ids[40:55])
        tx.execute("UPDATE image SET taken_at = NULL WHERE id = ANY(:ids)", ids=ids[:6])
        tx.execute("UPDATE image SET taken_at = '2019-01-01' WHERE id = :id", id=ids[-1])
        tags.follow_dates(tx, ids)
        shown_order = [ids[58], *ids[57:54:-1], *ids[39:5:-1], ids[59], *ids[5::-1]]
        below = {nodes[name] for name in ("animal", "dog", "poodle", "beagle", "cat")}
        wanted = [image for image in shown_order if below & shown(tx, image).keys()]
        pages, after = [], None
        while page := browse.page(tx, Selection(tag=nodes["animal"]), after=after, limit=7).items:
            pages += [item.id for item in page]
            after = page[-1].position
        assert pages == wanted
        middle = next(item for item in browse.page(tx, Selection(), after=None, limit=60).items if item.id == wanted[9])
        before_and_after = browse.neighbours(tx, Selection(tag=nodes["animal"]), middle.position)
        assert before_and_after == (wanted[8], wanted[10])
        dated = Selection(tag=nodes["animal"], start=date(2020, 1, 1), end=date(2020, 1, 1))
        assert [item.id for item in browse.page(tx, dated, after=None, limit=50).items] == [
            image for image in wanted if image > ids[5] and image != ids[59]
        ]
        assert browse.page(tx, Selection(tag=10**9), after=None, limit=5).items == ()


def test_only_what_was_said_again_is_settled_again(store: Store) -> None:
    _, (one, two) = images(store, 2)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
        rows = [Evidence(image, nodes["cat"], LabelSource.MODEL, "m", 1, 0.123456789) for image in (one, two)]
        assert tags.replace_labels(tx, [one, two], LabelSource.MODEL, "m", rows) == [one, two]
        assert tags.replace_labels(tx, [one, two], LabelSource.MODEL, "m", rows) == []
        assert tags.replace_labels(tx, [one, two], LabelSource.MODEL, "m", rows[1:]) == [one]
        assert tags.replace_labels(tx, [two], LabelSource.MODEL, "other", []) == []
        twice = [Evidence(two, nodes["dog"], LabelSource.MODEL, "m", 1, sure) for sure in (0.2, 0.8, 0.5)]
        assert tags.replace_labels(tx, [two], LabelSource.MODEL, "m", twice) == [two]
        assert [label.confidence for label in tags.evidence_of(tx, two)] == [pytest.approx(0.8)]


def test_images_that_are_deleted_count_no_longer(store: Store) -> None:
    _, ids = images(store, 4)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
        for image in ids:
            label(tx, image, [nodes["poodle"], nodes["cat"]])
        tx.execute("DELETE FROM image WHERE id = ANY(:ids)", ids=ids[:3])
        assert tx.execute(COUNTED).all() == tx.execute(COUNTED_AGAIN).all()
        assert taxonomy.get(tx, nodes["animal"]).images == 1
        tx.execute("TRUNCATE image CASCADE")
        assert taxonomy.get(tx, nodes["animal"]).images == 0


def test_nothing_is_removed_between_the_two_counts_of_an_edit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _, ids = images(store, 2)
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
        for image in ids:
            label(tx, image, [nodes["poodle"]])
    take_out = tag_counts.take_out

    def and_remove(tx: Transaction, image_ids: Sequence[int]) -> None:
        take_out(tx, image_ids)
        with store.transaction() as other:
            other.execute("SET LOCAL lock_timeout = '200ms'")
            with suppress(OperationalError):
                other.execute("DELETE FROM image WHERE id = :id", id=ids[0])

    monkeypatch.setattr(tag_counts, "take_out", and_remove)
    with store.transaction() as tx:
        edits.edit(tx, nodes["poodle"], {"parent": nodes["cat"]})
        assert tx.execute(COUNTED).all() == tx.execute(COUNTED_AGAIN).all()
