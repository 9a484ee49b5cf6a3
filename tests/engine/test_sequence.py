"""Looking for bursts: the job from request to what people see, on the real database with made-up photographs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lumina.domain.curation import Change, Field
from lumina.domain.stage import Lane
from lumina.domain.work import BatchKind, JobState
from lumina.engine import sequence
from lumina.engine.follow import DETECT_BURSTS
from lumina.engine.sequence import slices
from lumina.errors import Conflict, NotFound
from lumina.services import bursts as service
from lumina.services.journal import undo
from lumina.store import burst_list, journal, ledger
from tests.support.copies import Twins, touched_up
from tests.support.frames import view, world
from tests.support.series import Series

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def series(twins: Twins) -> Series:
    return Series(twins)


def burst(series: Series, count: int, seconds: float = 0, seed: int = 1, **known: Any) -> list[int]:
    scene = world(seed)
    return [
        series.take(view(scene, 1 + 0.02 * (n % 2), noise=seed * 50 + n), seconds + 0.2 * n, sharpness=100 - n, **known)
        for n in range(count)
    ]


def test_a_burst_is_found_with_its_best_frame_and_reasons(series: Series) -> None:
    images = burst(series, 4)
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
    assert only.members[0].score > only.members[3].score > 50
    assert only.camera == "Canon EOS R6"
    assert page.summary.bursts == 1
    assert page.summary.images == 4


def test_brackets_panoramas_and_hdr_pairs_are_no_bursts_and_no_copies(series: Series) -> None:
    scene = world(2)
    bracket = [series.take(view(scene, 1, stops=s), 0.3 * n, exposure_bias=s) for n, s in enumerate((0, -1, 1))]
    panorama = [series.take(view(world(3), 0.6 * n), 100 + 4 * n) for n in range(4)]
    pair = [series.take(view(world(4), 1, stops=0.1 * n), 200 + 26 * n) for n in range(2)]
    for image, stem in zip(pair, ("lamp_hdr_NO", "lamp_hdr_YES"), strict=True):
        series.twins.run("UPDATE image SET stem = :stem WHERE id = :id", id=image, stem=stem)
    phone = [
        series.take(view(world(5), 1, noise=n + 1), 300, raw=json.dumps({"MakerNotes:HDRImageType": mark}))
        for n, mark in enumerate((4, 3))
    ]
    job = series.detect()
    assert job.result["message"] == "0 bursts of 0 images, 4 other sequences"
    assert series.bursts() == [("bracket", bracket), ("panorama", panorama), ("hdr", pair), ("hdr", phone)]
    assert series.twins.groups() == [], "the search for copies has followed and knows them"


def test_frames_of_a_burst_are_no_copies_but_their_identical_copies_are(series: Series) -> None:
    scene = world(1)
    views = [view(scene, 1, noise=0), touched_up(view(scene, 1), 1, 1), touched_up(view(scene, 1), 2, 1)]
    frames = [series.take(each, 0.2 * n, content=b"%d" % n) for n, each in enumerate(views)]
    backup = [series.take(each, 0.2 * n, content=b"%d" % n) for n, each in enumerate(views)]
    series.detect()
    assert series.bursts() == [("burst", frames)]
    assert [sorted(group) for group in series.twins.groups()] == [[a, b] for a, b in zip(frames, backup, strict=True)]


def test_a_burst_id_in_the_tags_and_an_export_of_one_frame(series: Series) -> None:
    raw = json.dumps({"MakerNotes:BurstUUID": "8F1C"})
    frames = [series.take(view(world(n + 20)), n * 3.0, raw=raw) for n in range(3)]
    series.take(view(world(20)), 0, software="Editor 5")
    series.detect()
    assert series.bursts() == [("burst", frames)]


def test_what_cannot_be_seen_is_in_no_burst(series: Series) -> None:
    images = burst(series, 6)
    series.twins.run("UPDATE image SET missing_since = now() WHERE id = :id", id=images[0])
    series.twins.run("UPDATE image SET trashed_at = now() WHERE id = :id", id=images[1])
    series.twins.run("UPDATE image SET hidden = true WHERE id = :id", id=images[2])
    series.twins.run("UPDATE fingerprint SET signature = '' WHERE image_id = :id", id=images[3])
    series.detect()
    assert series.bursts() == [("burst", images[4:])]


def test_a_catalog_in_which_nothing_is_ready(series: Series) -> None:
    series.twins.add(3)
    job = series.detect()
    assert job.state is JobState.SUCCESS
    with series.twins.store.transaction() as tx:
        page = service.page(tx, None, limit=10)
    assert page.run is not None
    assert page.items == []


def test_images_that_go_while_it_runs_are_left_out(series: Series, monkeypatch: pytest.MonkeyPatch) -> None:
    three, two = burst(series, 3), burst(series, 2, 100, seed=2)
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


def test_the_same_images_are_the_same_burst_again(series: Series) -> None:
    burst(series, 3)
    series.detect()
    with series.twins.store.transaction() as tx:
        (before,) = service.page(tx, None, limit=10).items
    burst(series, 2, 100, seed=2)
    series.detect()
    with series.twins.store.transaction() as tx:
        after = service.page(tx, None, limit=10).items
    assert before.id in {each.id for each in after}
    assert series.twins.value("SELECT count(*) FROM run WHERE kind = 'bursts'") == 1, "the one before is gone"


def test_one_search_at_a_time(series: Series) -> None:
    burst(series, 2)
    first = series.twins.app.work.detect(DETECT_BURSTS, series.twins.catalog)
    with pytest.raises(Conflict, match=str(first.id)):
        series.twins.app.work.detect(DETECT_BURSTS, series.twins.catalog)


def test_a_search_that_is_cancelled_leaves_what_was_found_before(series: Series) -> None:
    images = burst(series, 2)
    series.detect()
    burst(series, 2, 100, seed=2)
    job = series.twins.app.work.detect(DETECT_BURSTS, series.twins.catalog)
    series.twins.app.work.cancel(job.id)
    series.twins.work()
    assert series.twins.app.work.get(job.id).state is JobState.CANCELLED
    assert series.bursts() == [("burst", images)]
    assert series.twins.value("SELECT count(*) FROM run WHERE published_at IS NULL") == 0


@pytest.mark.parametrize("step", ["load_features", "save", "settle"])
def test_a_search_that_breaks_off_publishes_nothing_and_begins_again(
    series: Series, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    images = burst(series, 3)
    real: Callable[..., Any] = getattr(sequence.store_of_bursts, step)
    published: list[Any] = []

    def break_off(*args: Any) -> Any:
        published.append(series.bursts())
        done = real(*args)
        if len(published) == 1:
            raise RuntimeError("killed")
        return done

    monkeypatch.setattr(sequence.store_of_bursts, step, break_off)
    job = series.detect()
    series.twins.run("UPDATE batch SET ready_at = now() WHERE state = 'ready'")
    series.twins.app.dispatcher.top_up()
    series.twins.work()
    assert published == [[], []], "it was tried twice, and the first time nothing was seen"
    assert series.twins.app.work.get(job.id).state is JobState.SUCCESS
    assert series.bursts() == [("burst", images)]
    assert series.twins.value("SELECT count(*) FROM run WHERE kind = 'bursts'") == 1


def test_a_late_worker_writes_nothing(series: Series) -> None:
    burst(series, 3)
    job = series.twins.app.work.detect(DETECT_BURSTS, series.twins.catalog)
    with series.twins.store.transaction() as tx:
        batch = ledger.claim(tx, Lane.CPU, 0, series.twins.me, 60)
        assert batch is not None
        assert batch.kind is BatchKind.SEQUENCE
        ledger.give_back(tx, batch, strike=False)
    with pytest.raises(Exception, match="given to another worker"):
        sequence.Sequencer(series.twins.store, series.twins.app.dispatcher).run(batch, lambda: False)
    series.twins.work()
    assert series.twins.app.work.get(job.id).state is JobState.SUCCESS
    assert len(series.bursts()) == 1


def test_keeping_a_frame_picks_it_and_rejects_the_others(series: Series) -> None:
    images = burst(series, 4)
    series.detect()
    store = series.twins.store
    with store.transaction() as tx:
        (only,) = service.page(tx, None, limit=10).items
        done = service.keep(tx, only.id)
    assert done.action is not None
    assert done.action.title == "Kept i000001.jpg of a burst of 4"
    assert _flags(series) == {images[0]: "pick", **dict.fromkeys(images[1:], "reject")}
    with store.transaction() as tx:
        assert service.keep(tx, only.id).action is None, "it is so already"
        other = service.keep(tx, only.id, images[2]).action
        now = service.one(tx, only.id)
    assert (now.best, now.reasons[1]) == (images[2], "You picked it")
    assert other is not None
    undo(store, other.id)
    undo(store, done.action.id)
    assert _flags(series) == {}
    with store.transaction() as tx, pytest.raises(NotFound, match="image 77"):
        service.keep(tx, only.id, 77)
    with store.transaction() as tx, pytest.raises(NotFound, match="no burst 5"):
        service.keep(tx, 5)


def test_keeping_the_best_of_all_leaves_alone_what_was_decided(series: Series) -> None:
    first, second = burst(series, 3), burst(series, 2, 100, seed=2)
    scene = world(4)
    for n, stops in enumerate((0, -1, 1)):
        series.take(view(scene, 1, stops=stops), 200 + 0.3 * n, exposure_bias=stops)
    series.detect()
    store, catalog = series.twins.store, series.twins.catalog
    with store.transaction() as tx:
        journal.perform(
            tx, catalog_id=catalog, kind="curate", title="Picked", changes=[Change(second[1], Field.FLAG, "pick")]
        )
        done = service.keep_best(tx, catalog)
        bracket = burst_list.listed(tx, [catalog], None, limit=1)[0]
    assert done.images == 3
    assert done.action is not None
    assert done.action.title == "Kept the best of 1 burst, rejected 2 images"
    assert _flags(series) == {first[0]: "pick", first[1]: "reject", first[2]: "reject", second[1]: "pick"}
    with store.transaction() as tx, pytest.raises(Conflict, match="bracket"):
        service.keep(tx, bracket.id)


def test_slices_keep_together_what_may_belong_together(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    from lumina.vision.frames import SECOND

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


def _flags(series: Series) -> dict[int, str]:
    with series.twins.store.transaction() as tx:
        rows = tx.rows("SELECT image_id, flag FROM curation WHERE flag IS NOT NULL")
    return {row["image_id"]: row["flag"] for row in rows}
