"""Deciding about many images at once, and about one: with its journal, and undoing it.

    python -m bench.curation --images 100000 --database postgresql://...

A database is made and dropped. It is analysed while its tables are empty, which is when plans go wrong.
"""

from __future__ import annotations

import argparse
import statistics
import time
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import make_url

from lumina.domain.curation import Action, Change, Field
from lumina.domain.selection import Selection, Shelf
from lumina.services import curation
from lumina.services.timeline import TimelineService
from lumina.store import Store, catalogs, journal, migrate, timeline

FIELDS: dict[Field, Any] = {
    Field.RATING: 3,
    Field.KEYWORDS: ["a", "b"],
    Field.ARCHIVED: True,
    Field.TRASHED: True,
    Field.DISTINCT: True,
}


def seed(store: Store, count: int) -> list[int]:
    """So many images, one a minute, with a file each."""
    with store.transaction() as tx:
        catalog = catalogs.create(tx, "bench")
        source = catalogs.add_source(tx, catalog.id, "/nowhere")
        rows = tx.execute(
            """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem, taken_at)
                SELECT :catalog, :source, '', n, timestamp '2010-01-01' + n * interval '1 minute'
                FROM generate_series(1, :count) n RETURNING *)
            INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
            SELECT id, source_id, stem || '.jpg', 'original', 'jpeg', 1, 1 FROM i RETURNING image_id""",
            catalog=catalog.id,
            source=source.id,
            count=count,
        ).all()
        timeline.fold(tx)
    return [row[0] for row in rows]


def perform(store: Store, changes: Sequence[Change]) -> tuple[Action, float]:
    began = time.perf_counter()
    with store.transaction() as tx:
        action = journal.perform(tx, catalog_id=None, kind="curate", title="bench", changes=changes)
    return action, time.perf_counter() - began


def many(store: Store, ids: Sequence[int]) -> None:
    """All images, one field after the other."""
    for field, value in FIELDS.items():
        action, seconds = perform(store, [Change(image, field, value, 7 * (field is Field.DISTINCT)) for image in ids])
        began = time.perf_counter()
        with store.transaction() as tx:
            undone = journal.undo(tx, action.id)
        assert (undone.changed, undone.conflicts) == (len(ids), 0)
        print(f"{len(ids):,} x {field:10}  {seconds:6.2f} s, undone in {time.perf_counter() - began:6.2f} s")


def one(store: Store, ids: Sequence[int]) -> None:
    """What a key pressed on one image costs, as the API does it."""
    times = []
    for n, image in enumerate(ids[:500]):
        began = time.perf_counter()
        with store.transaction() as tx:
            curation.curate(tx, [image], {Field.RATING: 1 + n % 5})
        times.append(time.perf_counter() - began)
    print(f"one image: median {statistics.median(times) * 1e3:.1f} ms, slowest {max(times) * 1e3:.1f} ms")


def views(store: Store, ids: Sequence[int]) -> None:
    """The timeline and its shelves after a tenth was put away."""
    perform(store, [Change(image, Field.TRASHED, True) for image in ids[::10]])
    perform(store, [Change(image, Field.ARCHIVED, True) for image in ids[1::10]])
    perform(store, [Change(image, Field.RATING, 5) for image in ids[2::10]])
    service = TimelineService()
    for name, selection in {
        "timeline, counted again": Selection(),
        "timeline": Selection(),
        "trash": Selection(shelf=Shelf.TRASH),
        "archive": Selection(shelf=Shelf.ARCHIVE),
        "five stars": Selection(rating=5),
    }.items():
        began = time.perf_counter()
        with store.transaction() as tx:
            total = service.buckets(tx, selection).total
        print(f"{name:24} {total:9,} images in {(time.perf_counter() - began) * 1e3:7.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--database", required=True, help="a server's URL; a database is made on it and dropped")
    given = parser.parse_args()
    name = f"bench_{uuid.uuid4().hex}"
    admin = Store(given.database)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
        server.exec_driver_sql(f"CREATE DATABASE {name}")
        store = Store(make_url(given.database).set(database=name).render_as_string(hide_password=False))
        try:
            migrate.upgrade(store)
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")
            ids = seed(store, given.images)
            many(store, ids)
            one(store, ids)
            views(store, ids)
        finally:
            store.close()
            server.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
