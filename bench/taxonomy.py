"""Images by a node of the taxonomy and all below it, settling tags, and edits of a large tree.

    python -m bench.taxonomy --images 1000000 --nodes 10000 --database postgresql://...

A database is made and dropped. Three labels an image on average, from nodes on a million images down to nodes on a
few; half of the nodes occur only for a while (a trip, a pet that died), as in people's lives, and the rest all along.
Pages are timed by the clock and, where the server runs on this machine, by the processor time of both sides.
"""

from __future__ import annotations

import argparse
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import make_url

from lumina.domain import everyday
from lumina.domain.selection import Selection
from lumina.services import browse, tags, taxonomy, taxonomy_exchange, taxonomy_view
from lumina.services.timeline import TimelineService
from lumina.store import Store, bulk, catalogs, journal, migrate, taxonomy_seed
from lumina.store import tags as kept
from lumina.store import taxonomy as tree

Result = TypeVar("Result")
Cost = tuple[float, float]
"""Milliseconds by the clock and of the processors."""
PAGE = 100
TRIES = 60
"""Subtrees of each size that are looked at."""
SIZES = {"rare": (1, 1_000), "middle": (1_000, 30_000), "common": (30_000, 200_000), "very common": (200_000, 10**9)}


def timed(name: str, do: Callable[[], Result]) -> Result:
    """Run it once and print how long it took."""
    began = time.perf_counter()
    result = do()
    print(f"{name:60} {(time.perf_counter() - began) * 1e3:10,.1f} ms", flush=True)
    return result


def seed_images(store: Store, count: int) -> NDArray[np.int64]:
    """So many images over twenty years, with a file each."""
    with store.transaction() as tx:
        catalog = catalogs.create(tx, "bench")
        source = catalogs.add_source(tx, catalog.id, "/nowhere")
        rows = tx.execute(
            """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem, taken_at)
                SELECT :catalog, :source, '', n, timestamp '2005-01-01' + n * (interval '20 years' / :count)
                FROM generate_series(1, :count) n RETURNING *)
            INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
            SELECT id, source_id, stem || '.jpg', 'original', 'jpeg', 1, 1 FROM i RETURNING image_id""",
            catalog=catalog.id,
            source=source.id,
            count=count,
        ).all()
    return np.sort(np.array([row[0] for row in rows], np.int64))


