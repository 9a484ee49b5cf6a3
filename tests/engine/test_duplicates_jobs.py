"""The search for copies as a job: asked for twice, cancelled, killed, followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lumina.domain.duplicates import Tier
from lumina.domain.resolution import Wish
from lumina.domain.stage import Lane
from lumina.domain.work import BatchKind, JobState
from lumina.engine.follow import DETECT_BURSTS, DETECT_DUPLICATES, follow
from lumina.engine.group import Grouping
from lumina.errors import BadInput, Conflict, LeaseLost
from lumina.services import duplicates, resolution
from lumina.store import jobs, ledger, runs
from lumina.store.ledger import Worker
from lumina.store.runs import RunKind
from tests.support.copies import scene, touched_up

if TYPE_CHECKING:
    from tests.support.copies import Twins

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

ORPHANS = """SELECT (SELECT count(*) FROM run WHERE published_at IS NULL)
    + (SELECT count(*) FROM duplicate_edge WHERE run_id NOT IN (SELECT run_id FROM published))
    + (SELECT count(*) FROM duplicate_group WHERE run_id NOT IN (SELECT run_id FROM published))
    + (SELECT count(*) FROM duplicate_member WHERE run_id NOT IN (SELECT run_id FROM published))"""


def pair(twins: Twins) -> list[int]:
    images = twins.add(2)
    for at, image in enumerate(images):
        twins.show(image, touched_up(scene(1), at))
    return images


def test_a_second_search_in_a_catalog_says_which_one_is_running(twins: Twins) -> None:
    first = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    with pytest.raises(Conflict, match=str(first.id)):
        duplicates.detect(twins.store, twins.app.work, twins.catalog)
    twins.work()
    assert twins.detect().state is JobState.SUCCESS


@pytest.mark.parametrize("threshold", [-1, 17])
def test_a_threshold_out_of_range_is_refused_by_name(twins: Twins, threshold: int) -> None:
    with pytest.raises(BadInput, match=r"similarity_threshold: .* is outside 0-16\."):
        duplicates.detect(twins.store, twins.app.work, twins.catalog, threshold)
    with twins.store.transaction() as tx, pytest.raises(BadInput, match="0-16"):
        duplicates.change_settings(tx, twins.catalog, {"similarity_threshold": threshold})


def test_a_policy_with_an_unknown_rule_is_refused_by_line(twins: Twins) -> None:
    with twins.store.transaction() as tx, pytest.raises(BadInput, match="line 2: there is no rule 'luck'"):
        duplicates.change_settings(tx, twins.catalog, {"policy": '[[rule]]\nrule = "luck"\n'})


def test_cancelled_it_leaves_nothing_and_what_was_published(twins: Twins) -> None:
    images = pair(twins)
    twins.detect()
    job = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    twins.app.work.cancel(job.id)
    twins.work()
    assert twins.app.work.get(job.id).state is JobState.CANCELLED
    assert twins.groups() == [images]
    assert twins.value(ORPHANS) == 0


def test_cancelled_between_match_and_end_it_publishes_nothing(twins: Twins) -> None:
    pair(twins)
    job = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    twins.step()
    assert twins.value("SELECT count(*) FROM duplicate_edge") == 1
    twins.app.work.cancel(job.id)
    twins.work()
    assert twins.app.work.get(job.id).state is JobState.CANCELLED
    assert twins.groups() == []
    assert twins.value(ORPHANS) == 0


def test_a_worker_that_was_frozen_changes_nothing(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    images = pair(twins)
    job = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    with twins.store.transaction() as tx:
        batch = ledger.claim(tx, Lane.CPU, 0, Worker("server", "7/8"), 60)
    assert batch is not None
    matcher = twins.app.engine.handlers[BatchKind.MATCH]
    twins.app.leases.release_worker("server", "8", "killed", "killed")
    with pytest.raises(LeaseLost):
        matcher(batch, lambda: False)
    twins.make_ready()
    assert twins.app.work.get(job.id).state is JobState.SUCCESS
    assert twins.groups() == [images]
    assert twins.value(ORPHANS) == 0


def test_killed_in_the_middle_it_begins_again(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    images = pair(twins)
    job = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    with monkeypatch.context() as patch:
        patch.setattr("lumina.engine.match.verify", _boom)
        twins.step()
    assert twins.value("SELECT count(*) FROM run") == 1, "its run is under way"
    twins.make_ready()
    assert twins.app.work.get(job.id).state is JobState.SUCCESS
    assert twins.groups() == [images]
    assert twins.value(ORPHANS) == 0


def test_killed_while_publishing_it_publishes_once(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    images = pair(twins)
    job = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    twins.step()
    with monkeypatch.context() as patch:
        patch.setattr("lumina.store.runs.publish", _boom)
        twins.work()
    assert twins.groups() == []
    assert twins.value("SELECT count(*) FROM duplicate_group") == 0
    twins.make_ready()
    assert twins.app.work.get(job.id).state is JobState.SUCCESS
    assert twins.groups() == [images]
    assert twins.value("SELECT finalised FROM job") == 1


def _boom(*_: object, **__: object) -> None:
    raise RuntimeError("boom")


def test_what_fails_three_times_fails_the_job_and_leaves_no_run(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    pair(twins)
    job = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    monkeypatch.setattr("lumina.engine.match.verify", _boom)
    for _ in range(4):
        twins.work()
        twins.make_ready()
    assert twins.app.work.get(job.id).state is JobState.FAILURE
    assert "boom" in twins.app.work.get(job.id).result["message"]
    twins.app.reaper.tick()
    assert twins.value("SELECT count(*) FROM run") == 0


def test_images_that_go_while_it_runs_are_left_out(twins: Twins) -> None:
    a, b = pair(twins)
    c, d = twins.add(2, checksum=b"same")
    job = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    twins.step()
    twins.run("DELETE FROM image WHERE id = :id", id=b)
    twins.run("UPDATE image SET missing_since = now() WHERE id = :id", id=d)
    twins.work()
    assert twins.app.work.get(job.id).state is JobState.SUCCESS
    assert twins.groups() == []
    twins.run("UPDATE image SET missing_since = NULL")
    twins.detect()
    assert twins.groups() == [[c, d]]
    assert a


def test_the_next_best_stands_for_a_keeper_that_goes_before_its_group_is_published(twins: Twins) -> None:
    a, b, c, d, e = twins.add(5, checksum=b"same")
    with twins.store.transaction() as tx:
        job = jobs.create(tx, DETECT_DUPLICATES, twins.catalog, {}, priority=0)
        runs.start(tx, twins.catalog, RunKind.DUPLICATES, job.id, {"similarity_threshold": 5})
    effect = Grouping(twins.store)(job)
    twins.run("DELETE FROM image WHERE id IN (:a, :d)", a=a, d=d)
    with twins.store.transaction() as tx:
        effect(tx, job)
    (group,) = twins.listed()
    assert [(member.image.id, member.tier) for member in group.members] == [(each, Tier.BYTES) for each in (b, c, e)]
    made = resolution.plan(twins.store, Wish(twins.catalog), writable=False)
    assert [(step.image_id, step.keeper_id) for step in made.steps] == [(c, b), (e, b)]


def test_progress_reaches_all_images(twins: Twins) -> None:
    pair(twins)
    twins.add(8)
    job = twins.detect()
    assert (job.total, job.done, job.failed) == (10, 10, 0)
    assert job.result["message"] == "1 group of copies, 2 images"


def ended(twins: Twins, kind: str, *, done: int = 0, scan: dict[str, int] | None = None, **parameters: object) -> None:
    """A job of another kind that has just ended."""
    with twins.store.transaction() as tx:
        job = jobs.create(tx, kind, twins.catalog, parameters, priority=0)
        tx.execute("UPDATE job SET done = :done WHERE id = :id", done=done, id=job.id)
        jobs.finish(tx, job.id, JobState.SUCCESS, {"scan": scan or {}})
        follow(tx, twins.app.dispatcher, jobs.get(tx, job.id))


def searches(twins: Twins) -> list[str]:
    with twins.store.transaction() as tx:
        rows = tx.rows("SELECT kind FROM job WHERE kind LIKE 'detect-%' ORDER BY created_at, id")
    return [row["kind"] for row in rows]


def test_a_scan_that_changed_something_is_followed_and_no_other(twins: Twins) -> None:
    ended(twins, "ingest")
    ended(twins, "stages")
    assert searches(twins) == []
    ended(twins, "ingest", scan={"missing": 1})
    assert searches(twins) == [DETECT_BURSTS]
    twins.work()
    assert searches(twins) == [DETECT_BURSTS, DETECT_DUPLICATES]
    ended(twins, "stages", done=3)
    twins.work()
    assert searches(twins) == [DETECT_BURSTS, DETECT_DUPLICATES] * 2
    assert twins.value("SELECT count(*) FROM job WHERE state <> 'SUCCESS'") == 0


def test_what_is_asked_for_while_it_runs_is_done_once_more(twins: Twins) -> None:
    images = pair(twins)
    ended(twins, DETECT_BURSTS)
    ended(twins, DETECT_BURSTS)
    assert searches(twins).count(DETECT_DUPLICATES) == 1, "one that has not begun will see everything"
    twins.step()
    ended(twins, DETECT_BURSTS)
    (late,) = twins.add()
    twins.show(late, touched_up(scene(1), 9))
    twins.work()
    assert searches(twins).count(DETECT_DUPLICATES) == 2
    assert twins.groups() == [[*images, late]]


def test_the_reaper_drops_what_a_lost_job_has_left(twins: Twins) -> None:
    pair(twins)
    twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    twins.step()
    twins.app.reaper.tick()
    assert twins.value("SELECT count(*) FROM run") == 1, "its job is still open"
    twins.run("DELETE FROM job")
    twins.app.reaper.tick()
    assert twins.value("SELECT count(*) FROM run") + twins.value("SELECT count(*) FROM duplicate_edge") == 0


def test_a_picture_that_brings_down_its_decoder_is_given_up_and_the_job_ends(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = twins.add(2)
    for image in images:
        twins.show(image, scene(1))
    twins.run("UPDATE file SET format = 'png'")
    job = twins.app.work.detect(DETECT_DUPLICATES, twins.catalog)
    with monkeypatch.context() as patch:
        patch.setattr("lumina.engine.pixels.PixelHasher._hash", _boom)
        for _ in range(5):
            twins.work()
            twins.make_ready()
    assert twins.app.work.get(job.id).state is JobState.SUCCESS
    assert twins.value("SELECT count(*) FROM pixel_hash WHERE hash IS NULL") == 2
    assert twins.groups() == [images]
    assert twins.tiers() == {images[1]: 3}
    assert twins.detect().state is JobState.SUCCESS
    assert twins.counts("decoded") == (0,), "it is not tried again"
