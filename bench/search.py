"""One search over words and pictures: how long a page takes, whole, from the query's text to cards and reasons.

    python -m bench.search --database postgresql://... --images 100000

A database is made and dropped: a catalog of `bench.seed`, documents of `bench.text_search`, and a vector of 512
dimensions for each image, with its index. No network is asked: a question is a vector that lies among the images, or,
for what is in none of them, anywhere.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import make_url

from bench.seed import Plan, seed
from bench.text_search import SEARCHES, Clock, p95, prepare
from bench.vectors import Quiet
from bench.vectors_data import World, world
from lumina.domain.searching import Example, SearchPage
from lumina.domain.vectors import Space
from lumina.engine.vectors import Keeper
from lumina.files.derived import DerivedStore
from lumina.inference.models import Models
from lumina.services.search import Search
from lumina.services.search.questions import Question, Questions
from lumina.store import Store, spaces, vectors

MODEL = "clip-vit-b32"
DIMENSIONS = 512
PART = 50_000
PAGES = 4
"""Pages that are walked."""


class Drawn(Questions):
    """Questions as networks would make them: drawn from the world, or from nowhere."""

    space: Space
    made: World

    def of_words(self, text: str, model: str | None = None) -> Question:  # noqa: ARG002
        """Words that begin with "absent" are in no image."""
        drawing = np.random.default_rng(abs(hash(text)) % 2**32)
        if text.startswith("absent"):
            return Question(self.space, unit(drawing.normal(size=DIMENSIONS)))
        return Question(self.space, self.made.draw(1, drawing)[0])


def unit(vector: NDArray[np.float64]) -> NDArray[np.float32]:
    """Of length 1."""
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def main() -> None:
    """Print all figures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--database", required=True, help="URL of any database of a server on which one can be made")
    arguments.add_argument("--images", type=int, default=20_000)
    arguments.add_argument("--repeat", type=int, default=20)
    given = arguments.parse_args()
    name = f"bench_search_{uuid.uuid4().hex[:8]}"
    url = make_url(given.database).set(database=name).render_as_string(hide_password=False)
    server = Store(given.database)
    try:
        seed(url, Plan(given.images, given.images // 10, given.images // 200, 1))
        store = Store(url)
        prepare(store)
        measure(searcher(store), given)
        store.close()
    finally:
        with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def searcher(store: Store) -> Search:
    """The search, after each image got a vector."""
    drawing = np.random.default_rng(7)
    with store.transaction() as tx:
        ids = np.array([row["id"] for row in tx.rows("SELECT id FROM image ORDER BY id")])
        space = spaces.get_or_create(tx, MODEL, 1, DIMENSIONS)
    made = world(max(len(ids) // 250, 50), DIMENSIONS, drawing)
    for start in range(0, len(ids), PART):
        with store.transaction() as tx:
            part = ids[start : start + PART]
            vectors.save(tx, space, part, made.draw(len(part), drawing))
    keeper, quiet = Keeper(store, None), Quiet()  # type: ignore[arg-type]
    began = time.perf_counter()
    keeper.index(space, len(ids), quiet)  # type: ignore[arg-type]
    keeper.measure(space)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    print(f"{len(ids):,} images; index and calibration {time.perf_counter() - began:.0f} s", flush=True)
    nowhere = Path("/nowhere")
    questions = Drawn(store, Models(nowhere), DerivedStore(nowhere), preferred=MODEL, max_pixels=1, megabytes=1)
    questions.space, questions.made = space, made
    return Search(store, questions, lambda: None)


def measure(search: Search, given: argparse.Namespace) -> None:
    """Each kind of search, its first page; then walking, and look-alikes."""
    rng = random.Random(5)
    print(f"{'search':28} {'median':>8} {'p95':>8} {'processor':>10}  ms   results, ways")
    every: list[float] = []
    for name, text in SEARCHES.items():
        every += line(search, name, given.repeat, lambda text=text: search.find(text(rng)))  # type: ignore[misc]
    line(search, "in no image", given.repeat, lambda: search.find(f"absent {rng.random()}"))
    line(search, "everything", given.repeat, lambda: search.find(""))
    line(search, "the next page", given.repeat, lambda: following(search, f"outdoor date:{rng.randint(2006, 2024)}"))
    images = given.images
    line(search, "look-alikes", given.repeat, lambda: search.find("", example=Example(image_id=rng.randint(1, images))))
    line(
        search,
        "look-alikes of a year",
        given.repeat,
        lambda: search.find(f"date:{rng.randint(2006, 2024)}", example=Example(image_id=rng.randint(1, images))),
    )
    print(f"{'all with words':28} {statistics.median(every):8.1f} {p95(every):8.1f}")


def following(search: Search, text: str) -> SearchPage:
    """The last of some pages, one after the other; its time is that of all of them."""
    page = search.find(text)
    for _ in range(PAGES - 1):
        if page.next is None:
            break
        page = search.find(text, walk=page.next)
    return page


def line(search: Search, name: str, repeat: int, ask: Callable[[], SearchPage]) -> list[float]:
    """Ask so often, print one line with the processor time of both sides; returns the times, milliseconds."""
    ask()
    clock, times, found = Clock(search.store), [], []
    began = clock.now()[1]
    for _ in range(repeat):
        start = time.perf_counter()
        found.append(ask())
        times.append((time.perf_counter() - start) * 1000)
    processor = (clock.now()[1] - began) / repeat * 1000
    used = sum(len([way for way in page.ways if way.state == "used"]) for page in found) / repeat
    results = statistics.mean(len(page.items) for page in found)
    print(
        f"{name:28} {statistics.median(times):8.1f} {p95(times):8.1f} {processor:10.1f}"
        f"       {results:.1f} a page, {used:.1f} ways used",
        flush=True,
    )
    return times


if __name__ == "__main__":
    main()
