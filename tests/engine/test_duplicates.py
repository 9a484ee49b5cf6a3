"""Looking for copies: the job from request to published groups, on the real database with made-up fingerprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lumina.domain.copies import CopyFilter
from lumina.domain.curation import Change, Field
from lumina.domain.resolution import Wish
from lumina.domain.work import JobState
from lumina.errors import NotFound
from lumina.services import bursts, duplicates, resolution
from lumina.services.copies import filled
from lumina.store import burst_list, groups, journal, runs
from lumina.store import duplicates as store_of_duplicates
from lumina.store.runs import RunKind
from tests.support.copies import scene, touched_up

if TYPE_CHECKING:
    from tests.support.copies import Twins

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

BYTES, PIXELS, PICTURE = 1, 2, 3


def test_each_tier_by_what_the_files_have_in_common(twins: Twins) -> None:
    a, b = twins.add(2, checksum=b"same")
    (c,) = twins.add(checksum=b"retagged", content=b"same")
    (d,) = twins.add()
    (alone,) = twins.add()
    for image in (a, b, c):
        twins.show(image, scene(1))
    twins.show(d, touched_up(scene(1), 5))
    twins.show(alone, scene(2))
    assert twins.detect().state is JobState.SUCCESS
    assert twins.groups() == [[a, b, c, d]]
    assert twins.tiers() == {b: BYTES, c: PIXELS, d: PICTURE}


def test_nothing_ready_is_no_group_and_no_error(twins: Twins) -> None:
    job = twins.detect()
    assert job.state is JobState.SUCCESS
    assert job.result["message"] == "0 groups of copies, 0 images"
    twins.run(
        "INSERT INTO image (catalog_id, source_id, folder, stem) VALUES (:c, :s, '', 'x')",
        c=twins.catalog,
        s=twins.source,
    )
    assert twins.detect().state is JobState.SUCCESS
    assert twins.groups() == []


def test_videos_are_compared_by_their_bytes_alone(twins: Twins) -> None:
    a, b = twins.add(2, checksum=b"film", kind="video")
    (c,) = twins.add(checksum=b"other", content=b"film", kind="video")
    for image in (a, b, c):
        twins.show(image, scene(1))
    twins.detect()
    assert twins.groups() == [[a, b]]


def test_flat_pictures_are_compared_by_bytes_and_pixels_alone(twins: Twins) -> None:
    a, b = twins.add(2, checksum=b"black")
    others = twins.add(20)
    for image in (a, b, *others):
        twins.show(image, scene(1) // 100, flat=True)
    twins.detect()
    assert twins.groups() == [[a, b]]


@pytest.mark.parametrize("away", ["missing_since = now()", "trashed_at = now()", "hidden = true"])
def test_what_is_away_is_no_copy(twins: Twins, away: str) -> None:
    a, b, c = twins.add(3, checksum=b"same")
    twins.run(f"UPDATE image SET {away} WHERE id = :id", id=b)
    twins.detect()
    assert twins.groups() == [[a, c]]


def test_frames_of_a_burst_are_copies_only_where_bytes_or_pixels_are_the_same(twins: Twins) -> None:
    frames = twins.add(3)
    (twin,) = twins.add(checksum=f"{1}".encode())
    for at, image in enumerate([*frames, twin]):
        twins.show(image, touched_up(scene(1), at))
    twins.detect()
    assert twins.groups() == [sorted([*frames, twin])]
    twins.say_burst(frames)
    twins.detect()
    assert twins.groups() == [[frames[0], twin]]
    assert twins.tiers() == {twin: BYTES}


def test_what_a_person_said_is_no_copy_stays_so(twins: Twins) -> None:
    a, b = twins.add(2)
    twins.show(a, scene(1))
    twins.show(b, touched_up(scene(1), 1))
    twins.detect()
    (group,) = twins.listed()
    with twins.store.transaction() as tx:
        action = duplicates.say_distinct(tx, [group.id])
    assert twins.listed() == []
    twins.detect()
    assert twins.groups() == []
    twins.show(b, touched_up(scene(1), 2))  # another look at it
    twins.detect()
    assert twins.groups() == []
    with twins.store.transaction() as tx:
        journal.undo(tx, action.id)
    twins.detect()
    assert twins.groups() == [[a, b]]


def test_no_copies_are_known_by_content_where_images_come_back_as_others(twins: Twins) -> None:
    (a,) = twins.add(content=b"one")
    (b,) = twins.add(content=b"two")
    twins.show(a, scene(1))
    twins.show(b, touched_up(scene(1), 1))
    twins.distinct([a, b])
    twins.run("DELETE FROM image")
    (c,) = twins.add(content=b"one")
    (d,) = twins.add(content=b"two")
    (e,) = twins.add(content=b"two", checksum=b"retagged")
    twins.show(c, scene(1))
    twins.show(d, touched_up(scene(1), 1))
    twins.detect()
    assert twins.groups() == [[d, e]]


def test_one_image_is_taken_out_of_its_group(twins: Twins) -> None:
    a, b, c = twins.add(3, checksum=b"same")
    twins.detect()
    (group,) = twins.listed()
    with twins.store.transaction() as tx:
        duplicates.take_out(tx, group.id, [b])
    assert [[m.image.id for m in group.members] for group in twins.listed()] == [[a, c]]
    twins.detect()
    assert twins.groups() == [[a, c]]


def test_a_chosen_keeper_stays_the_keeper(twins: Twins) -> None:
    a, b, c = twins.add(3)
    for at, image in enumerate((a, b, c)):
        twins.show(image, touched_up(scene(1), at))
    twins.detect()
    (group,) = twins.listed()
    with twins.store.transaction() as tx:
        changed = duplicates.choose_keeper(tx, group.id, c)
    assert changed.keeper == c
    assert changed.decided
    assert changed.members[0].image.id == c
    assert all(member.verified for member in changed.members)
    twins.detect()
    assert twins.groups()[0][0] == c
    with twins.store.transaction() as tx:
        duplicates.choose_keeper(tx, group.id, b)
    twins.detect()
    assert twins.groups()[0][0] == b


def test_without_evidence_beside_another_keeper_a_member_says_so(twins: Twins) -> None:
    a, b, c = twins.add(3)
    for image, seed in ((a, 1), (b, 2), (c, 3)):
        twins.show(image, scene(seed))
    faces = [twins.value("SELECT face FROM fingerprint WHERE image_id = :id", id=image) for image in (a, b, c)]
    twins.detect()
    # a looks like b and like c, which do not look like each other
    run = twins.publish_edges([(faces[0], faces[1]), (faces[0], faces[2])])
    assert run
    (group,) = twins.listed()
    assert group.keeper == a
    with twins.store.transaction() as tx:
        changed = duplicates.choose_keeper(tx, group.id, b)
    assert {member.image.id: member.verified for member in changed.members} == {b: True, a: True, c: False}


def test_the_next_best_stands_for_a_keeper_that_has_left(twins: Twins) -> None:
    a, b, c = twins.add(3, checksum=b"same")
    twins.detect()
    with twins.store.transaction() as tx:
        journal.perform(
            tx, catalog_id=twins.catalog, kind="curate", title="x", changes=[Change(a, Field.TRASHED, True)]
        )
    (group,) = twins.listed()
    assert [member.image.id for member in group.members] == [b, c]
    assert group.gain == 1000


def test_those_that_are_left_can_be_told_apart(twins: Twins) -> None:
    a, b, c = twins.add(3, checksum=b"same")
    twins.detect()
    twins.run("UPDATE image SET hidden = true WHERE id = :id", id=a)
    (group,) = twins.listed()
    with twins.store.transaction() as tx:
        duplicates.say_distinct(tx, [group.id])
    assert twins.listed() == []
    assert resolution.plan(twins.store, Wish(twins.catalog), writable=False).steps == ()
    twins.run("UPDATE image SET hidden = false WHERE id = :id", id=a)
    assert [[m.image.id for m in group.members] for group in twins.listed()] == [[a, b, c]]


def test_many_groups_are_said_to_be_no_copies_without_looking_each_up(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    for checksum in (b"one", b"two", b"three"):
        twins.add(3, checksum=checksum)
    twins.detect()
    twins.run("UPDATE image SET hidden = true WHERE id IN (1, 4, 5)")
    ids = {group.keeper: group.id for group in twins.listed()}
    assert ids.keys() == {2, 7}
    apart = twins.value("SELECT group_id FROM duplicate_member WHERE image_id = 6")
    monkeypatch.delattr(store_of_duplicates, "group")
    monkeypatch.delattr(store_of_duplicates, "members")
    with pytest.raises(NotFound, match=str(apart)), twins.store.transaction() as tx:
        duplicates.say_distinct(tx, [ids[7], apart])
    with twins.store.transaction() as tx:
        action = duplicates.say_distinct(tx, [ids[7], ids[2], ids[7]])
        rows = tx.rows("SELECT array_agg(image_id ORDER BY image_id) AS images FROM distinct_member GROUP BY set_id")
    assert (action.images, action.catalog_id) == (5, twins.catalog)
    assert sorted(row["images"] for row in rows) == [[2, 3], [7, 8, 9]]


def test_groups_that_come_apart_while_they_are_read_are_left_out(twins: Twins) -> None:
    twins.add(2, checksum=b"one")
    twins.add(3, checksum=b"two")
    twins.detect()
    with twins.store.transaction() as tx:
        rows = store_of_duplicates.groups(tx, [twins.catalog], CopyFilter(), limit=10)
        twins.run("UPDATE image SET hidden = true WHERE id IN (2, 3)")  # as a resolution does meanwhile
        assert [[member.image.id for member in group.members] for group in filled(tx, rows)] == [[4, 5]]


def test_bursts_that_lose_their_best_frame_while_they_are_read_are_left_alone(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = twins.add(3)
    twins.say_burst(frames)
    read = burst_list.undecided

    def then_it_leaves(*arguments: Any) -> list[burst_list.BurstRow]:
        rows = read(*arguments)
        twins.run("UPDATE image SET hidden = true WHERE id = :id", id=frames[0])
        return rows

    monkeypatch.setattr(burst_list, "undecided", then_it_leaves)
    with twins.store.transaction() as tx:
        assert bursts.keep_best(tx, twins.catalog).action is None
    assert twins.value("SELECT count(*) FROM curation") == 0  # none is rejected where none is kept


def test_all_groups_are_read_without_counting_all_each_time(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    for checksum in (b"one", b"two", b"three"):
        twins.add(2, checksum=checksum)
    twins.detect()
    monkeypatch.setattr(duplicates, "SOME", 1)
    monkeypatch.delattr(store_of_duplicates, "summary")
    found = list(duplicates.every(twins.store, twins.catalog, CopyFilter()))
    assert sorted(member.image.id for group in found for member in group.members) == twins.images()


def test_only_one_run_is_kept(twins: Twins) -> None:
    twins.add(2, checksum=b"same")
    for _ in range(3):
        twins.detect()
    assert twins.value("SELECT count(*) FROM run") == 1
    assert twins.value("SELECT count(*) FROM duplicate_group") == 1
    assert twins.value("SELECT count(*) FROM published") == 1


def test_a_group_has_the_same_number_for_as_long_as_its_members_are_the_same(twins: Twins) -> None:
    twins.add(2, checksum=b"same")
    twins.detect()
    before = twins.value("SELECT id FROM duplicate_group")
    twins.add(1)
    twins.detect()
    assert twins.value("SELECT id FROM duplicate_group") == before
    assert 0 <= before < 2**52


def test_saving_distinct_sets_needs_no_image(twins: Twins) -> None:
    with twins.store.transaction() as tx:
        assert groups.distinct(tx, twins.catalog) == ({}, {})
        assert runs.published(tx, twins.catalog, RunKind.DUPLICATES) is None
