"""Images of a marketplace: known before they are there, fetched by a stage, and then like any other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lumina.domain.stage import Basis, Failure, Lane, Reads, Stage
from lumina.domain.values import Checksums
from lumina.domain.work import BatchKind, Status
from lumina.engine.dispatch import Dispatcher
from lumina.engine.engine import Engine
from lumina.engine.ingest import plan_handler
from lumina.engine.leases import Leases
from lumina.engine.plan import Planner
from lumina.engine.registry import Registry
from lumina.engine.work import Worker as WorkRunner
from lumina.services import coverage
from lumina.services.work import WorkService
from lumina.store import Store, Transaction, outcomes
from lumina.store.inputs import Input
from lumina.store.ledger import Worker
from lumina.store.results import SAVERS
from tests.engine.conftest import FakePicture, FakeSender, Measure
from tests.support.market import listed, market

pytestmark = pytest.mark.integration


class Fetched(Checksums):
    """The result of a stage that brings files."""


class Fetch(Stage[int, Fetched]):
    """Brings files, but not those of odd images."""

    name, version, result, lane, reads, basis = "fetch", 1, Fetched, Lane.IO, Reads.REMOTE, Basis.FILE
    refused: Sequence[int] = ()

    def run(self, items: Sequence[int]) -> list[Any]:
        return [Failure("gone", "404") if item in self.refused else Fetched(b"a" * 32, b"b" * 32) for item in items]


class Both(Measure):
    """Needs the fetched file and what was measured in it."""

    name, needs, reads, basis = "both", ("fetch", "measure"), Reads.PROXY, Basis.PICTURE  # type: ignore[assignment]


def save(tx: Transaction, results: Sequence[tuple[Input, Fetched]]) -> None:
    ids = [source.image_id for source, _ in results]
    tx.execute("UPDATE image SET missing_since = NULL, awaited = false WHERE id = ANY(:ids)", ids=ids)
    tx.execute(
        """INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
        SELECT id, source_id, folder || '/' || stem, 'original', 'jpeg', 1, 1 FROM image WHERE id = ANY(:ids)""",
        ids=ids,
    )


class House:
    """An engine with a stage that fetches, one on masters, and one that needs both."""

    def __init__(self, store: Store) -> None:
        self.store, self.fetch, self.measure, self.both = store, Fetch(), Measure(), Both()
        self.sender = FakeSender()
        self.registry = Registry((self.fetch, self.measure, self.both), {*SAVERS, Fetched})
        dispatcher = Dispatcher(store, self.sender)
        self.planner = Planner(self.registry, dispatcher)
        runner = WorkRunner(
            store,
            self.registry,
            self.planner,
            lambda _tx, _p: lambda source: FakePicture(source.image_id, source.image_id.to_bytes(16, "big"), False),
            item_seconds=60,
            openers={Reads.REMOTE: lambda _tx, _ids: lambda source: source.image_id},
        )
        handlers = {BatchKind.WORK: runner.run, BatchKind.PLAN: plan_handler(store, self.planner)}
        self.engine = Engine(store, dispatcher, Leases(store, self.registry, dispatcher), handlers, 60)
        self.work = WorkService(store, self.registry, dispatcher)
        with store.transaction() as tx:
            outcomes.declare(tx, self.registry.versions)
            self.market = market(tx)
            self.images = listed(tx, self.market, 20)
            photos = tx.value("INSERT INTO catalog (name) VALUES ('photos') RETURNING id")
            source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/x') RETURNING id", c=photos)
            self.photo = tx.value(
                "INSERT INTO image (catalog_id, source_id, folder, stem) VALUES (:c, :s, '', 'p') RETURNING id",
                c=photos,
                s=source,
            )
            tx.execute(
                """INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
                VALUES (:i, :s, 'p.jpg', 'original', 'jpeg', 1, 1)""",
                i=self.photo,
                s=source,
            )

    def run(self, *stages: str, failed: bool = False) -> None:
        self.work.run_stages(stages, failed=failed)
        while self.sender.messages:
            lane, batch = self.sender.messages.pop(0)
            self.engine.run_one(lane, batch, Worker("test", "1/2"))

    def done(self, stage: str) -> set[int]:
        with self.store.transaction() as tx:
            rows = tx.rows(
                """SELECT image_id FROM stage_state s JOIN stage g ON g.id = s.stage_id
                WHERE g.name = :stage AND s.status = :done""",
                stage=stage,
                done=Status.DONE.value,
            )
        return {row["image_id"] for row in rows}


@pytest.fixture
def house(store: Store, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setitem(SAVERS, Fetched, save)  # type: ignore[arg-type]
    return House(store)


def test_masters_follow_what_fetches_and_photos_are_left_alone(house: House) -> None:
    house.run()
    assert house.done("fetch") == set(house.images)
    assert house.done("measure") == {*house.images, house.photo}
    assert house.done("both") == set(house.images)
    assert sorted(house.both.runs) == sorted(house.images)
    with house.store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM batch WHERE 'both' = ANY(stages) AND items = '{}'") == 0
        assert tx.value("SELECT count(*) FROM image WHERE awaited") == 0


def test_what_could_not_be_fetched_stays_awaited_until_it_is_asked_for_again(house: House) -> None:
    lost = house.images[3]
    house.fetch.refused = [lost]
    house.run()
    assert house.done("fetch") == set(house.images) - {lost} == house.done("both")
    house.fetch.refused = ()
    house.run()
    assert lost not in house.done("fetch"), "a failure is final until somebody asks"
    house.run(failed=True)
    assert house.done("both") == set(house.images)


def test_coverage_counts_what_has_still_to_be_fetched_and_asks_photos_for_none_of_it(house: House) -> None:
    stages = coverage.describe(house.registry)
    assert [stage.of_markets for stage in stages] == [True, False, True]
    with house.store.transaction() as tx:
        found = {catalog.name: catalog for catalog in coverage.coverage(tx, stages)}
    assert found["Demo marketplace"].images == 40
    assert {stage.stage.name: stage.missing for stage in found["Demo marketplace"].stages} == {
        "fetch": 40,
        "measure": 40,
        "both": 40,
    }
    assert [stage.stage.name for stage in found["photos"].stages] == ["measure"]
