"""What was compared before is taken over, and the result is the same as of a full run, always."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.domain.curation import Change, Field
from lumina.services import resolution
from lumina.store import journal
from tests.support.copies import new_twins, scene, touched_up

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from tests.support.copies import Twins
    from tests.support.messages import Messages

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

STEP = st.tuples(
    st.sampled_from(["add", "add", "copy", "again", "remove", "hide", "show", "detect"]),
    st.integers(0, 3),
    st.integers(0, 3),
)
"""What happens to a catalog: kind, which scene or image, and which variant."""


def outcome(twins: Twins) -> tuple[object, object]:
    """Edges and groups, with everything that is said of them."""
    with twins.store.transaction() as tx:
        edges = tx.rows(
            """SELECT a, b, tier, distance, phash_distance, similarity, relation FROM duplicate_edge
            JOIN published USING (run_id) ORDER BY a, b"""
        )
        members = tx.rows(
            """SELECT g.id, m.image_id, m.position, m.tier, m.distance, m.similarity, m.relation, m.identity, m.reasons,
                g.gain, g.decided, g.margin FROM duplicate_group g JOIN published USING (run_id)
            JOIN duplicate_member m ON m.run_id = g.run_id AND m.group_id = g.id ORDER BY g.id, m.position"""
        )
    return [tuple(row.values()) for row in edges], [(*row.values(),) for row in map(dict, members)]


def act(twins: Twins, step: tuple[str, int, int]) -> None:
    kind, which, variant = step
    images = twins.images()
    chosen = images[which % len(images)] if images else None
    if kind == "add" or chosen is None:
        (image,) = twins.add()
        twins.show(image, touched_up(scene(which), variant))
    elif kind == "copy":
        checksum = twins.value("SELECT checksum FROM file WHERE image_id = :id", id=chosen)
        (image,) = twins.add()
        twins.run("UPDATE file SET checksum = :sum, content = :sum WHERE image_id = :id", sum=checksum, id=image)
        twins.run(
            """INSERT INTO fingerprint (image_id, dhash, ahash, whash, phash, flat, signature, probes, turns)
            SELECT :new, dhash, ahash, whash, phash, flat, signature, probes, turns FROM fingerprint
            WHERE image_id = :old""",
            new=image,
            old=chosen,
        )
    elif kind == "again":
        twins.show(chosen, touched_up(scene(variant), which))
    elif kind == "remove":
        twins.run("DELETE FROM image WHERE id = :id", id=chosen)
    elif kind in ("hide", "show"):
        twins.run("UPDATE image SET hidden = :hidden WHERE id = :id", hidden=kind == "hide", id=chosen)
    else:
        twins.detect()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_what_is_taken_over_makes_no_difference(
    search: tuple[App, Messages], steps: list[tuple[str, int, int]]
) -> None:
    twins = new_twins(*search)
    for step in steps:
        act(twins, step)
    twins.detect()
    partial = outcome(twins)
    twins.run("DELETE FROM run")
    twins.detect()
    assert outcome(twins) == partial


def test_only_what_is_new_is_compared(twins: Twins) -> None:
    images = twins.add(6)
    for at, image in enumerate(images):
        twins.show(image, touched_up(scene(at // 2), at))
    twins.detect()
    assert twins.counts("compared", "taken_over", "edges") == (3, 0, 3)
    (new,) = twins.add()
    twins.show(new, touched_up(scene(0), 99))
    twins.detect()
    assert twins.counts("compared", "taken_over", "edges") == (2, 3, 5)
    assert twins.groups()[0] == [images[0], images[1], new]


def test_another_threshold_or_setting_means_a_full_run(twins: Twins) -> None:
    images = twins.add(2)
    for at, image in enumerate(images):
        twins.show(image, touched_up(scene(1), at))
    twins.detect()
    twins.detect(similarity_threshold=8)
    assert twins.counts("compared", "taken_over") == (1, 0)
    twins.run("""UPDATE catalog SET duplicates = '{"turned": true, "similarity_threshold": 8}'""")
    twins.detect()
    assert twins.counts("compared", "taken_over") == (1, 0)
    twins.detect()
    assert twins.counts("compared", "taken_over") == (0, 1)


def test_turned_copies_are_found_where_that_is_switched_on(twins: Twins) -> None:
    a, b = twins.add(2)
    twins.show(a, scene(1, (96, 96)))
    twins.show(b, scene(1, (96, 96))[:, ::-1].copy())
    twins.detect()
    assert twins.groups() == []
    twins.run("""UPDATE catalog SET duplicates = '{"turned": true}'""")
    twins.detect()
    assert twins.groups() == [[a, b]]


def test_what_is_restored_is_found_without_comparing_again(twins: Twins) -> None:
    a, b = twins.add(2)
    for at, image in enumerate((a, b)):
        twins.show(image, touched_up(scene(1), at))
    twins.run("UPDATE image SET hidden = true WHERE id = :id", id=b)
    twins.detect()
    assert twins.groups() == []
    twins.run("UPDATE image SET hidden = false")
    twins.detect()
    assert twins.counts("compared") == (0,)
    assert twins.groups() == [[a, b]]


def test_what_undo_brings_back_is_looked_for_where_others_were_found_since(twins: Twins) -> None:
    a, b = twins.add(2, checksum=b"same")
    twins.detect()
    with twins.store.transaction() as tx:
        (group,) = twins.listed()
        action = journal.perform(
            tx,
            catalog_id=twins.catalog,
            kind="resolve-duplicates",
            title="x",
            changes=[Change(b, Field.HIDDEN, True)],
            parameters={"run": twins.value("SELECT run_id FROM published")},
        )
    twins.detect()
    assert twins.groups() == []
    with twins.store.transaction() as tx:
        resolution.undo(tx, twins.app.dispatcher, action.id)
    twins.work()
    assert twins.groups() == [[a, b]]
    assert [each.id for each in twins.listed()] == [group.id]
