"""What holds when workers die, brokers forget and files make trouble, on the real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from lumina.domain.stage import Failure, Lane
from lumina.domain.work import BatchKind, JobState, Status
from lumina.engine import leases
from lumina.errors import Conflict, Interrupted, LeaseLost, NotFound, Unavailable
from lumina.store import jobs, ledger
from lumina.store.ledger import Worker

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.integration


def test_a_lost_lease_changes_nothing(bench: Bench) -> None:
    bench.add_images(1)
    bench.work.run_stages(["measure"])
    bench.deliver(1)
    with bench.store.transaction() as tx:
        stolen = ledger.claim(tx, Lane.CPU, 0, Worker("frozen", "9/9"), 60)
    assert stolen is not None
    bench.leases.release_node("frozen")
    bench.deliver()
    with pytest.raises(LeaseLost), bench.store.transaction() as tx:
        ledger.end(tx, stolen, done=1)
    assert bench.value("SELECT done FROM job") == 1
    assert bench.value("SELECT finalised FROM job") == 1


def test_a_poison_item_is_found_by_splitting_and_set_aside_after_three_strikes(bench: Bench) -> None:
    images = bench.add_images(20)
    poison = images[3]
    job = bench.work.run_stages(["measure"])

    def crash() -> None:
        raise RuntimeError("boom")

    bench.measure.answers[poison] = crash
    for _ in range(50):
        bench.deliver()
        if bench.work.get(job.id).state.ended:
            break
        with bench.store.transaction() as tx:
            tx.execute("UPDATE batch SET ready_at = now() WHERE state = 'ready'")
        bench.reaper.tick()
    assert bench.work.get(job.id).state is JobState.SUCCESS
    assert bench.statuses() == dict.fromkeys(images, Status.DONE) | {poison: Status.FAILED}
    assert bench.measure.runs.count(poison) == 3
    assert bench.value("SELECT note FROM stage_state WHERE status = 2") == "RuntimeError: boom"


def test_an_expired_lease_is_given_to_another_worker(bench: Bench) -> None:
    images = bench.add_images(4)
    bench.work.run_stages(["measure"])
    bench.deliver(1)
    with bench.store.transaction() as tx:
        while ledger.claim(tx, Lane.CPU, 0, Worker("gone", "9/9"), 60):
            pass
        tx.execute("UPDATE batch SET lease_until = now() - interval '1 second' WHERE state = 'leased'")
    bench.reaper.tick()
    bench.deliver()
    assert bench.statuses() == dict.fromkeys(images, Status.DONE)


def test_a_dead_workers_lease_is_freed_though_its_last_transaction_is_still_open(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "NOTICED", (0.05,) * 400)
    bench.add_images(1)
    bench.work.run_stages(["measure"])
    bench.deliver(1)
    with bench.store.transaction() as tx:
        assert ledger.claim(tx, Lane.CPU, 0, Worker("gone", "9/9"), 60)
    with ThreadPoolExecutor(1) as pool:
        with bench.store.transaction() as tx:
            tx.execute("SELECT id FROM batch WHERE state = 'leased' FOR UPDATE")
            freed = pool.submit(bench.leases.release_worker, "gone", "9", "crashed", "it died")
            with pytest.raises(TimeoutError):
                freed.result(0.1)
        assert freed.result(20) == 1


def test_messages_lost_by_the_broker_are_sent_again(bench: Bench) -> None:
    images = bench.add_images(50)
    job = bench.work.run_stages(["measure"])
    bench.deliver(1)
    bench.sender.messages.clear()
    bench.reaper.tick()
    assert bench.sender.messages == []
    with bench.store.transaction() as tx:
        tx.execute(
            "UPDATE batch SET sent_at = sent_at - interval '1 hour', claimed_at = claimed_at - interval '1 hour'"
        )
    bench.reaper.tick()
    bench.deliver()
    assert bench.statuses() == dict.fromkeys(images, Status.DONE)
    assert bench.work.get(job.id).state is JobState.SUCCESS


def test_a_broker_that_is_down_loses_no_request(bench: Bench) -> None:
    images = bench.add_images(5)
    bench.sender.down = True
    job = bench.work.run_stages(["measure"])
    assert bench.work.get(job.id).state is JobState.PENDING
    with pytest.raises(Unavailable):
        bench.dispatcher.top_up()
    bench.sender.down = False
    bench.reaper.tick()
    bench.deliver()
    assert bench.statuses() == dict.fromkeys(images, Status.DONE)


def test_deferred_images_stay_due_with_their_reason(bench: Bench) -> None:
    (image,) = bench.add_images(1)
    bench.measure.answers[image] = lambda: Failure("disk-full", "no space left on the disk", retryable=True)
    job = bench.work.run_stages(["measure"])
    for _ in range(5):
        bench.deliver()
        with bench.store.transaction() as tx:
            tx.execute("UPDATE batch SET ready_at = now() WHERE state = 'ready'")
        bench.reaper.tick()
    assert bench.work.get(job.id).state is JobState.SUCCESS
    assert bench.statuses() == {image: Status.DEFERRED}
    del bench.measure.answers[image]
    bench.work.run_stages(["measure"])
    bench.deliver()
    assert bench.statuses() == {image: Status.DONE}


def test_a_worker_told_to_stop_hands_back_what_it_has_not_begun(bench: Bench) -> None:
    images = bench.add_images(100)
    job = bench.work.run_stages(["measure"])
    bench.deliver(1)
    lane, batch = bench.sender.messages.pop(0)
    begun: list[int] = []

    def stop() -> bool:
        begun.append(1)
        return len(begun) > 5

    bench.engine.run_one(lane, batch, bench.me, stop)
    assert len(bench.measure.runs) == 5
    bench.deliver()
    assert sorted(bench.measure.runs) == images
    assert bench.work.get(job.id).done == 100


def test_a_picture_that_cannot_be_opened_is_deferred_alone(bench: Bench) -> None:
    images = bench.add_images(10)
    bench.unopenable.add(images[4])
    bench.work.run_stages(["measure"])
    for _ in range(4):
        bench.deliver()
        bench.make_ready()
    assert bench.statuses() == dict.fromkeys(images, Status.DONE) | {images[4]: Status.DEFERRED}


@pytest.mark.parametrize("trouble", [Unavailable("away"), Conflict("busy"), Interrupted("stopped")])
def test_trouble_outside_is_no_strike(bench: Bench, trouble: Exception) -> None:
    images = bench.add_images(3)

    def fail() -> None:
        raise trouble

    bench.measure.answers[images[0]] = fail
    job = bench.work.run_stages(["measure"])
    for _ in range(6):
        bench.deliver(5)
        bench.make_ready()
    assert bench.work.get(job.id).state is JobState.STARTED
    assert bench.value("SELECT max(strikes) FROM batch") == 0
    bench.measure.answers.clear()
    bench.deliver()
    assert bench.work.get(job.id).state is JobState.SUCCESS
    assert bench.statuses() == dict.fromkeys(images, Status.DONE)


def test_a_job_that_makes_no_sense_fails_with_its_reason_and_drops_the_rest(bench: Bench) -> None:
    images = bench.add_images(100)

    def fail() -> None:
        raise NotFound("the source was removed")

    bench.measure.answers[images[-1]] = fail
    job = bench.work.run_stages(["measure"])
    bench.deliver()
    ended = bench.work.get(job.id)
    assert ended.state is JobState.FAILURE
    assert ended.result["message"] == "the source was removed"
    assert bench.value("SELECT count(*) FROM batch WHERE state <> 'ended'") == 0
    assert len(bench.measure.runs) < 100


def test_messages_do_not_pile_up_while_workers_are_busy(bench: Bench) -> None:
    bench.add_images(600)
    bench.work.run_stages(["measure"])
    bench.deliver(1)
    sent = len(bench.sender.messages)
    with bench.store.transaction() as tx:
        assert ledger.claim(tx, Lane.CPU, 0, bench.me, 60)
        tx.execute("UPDATE batch SET sent_at = sent_at - interval '10 s', claimed_at = claimed_at - interval '10 s'")
    bench.reaper.tick()
    assert len(bench.sender.messages) <= sent + 1


def test_the_finaliser_is_created_once_however_often_zero_is_reached(bench: Bench) -> None:
    with bench.store.transaction() as tx:
        job = jobs.create(tx, "stages", bench.catalog, {}, priority=10)
        ledger.add(tx, job.id, BatchKind.PLAN, Lane.IO)
        assert ledger.count_off(tx, job.id, batches=1)
        assert ledger.count_off(tx, job.id, batches=0)
        assert tx.value("SELECT count(*) FROM batch WHERE kind = 'finalise'") == 1
