"""The ledger's promises, on the real database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lumina.domain.stage import Failure, Lane
from lumina.domain.work import BatchKind, JobState, Priority, Status
from lumina.errors import BadInput, Conflict
from lumina.store import jobs, ledger

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.integration


def test_a_job_does_everything_that_is_due_once_and_is_finalised_once(bench: Bench) -> None:
    images = bench.add_images(100)
    job = bench.work.run_stages()
    bench.deliver()
    ended = bench.work.get(job.id)
    assert ended.state is JobState.SUCCESS
    assert bench.statuses() == dict.fromkeys(images, Status.DONE)
    assert bench.statuses("follow") == dict.fromkeys(images, Status.DONE)
    assert sorted(bench.measure.runs) == images
    assert sorted(bench.follow.runs) == images
    assert bench.value("SELECT finalised FROM job") == 1
    assert (ended.done, ended.failed, ended.pending) == (200, 0, 0)


def test_the_ledger_goes_with_its_images(bench: Bench) -> None:
    gone, kept = bench.add_images(2)
    bench.work.run_stages()
    bench.deliver()
    with bench.store.transaction() as tx:
        tx.execute("DELETE FROM image WHERE id = :id", id=gone)
    assert set(bench.statuses()) == {kept}
    with bench.store.transaction() as tx:
        tx.execute("TRUNCATE image CASCADE")
    assert bench.statuses() == {}


def test_a_second_job_finds_nothing_to_do(bench: Bench) -> None:
    bench.add_images(10)
    bench.work.run_stages()
    bench.deliver()
    runs = list(bench.measure.runs)
    job = bench.work.run_stages()
    bench.deliver()
    assert bench.work.get(job.id).state is JobState.SUCCESS
    assert bench.work.get(job.id).total == 0
    assert bench.measure.runs == runs


def test_a_failure_names_its_reason_and_is_tried_again_only_when_asked(bench: Bench) -> None:
    good, bad = bench.add_images(2)
    bench.measure.answers[bad] = lambda: Failure("truncated", "cut short after 10 bytes")
    first = bench.work.run_stages()
    bench.deliver()
    assert bench.statuses() == {good: Status.DONE, bad: Status.FAILED}
    assert bench.work.get(first.id).failed == 1
    (group,) = bench.work.failures(first.id)
    assert (group["stage"], group["code"], group["count"]) == ("measure", "truncated", 1)
    assert group["reason"] == "cut short after 10 bytes"
    bench.work.run_stages()
    bench.deliver()
    assert bench.measure.runs.count(bad) == 1
    del bench.measure.answers[bad]
    again = bench.work.retry(first.id)
    bench.deliver()
    assert bench.work.get(again.id).state is JobState.SUCCESS
    assert bench.statuses()[bad] == Status.DONE


def test_a_picture_that_cannot_be_read_fails_alone(bench: Bench) -> None:
    images = bench.add_images(40)
    bench.broken.add(images[7])
    bench.work.run_stages()
    bench.deliver()
    expected = dict.fromkeys(images, Status.DONE) | {images[7]: Status.FAILED}
    assert bench.statuses() == expected


def test_raising_a_version_makes_images_due_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    images = bench.add_images(3)
    bench.work.run_stages()
    bench.deliver()
    monkeypatch.setattr(type(bench.measure), "version", 2)
    bench.work.run_stages(["measure"])
    bench.deliver()
    assert sorted(bench.measure.runs) == sorted(images * 2)


def test_a_stale_picture_stage_is_not_run_again_where_the_picture_is_the_same(bench: Bench) -> None:
    same, other = bench.add_images(2)
    bench.work.run_stages()
    bench.deliver()
    bench.keys[other] = b"another picture!"
    with bench.store.transaction() as tx:
        tx.execute("UPDATE stage_state SET status = 3")
    bench.measure.runs.clear()
    bench.work.run_stages(["measure"])
    bench.deliver()
    assert bench.measure.runs == [other]
    assert bench.statuses() == {same: Status.DONE, other: Status.DONE}


def test_results_for_a_file_that_changed_meanwhile_are_dropped(bench: Bench) -> None:
    (image,) = bench.add_images(1)

    def change() -> Failure:
        with bench.store.transaction() as tx:
            tx.execute("UPDATE image SET revision = revision + 1")
        return Failure("old", "about the old content")

    bench.measure.answers[image] = change
    bench.work.run_stages(["measure"])
    bench.deliver()
    assert bench.statuses() == {}


def test_cancelling_drops_what_has_not_begun_and_ends_the_job_once(bench: Bench) -> None:
    bench.add_images(300)
    job = bench.work.run_stages(["measure"])
    bench.deliver(3)
    done = len(bench.measure.runs)
    assert 0 < done < 300
    bench.work.cancel(job.id)
    bench.deliver()
    assert bench.work.get(job.id).state is JobState.CANCELLED
    assert len(bench.measure.runs) == done
    assert bench.value("SELECT finalised FROM job") == 1
    assert bench.work.cancel(job.id).state is JobState.CANCELLED


def test_a_job_that_nobody_has_begun_is_cancelled_at_once_and_without_a_worker(bench: Bench) -> None:
    bench.add_images(3)
    job = bench.work.run_stages(["measure"])
    cancelled = bench.work.cancel(job.id)
    assert cancelled.state is JobState.CANCELLED
    assert cancelled.result["message"] == "Cancelled: 0 images done"
    bench.deliver()
    assert bench.value("SELECT finalised FROM job") == 1
    assert bench.measure.runs == []


def test_cancelling_while_a_batch_runs_leaves_one_final_state(bench: Bench) -> None:
    bench.add_images(1)
    job = bench.work.run_stages(["measure"])
    bench.deliver(1)
    with bench.store.transaction() as tx:
        running = ledger.claim(tx, Lane.CPU, 0, bench.me, 60)
    assert running is not None
    assert bench.work.cancel(job.id).state is JobState.STARTED
    with bench.store.transaction() as tx:
        ledger.end(tx, running, done=1)
    bench.reaper.tick()
    bench.deliver()
    assert bench.work.get(job.id).state is JobState.CANCELLED


def test_a_paused_job_waits_and_goes_on(bench: Bench) -> None:
    images = bench.add_images(100)
    job = bench.work.run_stages(["measure"])
    bench.deliver(2)
    bench.work.pause(job.id)
    before = len(bench.measure.runs)
    bench.deliver()
    bench.reaper.tick()
    bench.deliver()
    assert len(bench.measure.runs) == before
    bench.work.resume(job.id)
    bench.deliver()
    assert sorted(bench.measure.runs) == images
    assert bench.work.get(job.id).state is JobState.SUCCESS
    with pytest.raises(Conflict):
        bench.work.pause(job.id)


def test_two_jobs_share_a_lane_fairly(bench: Bench) -> None:
    first_images, second_images = bench.add_images(200), bench.add_images(200)
    bench.work.run_stages(["measure"], images=first_images, priority=10)
    bench.work.run_stages(["measure"], images=second_images, priority=10)
    bench.deliver(2 + 6)
    shares = [len(set(bench.measure.runs) & set(images)) for images in (first_images, second_images)]
    assert shares[0] == shares[1] > 0


def test_what_a_person_looks_at_goes_first(bench: Bench) -> None:
    images = bench.add_images(300)
    bench.work.run_stages(["measure"])
    bench.deliver(1)
    last = images[0]
    assert bench.work.look_at([last]) == 1
    bench.deliver(1)
    assert last in bench.measure.runs


def test_two_equal_scans_are_one_job(bench: Bench) -> None:
    first = bench.work.ingest(bench.catalog, bench.source)
    assert bench.work.ingest(bench.catalog, bench.source).id == first.id
    assert bench.value("SELECT count(*) FROM batch") == 1


def test_a_scan_that_is_asked_for_while_its_job_works_is_done_once_more(bench: Bench) -> None:
    first = bench.work.ingest(bench.catalog, bench.source)
    images = bench.add_images(40)
    bench.deliver(1)
    assert bench.scans == 1
    again = bench.work.ingest(bench.catalog, bench.source)
    assert again.id == first.id
    bench.deliver()
    assert bench.scans == 2
    assert sorted(bench.measure.runs) == images
    assert bench.work.get(first.id).state is JobState.SUCCESS


def test_a_person_wakes_a_paused_scan_by_asking_for_it(bench: Bench) -> None:
    images = bench.add_images(40)
    job = bench.work.ingest(bench.catalog, bench.source)
    bench.deliver(1)
    bench.work.pause(job.id)
    bench.work.ingest(bench.catalog, bench.source)
    bench.deliver()
    assert len(bench.measure.runs) < 40
    bench.work.ingest(bench.catalog, bench.source, priority=Priority.ASKED)
    bench.deliver()
    assert sorted(bench.measure.runs) == images
    assert bench.work.get(job.id).state is JobState.SUCCESS


def test_a_cancelled_scan_stops_and_what_it_found_is_not_worked_on(bench: Bench) -> None:
    bench.add_images(40)
    job = bench.work.ingest(bench.catalog, bench.source)
    bench.during_scan = lambda: bench.work.cancel(job.id)
    bench.deliver()
    assert bench.work.get(job.id).state is JobState.CANCELLED
    assert bench.measure.runs == []


def test_nothing_of_an_offline_source_is_tried(bench: Bench) -> None:
    bench.add_images(40)
    bench.scan_state = "offline"
    job = bench.work.ingest(bench.catalog, bench.source)
    bench.deliver()
    assert bench.measure.runs == []
    assert bench.work.get(job.id).result["scan"]["state"] == "offline"


def test_many_batches_are_added_in_no_time(bench: Bench) -> None:
    with bench.store.transaction() as tx:
        job = jobs.create(tx, "stages", bench.catalog, {}, priority=10)
        begun = tx.value("SELECT clock_timestamp()")
        ledger.add(tx, job.id, BatchKind.WORK, Lane.CPU, items=[[number] for number in range(30_000)])
        assert (tx.value("SELECT clock_timestamp()") - begun).total_seconds() < 30  # quadratic, it took minutes
        turns = tx.row("SELECT min(turn) AS first, max(turn) AS last, count(DISTINCT turn) AS turns FROM batch")
    assert dict(turns or {}) == {"first": 1, "last": 30_000, "turns": 30_000}


def test_an_unknown_stage_is_refused_by_name(bench: Bench) -> None:
    with pytest.raises(BadInput, match="'sharpen'"):
        bench.work.run_stages(["sharpen"])


def test_planning_takes_time_in_proportion_to_the_images(bench: Bench) -> None:
    bench.add_images(20_000)
    begun = time.monotonic()
    for _ in range(2):  # the second plan compares everything with what the first one has planned
        job = bench.work.run_stages(["measure"])
        bench.deliver(1)
        assert bench.work.get(job.id).total == 20_000
        bench.sender.messages.clear()
        bench.work.ingest(bench.catalog, bench.source)
        bench.deliver(1)
        bench.sender.messages.clear()
    assert time.monotonic() - begun < 20  # in square time it took minutes


def test_old_jobs_are_pruned_with_their_batches(bench: Bench) -> None:
    bench.add_images(3)
    bench.work.run_stages()
    bench.deliver()
    with bench.store.transaction() as tx:
        assert jobs.prune(tx, 30) == 0
        tx.execute("UPDATE job SET finished_at = now() - interval '31 days'")
        assert jobs.prune(tx, 30) == 1
        assert tx.value("SELECT count(*) FROM batch") == 0
