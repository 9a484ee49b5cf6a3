"""The care of the spaces of vectors: indexes, versions, what similarity means, on the real database."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from lumina.bootstrap import App
from lumina.domain.vectors import SpaceState
from lumina.domain.work import JobState, Status
from lumina.engine import vectors as care
from lumina.errors import Conflict
from lumina.services import vectors as service
from lumina.store import nearest, outcomes, spaces, vector_index, vectors
from lumina.store.outcomes import Outcome
from lumina.store.selection import Condition
from lumina.store.vector_index import Building
from tests.support.messages import Messages
from tests.support.sky import Sky, new_sky

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def sky(search: tuple[App, Messages], monkeypatch: pytest.MonkeyPatch) -> Sky:
    monkeypatch.setattr(care, "INDEXED", 300)
    monkeypatch.setattr(service, "INDEXED", 300)
    monkeypatch.setattr(care, "LOOK_SECONDS", 0.05)
    return new_sky(*search)


def test_the_index_is_built_when_a_space_has_grown_and_answers_as_brute_force(
    sky: Sky, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, matrix, space = sky.fill(600)
    job = sky.care()
    assert job.state is JobState.SUCCESS
    assert job.result["message"] == "Done: index sky 1, calibrate sky 1"
    assert sky.care().result["message"] == "Nothing was due"
    monkeypatch.setattr(nearest, "FEW", 0)
    monkeypatch.setattr(nearest, "_estimate", lambda *_: 10**9)  # as in a catalog of a million
    more, others, _ = sky.fill(5)
    ids = images + more
    third = Condition("i.shown AND i.id % 3 = 0")
    with sky.twins.store.transaction() as tx:
        before = tx.value("SELECT current_setting('enable_seqscan')")
        plan = tx.value("SELECT count(*) FROM pg_stat_user_indexes WHERE indexrelname = :n", n=spaces.index(space))
        stored = vectors.load(tx, space)[1].astype(np.float64)  # rounded, as the question will be
        for question in (matrix[3], others[0], sky.near(matrix[9], 1)[0]):
            order = [ids[place] for place in np.argsort(-(stored @ question.astype(np.float16).astype(np.float64)))]
            assert [n.image_id for n in nearest.nearest(tx, space, question, count=9)] == order[:9]
            found = nearest.nearest(tx, space, question, count=9, conditions=third)
            assert [n.image_id for n in found] == [image for image in order if image % 3 == 0][:9]
        hidden = Condition("i.shown AND i.id = :only", {"only": ids[5]})
        for most in (nearest.MOST, 0):  # compared one by one, at last or with all the others
            monkeypatch.setattr(nearest, "MOST", most)
            assert [n.image_id for n in nearest.nearest(tx, space, matrix[3], count=9, conditions=hidden)] == [ids[5]]
        assert plan == 1
        assert tx.value("SELECT current_setting('enable_seqscan')") == before
    (report,) = service.check(sky.twins.store)
    assert (report.index, report.recall, report.problems) == ("ready", 1.0, ())


def test_what_kills_the_server_s_work_leaves_no_half_index(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, space = sky.fill(400)
    kill = "SELECT pg_terminate_backend(:pid)"
    created = Building._create

    def create_and_die(building: Building, connection: object) -> None:
        created(building, connection)  # type: ignore[arg-type]
        with sky.twins.store.transaction() as tx:
            tx.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(:n)::oid", n=half)
            tx.value(kill, pid=building._pid)
        connection.exec_driver_sql("SELECT 1")  # type: ignore[attr-defined]

    half = f"{spaces.index(space)}_new"
    with monkeypatch.context() as patch:
        patch.setattr(Building, "_create", create_and_die)
        patch.setattr(Building, "_put_in_place", lambda _self: pytest.fail("the server's process is dead"))
        with sky.twins.store.transaction() as tx:
            job = care.start(tx, sky.twins.app.dispatcher)
            with pytest.raises(Conflict):
                care.start(tx, sky.twins.app.dispatcher)
        sky.twins.step()
    assert sky.twins.app.work.get(job.id).state is JobState.STARTED, "tried again later"
    (report,) = service.check(sky.twins.store)
    assert report.problems == ("Its index was left half-built.",)
    sky.twins.make_ready()
    assert sky.twins.app.work.get(job.id).state is JobState.SUCCESS
    with sky.twins.store.transaction() as tx:
        assert vector_index.has_index(tx, space)
        assert not vector_index.broken(tx, space)
        assert tx.value("SELECT count(*) FROM pg_class WHERE relname LIKE :n", n=f"{half}%") == 0


def test_building_stops_when_told_to_and_nobody_builds_twice_at_once(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, space = sky.fill(320)
    holding, go_on = threading.Event(), threading.Event()
    created = Building._create

    def slowly(building: Building, connection: object) -> None:
        holding.set()
        go_on.wait(20)
        created(building, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(Building, "_create", slowly)
    with Building(sky.twins.store, space, megabytes=64, workers=0) as first:
        assert holding.wait(20)
        with (
            Building(sky.twins.store, space, megabytes=64, workers=0) as second,
            pytest.raises(Exception, match="else"),
        ):
            second.wait(20)
        with sky.twins.store.transaction() as tx:
            assert not vector_index.broken(tx, space)
            assert first.share(tx) == 0
        go_on.set()
        assert first.wait(20)
    with sky.twins.store.transaction() as tx:
        assert vector_index.has_index(tx, space)
    monkeypatch.setattr(Building, "_create", lambda _self, c: c.exec_driver_sql("SELECT pg_sleep(60)"))
    with Building(sky.twins.store, space, megabytes=64, workers=0) as third:
        assert not third.wait(0.3)
    assert "cancel" in str(third.error)


def test_a_new_version_takes_over_when_it_is_complete(sky: Sky) -> None:
    images, matrix, old = sky.fill(120)
    new = sky.save(images[:100], matrix[::-1][:100], version=2)
    assert (old.state, new.state) == (SpaceState.LIVE, SpaceState.BUILDING)
    sky.care()
    with sky.twins.store.transaction() as tx:
        assert spaces.live(tx, "sky") == old
        assert not spaces.switch(tx, new)
    with sky.twins.store.transaction() as tx:
        failed = [Outcome(image, "embed:sky", 2, Status.FAILED) for image in images[100:110]]
        outcomes.record(tx, failed)
    sky.twins.run(f"UPDATE image SET missing_since = now() WHERE id > {images[109]}")
    assert sky.care().result["did"] == ["calibrate sky 2", "switch sky 2"]
    with sky.twins.store.transaction() as tx:
        live = spaces.live(tx, "sky")
        assert live is not None
        assert live.version == 2
        assert nearest.nearest(tx, live, matrix[-1], count=1)[0].image_id == images[0]
        assert [space.state for space in spaces.every(tx)] == [SpaceState.RETIRED, SpaceState.LIVE]
    assert sky.care().result["did"] == ["drop sky 1"]
    with sky.twins.store.transaction() as tx:
        assert spaces.every(tx) == [live]
        assert tx.value("SELECT to_regclass(:name)", name=spaces.table(old)) is None


def test_what_embedding_has_left_to_do_follows_by_itself(sky: Sky) -> None:
    sky.fill(80)
    sky.twins.app.reaper._pruned_at = float("-inf")  # an hour ago
    sky.twins.app.reaper.tick()
    sky.twins.work()
    with sky.twins.store.transaction() as tx:
        space = spaces.live(tx, "sky")
        assert space is not None
        known = spaces.calibration(tx, space)
        assert known is not None
        assert (known.size, known.sample) == (80, 80)
        assert abs(known.middle) < 0.05
        assert care.due(tx) == []
    sky.fill(60)
    with sky.twins.store.transaction() as tx:
        assert [due.care for due in care.due(tx)] == [care.Care.CALIBRATE], "it has grown by more than half"


def test_the_check_finds_what_is_wrong_and_mends_it(sky: Sky) -> None:
    images, _, space = sky.fill(60)
    table = spaces.table(space)
    sky.twins.run(f"DELETE FROM {table} WHERE image_id IN ({images[0]}, {images[1]})")
    sky.twins.run(f"DELETE FROM stage_state WHERE image_id = {images[2]}")
    with sky.twins.store.transaction() as tx:
        half = "[" + ",".join(["0.5"] + ["0"] * (space.dimensions - 1)) + "]"
        tx.execute(f"UPDATE {table} SET vector = CAST(:half AS halfvec) WHERE image_id = :id", half=half, id=images[3])
    (report,) = service.check(sky.twins.store)
    assert report.problems == (
        "2 images should have a vector and have none.",
        "1 image have a vector that nothing has made.",
        "1 image have a vector that is not of length 1.",
    )
    assert service.mend(sky.twins.store) == {"embed:sky": 3}
    (mended,) = service.check(sky.twins.store)
    assert mended.problems == ()
    assert mended.vectors == 56
    with sky.twins.store.transaction() as tx:
        due = tx.rows("SELECT image_id FROM stage_state WHERE status = 3 ORDER BY 1")
        assert [row["image_id"] for row in due] == [images[0], images[1], images[3]]
        assert vectors.load(tx, space)[0].tolist() == images[4:]


def test_when_the_vectors_that_images_are_tagged_by_are_exchanged_all_is_tagged_again(sky: Sky) -> None:
    sky.model = sky.twins.app.settings.tag_model
    images, matrix, _ = sky.fill(60)
    sky.care()
    asked = "SELECT parameters -> 'all' FROM job WHERE kind = 'auto-tag'"
    assert sky.twins.value(asked) is None
    sky.save(images, matrix[::-1], version=2)
    assert f"switch {sky.model} 2" in sky.care().result["did"]
    assert sky.twins.value(asked) is True


def test_searches_go_on_while_an_index_takes_the_other_s_place(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    _, matrix, space = sky.fill(320)
    sky.care()
    store, put = sky.twins.store, Building._put_in_place
    went_on: list[bool] = []

    def put_while_somebody_reads(building: Building) -> None:
        with store.transaction() as reader:
            reader.execute(f"SELECT FROM {spaces.table(space)} LIMIT 1")
            putting = threading.Thread(target=put, args=(building,))
            putting.start()
            putting.join(0.3)
            with store.transaction() as tx:
                tx.execute("SET LOCAL statement_timeout = '3s'")
                went_on.append(bool(nearest.nearest(tx, space, matrix[0], count=3)))
        putting.join(20)

    monkeypatch.setattr(Building, "_put_in_place", put_while_somebody_reads)
    assert sky.care(rebuild=True).state is JobState.SUCCESS
    assert went_on == [True]
    with store.transaction() as tx:
        names = tx.execute("SELECT indexname FROM pg_indexes WHERE tablename = :t", t=spaces.table(space)).all()
    assert {row[0] for row in names} == {spaces.index(space), f"{spaces.table(space)}_pkey"}
