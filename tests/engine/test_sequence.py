"""Looking for bursts: the job from request to what people see, on the real database with made-up photographs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from lumina.domain.stage import Lane
from lumina.domain.work import BatchKind, JobState
from lumina.engine import sequence
from lumina.engine.follow import DETECT_BURSTS
from lumina.engine.sequence import slices
from lumina.errors import Conflict, LeaseLost
from lumina.services import bursts as service
from lumina.store import ledger
from lumina.vision.frames import SECOND
from tests.support.copies import Twins, touched_up
from tests.support.frames import view, world
from tests.support.series import Series

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def series(twins: Twins) -> Series:
    return Series(twins)


def test_a_burst_is_found_with_its_best_frame_and_reasons(series: Series) -> None:
    with series.twins.store.transaction() as tx:
        assert service.page(tx, None, limit=10).run is None
    images = series.burst(4)
    series.take(view(world(9)), 50)
    job = series.detect()
    assert job.state is JobState.SUCCESS
    assert job.result["message"] == "1 burst of 4 images"
    assert (job.done, job.total) == (5, 5)
    with series.twins.store.transaction() as tx:
        page = service.page(tx, series.twins.catalog, limit=10)
    (only,) = page.items
    assert [member.image.id for member in only.members] == images
    assert only.best == images[0]
    assert only.reasons[:2] == ("4 frames in 0.6 s", "Sharpest of 4")
    assert only.members[0].reasons == ()
    assert only.members[3].reasons == ("20% less sharp",)
    assert only.members[0].score > only.members[3].score > 50
    assert (only.camera, only.kind) == ("Canon EOS R6", "burst")
    assert (page.summary.bursts, page.summary.images) == (1, 4)

    series.burst(2, 100, seed=2)
    series.detect()
    with series.twins.store.transaction() as tx:
        again = service.page(tx, None, limit=10).items
    assert only.id == again[1].id, "the same images are the same burst"
    assert series.twins.value("SELECT count(*) FROM run WHERE kind = 'bursts'") == 1, "the search before is forgotten"


def test_what_a_camera_did_on_purpose_is_no_burst_and_no_copy(series: Series) -> None:
    scene = world(2)
    bracket = [series.take(view(scene, 1, stops=s), 0.3 * n, exposure_bias=s) for n, s in enumerate((0, -1, 1))]
    panorama = [series.take(view(world(3), 0.6 * n), 100 + 4 * n) for n in range(4)]
    pair = [
        series.take(view(world(4), 1, stops=0.1 * n), 200 + 26 * n, stem=stem)
        for n, stem in enumerate(("lamp_hdr_NO", "lamp_hdr_YES"))
    ]
    phone = [
        series.take(view(world(5), 1, noise=n + 1), 300, raw=json.dumps({"MakerNotes:HDRImageType": mark}))
        for n, mark in enumerate((4, 3))
    ]
    lapse = [series.take(view(world(6), 1, noise=n + 1), 400 + 5 * n) for n in range(20)]
    named = json.dumps({"MakerNotes:BurstUUID": "8F1C"})
    frames = [series.take(view(world(n + 20)), 1000 + n * 3, raw=named) for n in range(3)]
    series.take(view(world(20)), 1000, software="Editor 5")  # an export of the first of them
    for n in range(4):  # a walk
        series.take(view(world(30), 0.2 * n), 2000 + 40 * n, latitude=43.46, longitude=11.88)
    job = series.detect(copies=True)
    assert job.result["message"] == "1 burst of 3 images, 5 other sequences"
    assert series.bursts() == [
        ("bracket", bracket), ("panorama", panorama), ("hdr", pair), ("hdr", phone), ("timelapse", lapse),
        ("burst", frames),
    ]  # fmt: skip
    assert series.twins.groups() == [], "the search for copies follows, and knows them"


def test_frames_are_no_copies_but_their_identical_copies_are_and_what_cannot_be_seen_is_in_no_burst(
    series: Series,
) -> None:
    scene = world(1)
    views = [view(scene, 1), touched_up(view(scene, 1), 1, 1), touched_up(view(scene, 1), 2, 1)]
    frames = [series.take(each, 0.2 * n, content=b"%d" % n, sharpness=300 / (n + 1)) for n, each in enumerate(views)]
    backup = [series.take(each, 0.2 * n, content=b"%d" % n) for n, each in enumerate(views)]
    unseen = series.burst(6, 100, seed=2)
    run = series.twins.run
    run("UPDATE image SET missing_since = now() WHERE id = :id", id=unseen[0])
    run("UPDATE image SET trashed_at = now() WHERE id = :id", id=unseen[1])
    run("UPDATE image SET hidden = true WHERE id = :id", id=unseen[2])
    run("UPDATE fingerprint SET signature = '' WHERE image_id = :id", id=unseen[3])
    series.detect(copies=True)
    assert series.bursts() == [("burst", frames), ("burst", unseen[4:])]
    assert [sorted(group) for group in series.twins.groups()] == [[a, b] for a, b in zip(frames, backup, strict=True)]
    run("UPDATE image SET trashed_at = now() WHERE id = :id", id=frames[0])
    run("UPDATE image SET missing_since = now() WHERE id = :id", id=unseen[4])
    with series.twins.store.transaction() as tx:
        (left,) = service.page(tx, None, limit=10).items
    assert [member.image.id for member in left.members] == frames[1:], "what leaves later leaves the list"
    assert left.best in frames[1:]
    assert left.reasons == ("3 frames in 0.4 s",)


def test_two_photographs_of_one_camera_are_no_copies_however_alike(series: Series) -> None:
    scene = view(world(1), 1)
    first, second = (
        series.take(touched_up(scene, n, 1), 20.0 * n) for n in range(2)
    )  # on a tripod, too far for a burst
    export = series.take(touched_up(scene, 3, 1), 20, software="Editor 5")
    corrected = series.take(touched_up(scene, 4, 1), 20 + 3600, software="Clock 1")
    series.detect(copies=True)
    assert series.bursts() == []
    groups = [set(group) for group in series.twins.groups()]
    assert not any({first, second} <= group for group in groups)
    assert any({second, export} <= group for group in groups), "an export has its photograph's time"
    assert any(corrected in group for group in groups), "so has one whose clock was put right"


def test_a_catalog_in_which_nothing_is_ready_one_search_at_a_time_and_none_against_a_persons_will(
    series: Series,
) -> None:
    series.twins.add(3)
    assert series.detect().result["message"] == "No bursts"
    work = series.twins.app.work
    images = series.burst(2)
    series.detect()
    series.burst(2, 100, seed=2)
    first = work.detect(DETECT_BURSTS, series.twins.catalog)
    with pytest.raises(Conflict, match=str(first.id)):
        work.detect(DETECT_BURSTS, series.twins.catalog)
    work.cancel(first.id)
    series.twins.work()
    assert work.get(first.id).state is JobState.CANCELLED
    assert series.bursts() == [("burst", images)], "what was found before stays"
    assert series.twins.value("SELECT count(*) FROM run WHERE published_at IS NULL") == 0


def test_images_that_go_while_it_runs_are_left_out(series: Series, monkeypatch: pytest.MonkeyPatch) -> None:
    three, two = series.burst(3), series.burst(2, 100, seed=2)
    find = sequence.find

    def lose(*args: Any) -> Any:
        series.twins.run("DELETE FROM image WHERE id IN (:a, :b)", a=three[0], b=two[0])
        return find(*args)

    monkeypatch.setattr(sequence, "find", lose)
    series.detect()
    assert series.bursts() == [("burst", three[1:])]
    with series.twins.store.transaction() as tx:
        (only,) = service.page(tx, None, limit=10).items
    assert only.best == three[1]


def test_a_search_that_breaks_off_publishes_nothing_and_begins_again(
    series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = series.burst(3)
    broken: list[str] = []

    def break_off(step: str) -> None:
        real = getattr(sequence.store_of_bursts, step)

        def broken_step(*args: Any) -> Any:
            done = real(*args)
            assert series.bursts() == []
            if step not in broken:
                broken.append(step)
                raise RuntimeError("killed")
            return done

        monkeypatch.setattr(sequence.store_of_bursts, step, broken_step)

    for step in ("load_features", "save", "settle"):
        break_off(step)
    job = series.detect()
    for _ in range(2):
        series.twins.run("UPDATE batch SET ready_at = now() WHERE state = 'ready'")
        series.twins.app.dispatcher.top_up()
        series.twins.work()
    assert broken == ["load_features", "save", "settle"]
    assert series.twins.app.work.get(job.id).state is JobState.SUCCESS
    assert series.bursts() == [("burst", images)]
    assert series.twins.value("SELECT count(*) FROM run WHERE kind = 'bursts'") == 1


def test_a_late_worker_writes_nothing(series: Series) -> None:
    series.burst(3)
    app = series.twins.app
    job = app.work.detect(DETECT_BURSTS, series.twins.catalog)
    with series.twins.store.transaction() as tx:
        batch = ledger.claim(tx, Lane.CPU, 0, series.twins.me, 60)
        assert batch is not None
        assert batch.kind is BatchKind.SEQUENCE
        ledger.give_back(tx, batch, strike=False)
    with pytest.raises(LeaseLost):
        sequence.Sequencer(series.twins.store, app.dispatcher).run(batch, lambda: False)
    assert series.twins.value("SELECT count(*) FROM run") == 0
    series.twins.work()
    assert app.work.get(job.id).state is JobState.SUCCESS
    assert len(series.bursts()) == 1


def test_slices_keep_together_what_may_belong_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "SLICE", 10)
    random = np.random.default_rng(1)
    gaps = random.choice([1, 5, 100], 300, p=[0.6, 0.3, 0.1])
    camera = random.integers(1, 3, 300)
    moments = {"id": np.arange(1, 301), "time": gaps.cumsum() * SECOND, "camera": camera}
    cut = [part.tolist() for part in slices(moments)]
    together = [image for part in cut for image in part]
    assert len(together) == len(set(together))
    assert max(map(len, cut)) <= 10
    for number in (1, 2):
        mine = np.flatnonzero(camera == number)
        close = np.diff(moments["time"][mine]) <= 60 * SECOND
        pairs = list(zip(moments["id"][mine][:-1][close], moments["id"][mine][1:][close], strict=True))
        apart = [pair for pair in pairs if not any(set(pair) <= set(part) for part in cut)]
        assert len(apart) <= len(pairs) // 5, "only where a camera never rests"
