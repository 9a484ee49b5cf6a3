"""The engine on a real database, with small stages, a fake sender and pictures made of nothing but a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import pytest

from lumina.bootstrap import App
from lumina.domain.picture import PictureError
from lumina.domain.scan import ScanReport
from lumina.domain.stage import Basis, Failure, Lane, Stage
from lumina.domain.values import Measures, MediaKind
from lumina.domain.work import BatchKind
from lumina.engine.dispatch import Dispatcher
from lumina.engine.engine import Engine
from lumina.engine.ingest import plan_handler, scan_handler
from lumina.engine.leases import Leases
from lumina.engine.plan import Planner
from lumina.engine.reaper import Reaper
from lumina.engine.registry import Registry
from lumina.engine.work import Worker as WorkRunner
from lumina.errors import Unavailable
from lumina.services.work import WorkService
from lumina.store import Store, outcomes
from lumina.store.inputs import Input
from lumina.store.ledger import Worker
from lumina.store.results import SAVERS
from tests.conftest import copied
from tests.support.copies import Twins, new_twins, searching
from tests.support.messages import Messages


class FakeSender:
    """Keeps the messages; can be down."""

    def __init__(self) -> None:
        self.messages: list[tuple[Lane, int]] = []
        self.down = False

    def send(self, lane: Lane, batch_ids: Sequence[int]) -> None:
        if self.down:
            raise Unavailable("the broker is down")
        self.messages.extend((lane, batch_id) for batch_id in batch_ids)


class FakePicture:
    """A picture that is only a key; `broken` makes every access fail."""

    kind = MediaKind.PHOTO
    notes = ()

    def __init__(self, image_id: int, key: bytes, broken: bool) -> None:
        self.image_id = image_id
        self.key = key
        self.broken = broken

    @property
    def render_key(self) -> bytes:
        if self.broken:
            raise PictureError("corrupt", "nothing in it makes sense")
        return self.key


class Measure(Stage[FakePicture, Measures]):
    """Counts its runs per image; measures nothing real."""

    name, version, result, basis = "measure", 1, Measures, Basis.PICTURE

    def __init__(self) -> None:
        self.runs: list[int] = []
        self.answers: dict[int, Callable[[], Any]] = {}

    def run(self, pictures: Sequence[FakePicture]) -> list[Any]:
        return [self.one(picture) for picture in pictures]

    def one(self, picture: FakePicture) -> Any:
        self.runs.append(picture.image_id)
        if answer := self.answers.get(picture.image_id):
            return answer()
        assert picture.render_key
        return Measures(float(picture.image_id), 0.5, 0.1, 0.0, 0.0)


class Follow(Measure):
    """Needs the first stage."""

    name: ClassVar[str] = "follow"
    needs: ClassVar[tuple[str, ...]] = ("measure",)
    lane: ClassVar[Lane] = Lane.GPU
    batch: ClassVar[int] = 4


@dataclass
class Bench:
    """Everything a test of the engine needs."""

    store: Store
    sender: FakeSender
    measure: Measure
    follow: Follow
    registry: Registry
    dispatcher: Dispatcher
    planner: Planner
    leases: Leases
    engine: Engine
    reaper: Reaper
    work: WorkService
    catalog: UUID
    source: int
    broken: set[int] = field(default_factory=set)
    unopenable: set[int] = field(default_factory=set)
    scans: int = 0
    scan_state: str = "online"
    during_scan: Callable[[], object] = lambda: None
    keys: dict[int, bytes] = field(default_factory=dict)
    me: Worker = field(default_factory=lambda: Worker("test", "1/2"))

    def scan(self, source_id: int, scope: str, *, on_chunk: Callable[..., None], accept_losses: bool) -> ScanReport:
        """Finds nothing new, but looks in between whether to go on."""
        self.scans += 1
        self.during_scan()
        with self.store.transaction() as tx:
            on_chunk(tx, ())
        return ScanReport(source_id=source_id, scope=scope, state=self.scan_state)

    def make_ready(self) -> None:
        """Do not wait for delays."""
        with self.store.transaction() as tx:
            tx.execute("UPDATE batch SET ready_at = now() WHERE state = 'ready'")
        self.reaper.tick()

    def open(self, source: Input) -> FakePicture:
        if source.image_id in self.unopenable:
            raise PictureError("vanished", "the mount is gone", retryable=True)
        key = self.keys.get(source.image_id, source.image_id.to_bytes(16, "big"))
        return FakePicture(source.image_id, key, source.image_id in self.broken)

    def add_images(self, count: int) -> list[int]:
        """Images with one file each."""
        with self.store.transaction() as tx:
            rows = tx.rows(
                """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem)
                    SELECT :catalog, :source, '', 'i' || n FROM generate_series(1, :count) n RETURNING id, stem),
                f AS (INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
                    SELECT id, :source, stem || '_' || id || '.jpg', 'original', 'jpeg', 1, 1 FROM i)
                SELECT id FROM i ORDER BY id""",
                catalog=self.catalog,
                source=self.source,
                count=count,
            )
        return [row["id"] for row in rows]

    def deliver(self, limit: int = 10_000) -> int:
        """Run the messages, and what they cause, as one worker would; returns how many were run."""
        count = 0
        while self.sender.messages and count < limit:
            lane, batch_id = self.sender.messages.pop(0)
            self.engine.run_one(lane, batch_id, self.me)
            count += 1
        return count

    def value(self, sql: str, **parameters: Any) -> Any:
        with self.store.transaction() as tx:
            return tx.value(sql, **parameters)

    def statuses(self, stage: str = "measure") -> dict[int, int]:
        with self.store.transaction() as tx:
            rows = tx.rows(
                "SELECT image_id, status FROM stage_state JOIN stage ON stage.id = stage_id WHERE name = :stage",
                stage=stage,
            )
        return {row["image_id"]: row["status"] for row in rows}


@pytest.fixture
def bench(store: Store) -> Bench:
    measure, follow, sender = Measure(), Follow(), FakeSender()
    registry = Registry((measure, follow), SAVERS.keys())
    with store.transaction() as tx:
        outcomes.declare(tx, registry.versions)
        catalog = tx.value("INSERT INTO catalog (name) VALUES ('test') RETURNING id")
        source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/nowhere') RETURNING id", c=catalog)
    dispatcher = Dispatcher(store, sender)
    planner = Planner(registry, dispatcher)
    leases = Leases(store, registry, dispatcher)
    made: list[Bench] = []
    runner = WorkRunner(store, registry, planner, lambda _tx, _p: made[0].open, item_seconds=60)
    handlers = {
        BatchKind.SCAN: scan_handler(store, planner, lambda *args, **kwargs: made[0].scan(*args, **kwargs)),
        BatchKind.PLAN: plan_handler(store, planner),
        BatchKind.WORK: runner.run,
    }
    engine = Engine(store, dispatcher, leases, handlers, 60)
    made.append(
        Bench(
            store, sender, measure, follow, registry, dispatcher, planner, leases, engine,
            Reaper(store, leases, dispatcher, 30, start_seconds=0),
            WorkService(store, registry, dispatcher), catalog, source,
        )
    )  # fmt: skip
    return made[0]


@pytest.fixture(scope="session")
def search(
    postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[App, Messages]]:
    """An engine that looks for copies, whose database the tests share, one after the other."""
    with copied(postgres, template_database) as url, searching(url, tmp_path_factory.mktemp("home")) as parts:
        yield parts


@pytest.fixture
def twins(search: tuple[App, Messages]) -> Twins:
    """An empty catalog in which copies can be looked for."""
    return new_twins(*search)


__all__ = ["Bench", "Failure"]
