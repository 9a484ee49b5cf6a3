"""Kill files of stages: what they stop ends within a few seconds whatever its batch is, and the rest goes on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lumina.domain.stage import Lane
from lumina.domain.work import BatchKind, Status
from lumina.engine import pace
from lumina.engine.dispatch import Dispatcher
from lumina.engine.engine import Engine
from lumina.engine.execute import Executor, Task
from lumina.engine.ingest import plan_handler
from lumina.engine.leases import Leases
from lumina.engine.plan import Planner
from lumina.engine.registry import Registry
from lumina.engine.work import Worker as WorkRunner
from lumina.services.killfiles import KillFiles
from lumina.services.work import WorkService
from lumina.store import outcomes
from lumina.store.results import SAVERS
from tests.engine.conftest import Bench, FakePicture, FakeSender, Measure

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
FILES = {"KILL_DL": "download", "KILL_BG": "cutout", "KILL_EMBED": "embed:one"}


class Slow(Measure):
    """Takes its time, and tells when it begins with some items."""

    lane, batch = Lane.GPU, 32

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name  # type: ignore[misc]
        self.parts: list[int] = []
        self.during = lambda: None

    def run(self, pictures: Sequence[FakePicture]) -> list[Any]:
        self.parts.append(len(pictures))
        self.during()
        time.sleep(0.004 * len(pictures))
        return super().run(pictures)


class House:
    """The engine of a bench, started anew with a slow stage and another one, and heeding the files of a home."""

    def __init__(self, bench: Bench, home: Path, name: str) -> None:
        self.bench, self.home, self.slow, self.other = bench, home, Slow(name), Slow("other")
        self.sender = FakeSender()
        self.slow.lane = Lane.CPU  # type: ignore[misc]  # of another group than the other one
        registry = Registry((self.slow, self.other), SAVERS.keys())
        dispatcher = Dispatcher(bench.store, self.sender)
        planner = Planner(registry, dispatcher)
        stopped = partial(KillFiles(home).stopped, registry.names)
        runner = WorkRunner(
            bench.store, registry, planner, lambda _tx, _p: bench.open, item_seconds=60, stopped=stopped
        )
        handlers = {BatchKind.WORK: runner.run, BatchKind.PLAN: plan_handler(bench.store, planner)}
        self.engine = Engine(bench.store, dispatcher, Leases(bench.store, registry, dispatcher), handlers, 60)
        self.work = WorkService(bench.store, registry, dispatcher)
        with bench.store.transaction() as tx:
            outcomes.declare(tx, registry.versions)

    def run(self) -> str:
        """Do what is due; returns how the job has ended."""
        job = self.work.run_stages()
        while self.sender.messages:
            lane, batch = self.sender.messages.pop(0)
            self.engine.run_one(lane, batch, self.bench.me)
        return self.work.get(job.id).state.value

    def done(self, stage: Slow) -> int:
        return sum(status == Status.DONE for status in self.bench.statuses(stage.name).values())


@pytest.mark.parametrize("file", FILES)
def test_a_kill_file_ends_its_stage_between_two_parts_and_the_rest_goes_on(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setattr(pace, "LOOK_SECONDS", 0)
    bench.add_images(300)
    house = House(bench, tmp_path, FILES[file])
    house.slow.during = (tmp_path / file).touch
    assert house.run() == "SUCCESS"
    assert house.slow.parts == [pace.FIRST], "what had begun is kept, and nothing more is begun"
    assert (house.done(house.slow), house.done(house.other)) == (pace.FIRST, 300)

    restarted = House(bench, tmp_path, FILES[file])
    assert restarted.run() == "SUCCESS"
    assert restarted.slow.parts == []
    (tmp_path / file).unlink()
    assert restarted.run() == "SUCCESS"
    assert restarted.done(restarted.slow) == 300
    assert sorted(house.slow.runs + restarted.slow.runs) == sorted(set(house.slow.runs + restarted.slow.runs))


def test_parts_take_no_longer_than_they_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PART_SECONDS", 0.1)
    slow, asked = Slow("embed:slow"), 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 4

    class Source:
        def __init__(self, number: int) -> None:
            self.image_id = number

    tasks = [Task(Source(number), frozenset({slow.name})) for number in range(1, 97)]  # type: ignore[arg-type]
    executor = Executor([slow], lambda source: FakePicture(source.image_id, b"k", broken=False))  # type: ignore[arg-type,return-value]
    executed = executor.run(tasks, stop)
    assert slow.parts[0] == pace.FIRST
    assert all(10 < part <= 25 for part in slow.parts[1:-1])
    assert len(executed.outcomes) == sum(slow.parts)
    begun = {outcome.image_id for outcome in executed.outcomes}
    assert set(executed.images) - executed.left == begun
