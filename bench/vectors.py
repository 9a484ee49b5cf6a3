"""Search among the vectors of a large catalog: how long the index takes, how fast and how complete answers are.

    python -m bench.vectors --database postgresql://... --images 1000000 --faiss ~/faiss/bin/python

A database is made and dropped; it takes 4 kB for each vector of 512 dimensions. The truth is found by comparing with
every vector. `--faiss` names a Python that has faiss-cpu, whose flat and HNSW indexes answer the same questions.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import make_url

from bench.vectors_cut import cut_figures
from bench.vectors_data import World, world
from lumina.domain.vectors import Space
from lumina.engine.vectors import Keeper
from lumina.store import Store, migrate, spaces, vectors
from lumina.store.selection import Condition

COUNT = 20
FILTERS = {"no filter": 1.0, "50 %": 0.5, "5 %": 0.05, "0.1 %": 0.001}
PART = 50_000


@dataclass
class Quiet:
    """Progress that nobody looks at."""

    done: int = 0

    def check(self) -> None:
        """Go on."""


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of any database of a server on which one can be made")
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--faiss", type=Path, help="a Python that can import faiss")
    given = parser.parse_args()
    name = f"bench_vectors_{uuid.uuid4().hex[:8]}"
    _alone(Store(given.database), f"CREATE DATABASE {name}")
    try:
        url = make_url(given.database).set(database=name).render_as_string(hide_password=False)
        measure(Store(url, idle_seconds=120), given)
    finally:
        _alone(Store(given.database), f"DROP DATABASE {name} WITH (FORCE)")
    return 0


def measure(store: Store, given: argparse.Namespace) -> None:
    """Print all figures."""
    random = np.random.default_rng(7)
    made = world(max(given.images // 250, 50), given.dimensions, random)
    began = time.perf_counter()
    space, subjects, filters = fill(store, made, given, random)
    print(f"{given.images:,} vectors of {given.dimensions} written: {time.perf_counter() - began:.0f} s", flush=True)
    build(store, space, given.images)
    queries = made.draw(given.queries, random)
    with store.transaction() as tx:
        _, matrix = vectors.load(tx, space)
    for label, share in FILTERS.items():
        chosen = filters < share
        answer(store, space, label, share, queries, truth(queries, matrix, chosen))
    if given.faiss is None:
        print("peers: none; --faiss names a Python with faiss-cpu (pip install faiss-cpu)")
    else:
        peers(given.faiss, matrix, queries, truth(queries, matrix, filters < 1))
    cut_figures(store, space, made, matrix, subjects, random)


def fill(
    store: Store, made: World, given: argparse.Namespace, random: np.random.Generator
) -> tuple[Space, NDArray[np.int64], NDArray[np.float64]]:
    """The catalog; returns its space, and for each image its subject and a number between 0 and 1 to filter by."""
    migrate.upgrade(store)
    filters = random.random(given.images)
    subjects = random.choice(len(made.centres), given.images, p=made.shares)
    with store.transaction() as tx:
        catalog = tx.value("INSERT INTO catalog (name) VALUES ('bench') RETURNING id")
        source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/bench') RETURNING id", c=catalog)
        space = spaces.get_or_create(tx, "bench", 1, given.dimensions)
    for start in range(0, given.images, PART):
        part = slice(start, min(start + PART, given.images))
        with store.transaction() as tx:
            tx.execute(
                """INSERT INTO image (catalog_id, source_id, folder, stem, taken_at)
                SELECT :catalog, :source, '', 'i' || n, timestamp '2000-01-01' + share * interval '1000000 minutes'
                FROM unnest(CAST(:shares AS float[])) WITH ORDINALITY AS s (share, n) ORDER BY n""",
                catalog=catalog,
                source=source,
                shares=filters[part].tolist(),
            )
            ids = np.arange(part.start + 1, part.stop + 1)
            vectors.save(tx, space, ids, made.draw(len(ids), random, subjects[part]))
    _alone(store, "VACUUM ANALYZE")
    return space, subjects, filters


def build(store: Store, space: Space, size: int) -> None:
    """Build the index as the job does."""
    began, quiet = time.perf_counter(), Quiet()
    keeper = Keeper(store, None)  # type: ignore[arg-type]
    keeper.index(space, size, quiet)  # type: ignore[arg-type]
    taken = time.perf_counter() - began
    with store.transaction() as tx:
        megabytes = tx.value("SELECT pg_relation_size(to_regclass(:name))", name=spaces.index(space)) / 1e6
        table = tx.value("SELECT pg_table_size(to_regclass(:name))", name=spaces.table(space)) / 1e6
    print(f"index built: {taken:.0f} s; it takes {megabytes:,.0f} MB, the vectors {table:,.0f} MB", flush=True)
    began = time.perf_counter()
    keeper.measure(space)
    with store.transaction() as tx:
        print(f"calibrated: {time.perf_counter() - began:.1f} s, {spaces.calibration(tx, space)}", flush=True)


def truth(queries: NDArray[np.float32], matrix: NDArray[np.float16], chosen: NDArray[np.bool_]) -> list[set[int]]:
    """The ids of the nearest of the chosen, by comparing with all."""
    best = [np.empty((len(queries), 0))] * 2
    for start in range(0, len(matrix), PART):
        part = matrix[start : start + PART].astype(np.float32)
        scores = np.where(chosen[start : start + PART], queries @ part.T, -9)
        scores = np.concatenate([best[0], scores], axis=1)
        ids = np.concatenate([best[1], np.tile(np.arange(start + 1, start + len(part) + 1), (len(queries), 1))], axis=1)
        top = np.argpartition(-scores, COUNT, axis=1)[:, :COUNT]
        best = [np.take_along_axis(scores, top, 1), np.take_along_axis(ids, top, 1)]
    return [set(row.astype(int).tolist()) for row in best[1]]


def answer(
    store: Store, space: Space, label: str, share: float, queries: NDArray[np.float32], best: list[set[int]]
) -> None:
    """Ask one kind of question, each in a transaction of its own."""
    condition = None
    if share < 1:
        until = "i.taken_at < timestamp '2000-01-01' + :share * interval '1000000 minutes' AND i.shown"
        condition = Condition(until, {"share": share})
    seconds, recalls = [], []
    for query, ids in zip(queries, best, strict=True):
        began = time.perf_counter()
        with store.transaction() as tx:
            found = vectors.nearest(tx, space, query, count=COUNT, conditions=condition)
        seconds.append(time.perf_counter() - began)
        recalls.append(len(ids & {near.image_id for near in found}) / COUNT)
    _print(f"Lumina, {label}", seconds[10:], recalls)


def peers(python: Path, matrix: NDArray[np.float16], queries: NDArray[np.float32], best: list[set[int]]) -> None:
    """FAISS on the same vectors, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as folder:
        np.save(f"{folder}/matrix.npy", matrix)
        np.save(f"{folder}/queries.npy", queries)
        program = Path(__file__).with_name("vectors_faiss.py")
        done = subprocess.run([python, program, folder, str(COUNT)], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"peers: none, {python} cannot run FAISS: {done.stderr.strip().splitlines()[-1]}")
            return
        for line in done.stdout.splitlines():
            peer: dict[str, Any] = json.loads(line)
            recalls = [len(ids & set(found)) / COUNT for ids, found in zip(best, peer["found"], strict=True)]
            _print(f"{peer['name']}, built in {peer['built']:.0f} s", peer["seconds"][10:], recalls)


def _print(what: str, seconds: list[float], recalls: list[float]) -> None:
    p50, p95 = np.quantile(seconds, (0.5, 0.95)) * 1000
    print(f"{what}: recall@{COUNT} {np.mean(recalls):.4f}, p50 {p50:.1f} ms, p95 {p95:.1f} ms", flush=True)


def _alone(store: Store, sql: str) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(sql)
    store.close()


if __name__ == "__main__":
    sys.exit(main())
