"""The kept counts of the timeline are exact: whatever happens to images, buckets equal what counting gives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.domain.selection import Selection
from lumina.domain.timeline import BUCKET, BucketKey
from lumina.errors import BadInput, NotFound
from lumina.services.timeline import TimelineService
from lumina.store import Store, Transaction

pytestmark = pytest.mark.integration

START = datetime(2019, 7, 13, 22)


@dataclass(frozen=True)
class Image:
    id: int
    taken_at: datetime | None
    catalog: UUID

    @property
    def order(self) -> tuple[datetime, int]:
        return (self.taken_at or datetime.min, self.id)


@dataclass
class Library:
    """Two catalogs with a source each."""

    store: Store
    catalogs: list[UUID] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)

    def reset(self) -> None:
        with self.store.transaction() as tx:
            tx.execute("TRUNCATE catalog, image, source CASCADE")
        self.catalogs, self.sources = [], []
        with self.store.transaction() as tx:
            for name in ("one", "two"):
                catalog = tx.value("INSERT INTO catalog (name) VALUES (:name) RETURNING id", name=name)
                self.catalogs.append(catalog)
                self.sources.append(
                    tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, :p) RETURNING id", c=catalog, p=name)
                )

    def insert(self, catalog: int, count: int, start: datetime | None, step: float) -> None:
        with self.store.transaction() as tx:
            tx.execute(
                "INSERT INTO image (catalog_id, source_id, folder, stem, taken_at)"
                " SELECT :c, :s, '', n::text, CAST(:start AS timestamp) + n * make_interval(secs => :step)"
                " FROM generate_series(0, CAST(:count AS integer) - 1) n",
                c=self.catalogs[catalog],
                s=self.sources[catalog],
                start=start,
                step=step,
                count=count,
            )

    def change(self, what: str, catalog: int, every: int) -> None:
        chosen = "WHERE catalog_id = :c AND mod(id, :every) = 0"
        sql = {
            "shift": f"UPDATE image SET taken_at = taken_at + interval '5 hours' {chosen}",
            "touch": f"UPDATE image SET width = 100, thumbnail_key = 'x' {chosen}",
            "undate": f"UPDATE image SET taken_at = NULL {chosen}",
            "date": f"UPDATE image SET taken_at = '2019-07-14 12:00' {chosen} AND taken_at IS NULL",
            "lose": f"UPDATE image SET missing_since = now() {chosen}",
            "find": f"UPDATE image SET missing_since = NULL {chosen}",
            "delete": f"DELETE FROM image {chosen}",
            "adopt": f"UPDATE image SET catalog_id = :other {chosen}",
        }[what]
        values = {"c": self.catalogs[catalog], "every": every}
        if what == "adopt":
            values["other"] = self.catalogs[1 - catalog]
        with self.store.transaction() as tx:
            tx.execute(sql, **values)

    def images(self, tx: Transaction) -> list[Image]:
        """Counted the slow way: newest first, undated ones by falling id."""
        rows = tx.execute("SELECT id, taken_at, catalog_id FROM image WHERE missing_since IS NULL")
        return sorted((Image(*row) for row in rows), key=lambda image: image.order, reverse=True)


def expected(images: list[Image]) -> list[tuple[str, datetime, datetime, list[int]]]:
    """Buckets of dated images by the rule: month, else day, else part."""
    buckets = []
    dated = [image for image in images if image.taken_at is not None]
    for month, in_month in groupby(dated, key=lambda image: image.taken_at.strftime("%Y-%m")):
        members = list(in_month)
        if len(members) <= BUCKET:
            buckets.append((month, members))
            continue
        for day, in_day in groupby(members, key=lambda image: image.taken_at.date().isoformat()):
            of_day = list(in_day)
            parts = [of_day[n : n + BUCKET] for n in range(0, len(of_day), BUCKET)]
            buckets += [(day, of_day)] if len(parts) == 1 else [(f"{day}.{n}", p) for n, p in enumerate(parts, 1)]
    return [(key, m[-1].taken_at, m[0].taken_at, [image.id for image in m]) for key, m in buckets]


def is_chosen(image: Image, selection: Selection) -> bool:
    if selection.catalog not in (None, image.catalog):
        return False
    if image.taken_at is None:
        return selection.undated is not False and selection.start is None and selection.end is None
    first, last = selection.start or date.min, selection.end or date.max
    return selection.undated is not True and first <= image.taken_at.date() <= last


def check(
    library: Library,
    service: TimelineService,
    selection: Selection,
    known: list[Image] | None = None,
    *,
    contents: bool = True,
) -> None:
    """Compare with what is counted; `known` are the images where they have been read already."""
    with library.store.transaction() as tx:
        everything = library.images(tx) if known is None else known
        images = [image for image in everything if is_chosen(image, selection)]
        found = service.buckets(tx, selection)
        wanted = expected(images)
        assert [(b.key, b.start, b.end, b.images) for b in found.buckets] == [
            (key, start, end, len(ids)) for key, start, end, ids in wanted
        ]
        undated = [image.id for image in images if image.taken_at is None]
        assert found.undated == len(undated)
        assert found.total == len(images)
        assert all(0 < count <= BUCKET for _, count in found.shelf)
        if contents:
            for key, _, _, ids in wanted:
                assert service.bucket(tx, selection, BucketKey.parse(key)).id == ids
            shelf = [service.bucket(tx, selection, BucketKey.parse(key)).id for key, _ in found.shelf]
            assert [len(ids) for ids in shelf] == [count for _, count in found.shelf]
            assert [image_id for ids in shelf for image_id in ids] == undated


@pytest.fixture(scope="module")
def library(postgres: str, template_database: str) -> Iterator[Library]:
    """One database for all examples; each begins with empty tables."""
    name = f"timeline_{template_database}"
    admin = Store(postgres.format("postgres"))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template_database}")
    store = Store(postgres.format(name))
    yield Library(store)
    store.close()
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


inserts = st.tuples(
    st.just("insert"),
    st.integers(0, 1),
    st.sampled_from([1, 40, BUCKET - 1, BUCKET, BUCKET + 1, 2 * BUCKET, 2 * BUCKET + 1]),
    st.one_of(st.none(), st.integers(0, 3).map(lambda days: START + timedelta(days=days))),
    st.sampled_from([0.0, 0.25, 2.0, 40.0, 3600.0]),
)
changes = st.tuples(
    st.sampled_from(["shift", "touch", "undate", "date", "lose", "find", "delete", "adopt"]),
    st.integers(0, 1),
    st.sampled_from([1, 2, 3, 7, 500]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(inserts, changes), min_size=1, max_size=7), look=st.sets(st.integers(0, 6)))
def test_buckets_equal_what_counting_gives(library: Library, steps: list[tuple], look: set[int]) -> None:
    library.reset()
    service = TimelineService()
    for number, (what, *arguments) in enumerate(steps):
        library.insert(*arguments) if what == "insert" else library.change(what, *arguments)
        if number in look:  # folding in between must not change what comes after
            check(library, service, Selection(), contents=False)
    days = {"start": date(2019, 7, 14), "end": date(2019, 7, 15)}
    with library.store.transaction() as tx:
        known = library.images(tx)
    for catalog in (None, *library.catalogs):
        for chosen in (
            {},
            days,
            {"start": days["start"]},
            {"end": days["start"]},
            {"undated": True},
            {"undated": False},
        ):
            check(library, service, Selection(catalog=catalog, **chosen), known)


def test_a_filtered_view_has_the_same_buckets_as_the_kept_counts(library: Library) -> None:
    library.reset()
    library.insert(0, 2 * BUCKET + 7, START, 0.5)
    library.insert(0, 300, None, 0)
    with library.store.transaction() as tx:
        kept = TimelineService().buckets(tx, Selection(catalog=library.catalogs[0]))
        everything = Selection(catalog=library.catalogs[0], source=library.sources[0])
        counted = TimelineService().buckets(tx, everything)
        assert counted == kept
        for key in [bucket.key for bucket in kept.buckets] + [key for key, _ in kept.shelf]:
            parsed = BucketKey.parse(key)
            assert (
                TimelineService().bucket(tx, everything, parsed).id
                == TimelineService().bucket(tx, Selection(catalog=library.catalogs[0]), parsed).id
            )


def test_counts_are_exact_while_several_writers_and_readers_are_at_work(library: Library) -> None:
    library.reset()
    wrong: list[str] = []

    def write(seed: int) -> None:
        for n in range(12):
            library.insert(seed % 2, 30, START + timedelta(hours=5 * n), 600.0)
            library.change(("shift", "lose", "find", "undate", "date", "delete")[(n + seed) % 6], seed % 2, 3 + seed)

    def read() -> None:
        for _ in range(25):
            with library.store.transaction() as tx:
                found = TimelineService().buckets(tx, Selection())
                if sum(b.images for b in found.buckets) + found.undated != found.total:
                    wrong.append("sums")

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(4)] + [threading.Thread(target=read)] * 1
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    for selection in (Selection(), Selection(catalog=library.catalogs[0]), Selection(catalog=library.catalogs[1])):
        check(library, TimelineService(), selection)


def test_a_rolled_back_change_counts_for_nothing(library: Library) -> None:
    library.reset()
    library.insert(0, 10, START, 60.0)
    with library.store.transaction() as tx:
        tx.execute("DELETE FROM image")
        TimelineService().buckets(tx, Selection())  # folds within the transaction that is rolled back
        tx.connection.rollback()
    check(library, TimelineService(), Selection())


def test_marks_are_folded_now_and_then_while_nobody_reads(library: Library) -> None:
    library.reset()
    library.insert(0, 3000, START, 86400.0)  # a mark for each day
    with library.store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM timeline_mark") < 2048
        assert tx.value("SELECT count(*) FROM timeline_day") > 0
    check(library, TimelineService(), Selection(), contents=False)


def test_the_state_changes_with_the_timeline_and_with_nothing_else(library: Library) -> None:
    library.reset()
    library.insert(0, 10, START, 60.0)
    service = TimelineService()

    def state() -> object:
        with library.store.transaction() as tx:
            return service.state(tx, Selection())

    before = state()
    library.change("touch", 0, 1)
    assert state() == before
    library.change("shift", 0, 2)
    assert state() != before
    with library.store.transaction() as tx:
        assert service.state(tx, Selection(text="x")) is None


def test_a_bucket_that_is_gone_or_has_grown_is_not_found(library: Library) -> None:
    library.reset()
    library.insert(0, BUCKET + 1, START, 0.0)
    service = TimelineService()
    with library.store.transaction() as tx:
        for key in ("2019-07-13.3", "2019-07", "2019-07-13", "undated.1", "2018-01-01.1"):
            with pytest.raises(NotFound):
                service.bucket(tx, Selection(), BucketKey.parse(key))
        assert service.bucket(tx, Selection(), BucketKey.parse("2018-01")).id == []


@pytest.mark.unit
@pytest.mark.parametrize(
    "key", ["", "2019", "2019-13", "2019-02-30", "2019-07-14.0", "2019-07.1", "undated", "9999-12", "x" * 40]
)
def test_a_malformed_key_is_named(key: str) -> None:
    with pytest.raises(BadInput, match="key"):
        BucketKey.parse(key)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("key", "start", "end", "part"),
    [
        ("2019-12", date(2019, 12, 1), date(2020, 1, 1), None),
        ("2019-07-31", date(2019, 7, 31), date(2019, 8, 1), None),
        ("2019-07-14.3", date(2019, 7, 14), date(2019, 7, 15), 3),
        ("undated.12", None, None, 12),
    ],
)
def test_keys_are_read(key: str, start: date | None, end: date | None, part: int | None) -> None:
    assert BucketKey.parse(key) == BucketKey(start, end, part)