def seed_nodes(store: Store, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """The starting tree, and more nodes below it until there are so many."""
    with store.transaction() as tx:
        taxonomy_seed.seed(tx, everyday.seeds())
        while (missing := count - len(there := sorted(tree.nodes(tx)))) > 0:
            parents = rng.choice(there, min(missing, len(there)), replace=True)
            tx.execute(
                "INSERT INTO taxonomy_node (parent_id, name)"
                " SELECT p, 'node ' || n FROM unnest(CAST(:parents AS bigint[])) WITH ORDINALITY u (p, n)"
                " ON CONFLICT DO NOTHING",
                parents=parents.tolist(),
            )
    return np.array(there, np.int64)


def seed_labels(store: Store, images: NDArray[np.int64], nodes: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Labels of a model, straight into the table."""
    share = 1 / np.arange(1, len(nodes) + 1) ** 0.9
    sizes = np.minimum(share / share.sum() * 3 * len(images), len(images) * 0.6).astype(int) + 3
    rng.shuffle(nodes)
    pairs = []
    for n, (node, size) in enumerate(zip(nodes, sizes, strict=True)):
        span = len(images) if n % 2 else min(len(images), int(size * rng.uniform(1.5, 20)) + 1)
        first = rng.integers(0, len(images) - span + 1)
        chosen = images[first + np.unique(rng.integers(0, span, size))]
        pairs.append(np.stack([chosen, np.full(len(chosen), node)]))
    both = np.concatenate(pairs, axis=1)
    both = both[:, np.lexsort((both[1], both[0]))]
    confidence = rng.uniform(0.3, 1, both.shape[1]).round(3)
    rows = zip(both[0].tolist(), both[1].tolist(), confidence.tolist(), strict=True)
    with store.transaction() as tx:
        columns = ["image_id", "node_id", "confidence", "source", "model", "version"]
        bulk.write_rows(tx, "label", columns, ((i, n, c, "model", "bench", 1) for i, n, c in rows))
    print(f"{both.shape[1]:,} labels on {len(images):,} images, {len(nodes):,} nodes", flush=True)


def settle(store: Store, images: NDArray[np.int64]) -> None:
    """All tags, 100,000 images to a transaction."""
    began = time.perf_counter()
    for start in range(0, len(images), 100_000):
        with store.transaction() as tx:
            kept.settle(tx, images[start : start + 100_000].tolist())
    seconds = time.perf_counter() - began
    print(f"settled {len(images):,} images: {seconds:.1f} s, {seconds / len(images) * 1e5:.1f} s for 100,000")
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def first_pages(store: Store, rng: np.random.Generator) -> None:
    """The newest images of subtrees of all sizes, alone and within a year, as the API asks for them."""
    with store.transaction() as tx:
        sizes = {node.id: node.images for node in tree.nodes(tx).values()}
    everything: list[Cost] = []
    for name, (least, most) in SIZES.items():
        there = sorted(node for node, images in sizes.items() if least <= images < most)
        if not there:
            continue
        chosen = rng.choice(there, TRIES)
        times = [_page(store, Selection(tag=int(node))) for node in chosen]
        years = [date(2005 + int(rng.integers(0, 20)), 1, 1) for _ in chosen]
        dated = [
            _page(store, Selection(tag=int(node), start=year, end=year.replace(month=12, day=31)))
            for node, year in zip(chosen, years, strict=True)
        ]
        everything += times + dated
        print(f"first page, {name} ({len(there):,} subtrees): {_figures(times)}; within a year: {_figures(dated)}")
    print(f"first page, all of these: {_figures(everything)}", flush=True)


def _page(store: Store, selection: Selection) -> Cost:
    with store.transaction() as tx:
        server = tx.value("SELECT pg_backend_pid()")
        before, began = _processor(server), time.perf_counter()
        browse.page(tx, selection, after=None, limit=PAGE)
        return (time.perf_counter() - began) * 1e3, (_processor(server) - before) * 1e3


def _processor(server: int) -> float:
    """Seconds that this process and the server's have had of a processor."""
    spent = Path(f"/proc/{server}/schedstat")
    return time.process_time() + (int(spent.read_text().split()[0]) / 1e9 if spent.exists() else 0)


def _figures(costs: Sequence[Cost]) -> str:
    clock, processor = np.array(costs).T
    said = f"median {np.median(clock):.1f} ms, p95 {np.percentile(clock, 95):.1f} ms, slowest {clock.max():.1f} ms"
    return f"{said} (processor: median {np.median(processor):.1f} ms, p95 {np.percentile(processor, 95):.1f} ms)"


def looks(store: Store) -> None:
    """What the page of the taxonomy asks for."""
    with store.transaction() as tx:
        timed("all nodes", lambda: taxonomy_view.everything(tx))
        timed("the top level with samples", lambda: taxonomy_view.level(tx, None))
        timed("nodes called ...tru...", lambda: taxonomy_view.called(tx, "tru"))
        (animal,) = tree.find(tx, "animals")
        timed("buckets of the timeline, animals", lambda: TimelineService().buckets(tx, Selection(tag=animal)))
        text = timed("export as JSON", lambda: taxonomy_exchange.exported(tx, "json"))
        timed("import of the same", lambda: taxonomy_exchange.imported(tx, text))


def edits(store: Store, images: NDArray[np.int64]) -> None:
    """Tagging and refusing for 100,000 images, and edits that touch many, each undone."""
    some = images[:: max(1, len(images) // 100_000)][:100_000].tolist()
    with store.transaction() as tx:
        (dog,), (mammal,), (plant,) = (tree.find(tx, name) for name in ("dog", "mammal", "plant"))

    def undone(name: str, do: Callable[[], int]) -> None:
        action = timed(name, do)
        timed("   undone", lambda: _undo(store, action))

    undone(f"{len(some):,} images tagged", lambda: _say(store, some, dog, True))
    undone(f"{len(some):,} images refused", lambda: _say(store, some, mammal, False))
    undone("mammals moved", lambda: _edit(store, lambda tx: taxonomy.edit(tx, mammal, {"parent": plant})))
    undone("dogs merged into plants", lambda: _edit(store, lambda tx: taxonomy.merge(tx, dog, plant)))


def _say(store: Store, images: list[int], node: int, yes: bool) -> int:
    with store.transaction() as tx:
        done = tags.say(tx, images, node, yes)
    assert done.action is not None
    return done.action.id


def _edit(store: Store, edit: Callable[..., taxonomy.Edited]) -> int:
    with store.transaction() as tx:
        done = edit(tx)
    assert done.action is not None
    print(f"   {done.action.title}")
    return done.action.id


def _undo(store: Store, action: int) -> None:
    with store.transaction() as tx:
        assert journal.undo(tx, action).conflicts == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--nodes", type=int, default=10_000)
    parser.add_argument("--database", required=True, help="a server's URL; a database is made on it and dropped")
    given = parser.parse_args()
    name, rng = f"bench_{uuid.uuid4().hex}", np.random.default_rng(7)
    admin = Store(given.database)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
        server.exec_driver_sql(f"CREATE DATABASE {name}")
        store = Store(make_url(given.database).set(database=name).render_as_string(hide_password=False))
        try:
            migrate.upgrade(store)
            images = seed_images(store, given.images)
            seed_labels(store, images, seed_nodes(store, given.nodes, rng), rng)
            settle(store, images)
            first_pages(store, rng)
            looks(store)
            edits(store, images)
        finally:
            store.close()
            server.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
