"""Find a listing by one of its images, with five models: by each alone, by reciprocal ranks, by the calibrated recipe.

    python -m bench.ensemble --database postgresql://... --listings 100000

A database is made and dropped; it takes 18 kB for each image. An image of a listing is asked with, and its siblings are
the answer: the listing is to come first among all. Nearly the same products of other shops stand in the way, and
products to which a family of models is blind (`bench.ensemble_data`). Times are of the whole search in the service:
five questions to the vectors, exact scores of all candidates in all models, order, cards.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import make_url

from bench.ensemble_data import SEERS, Goods, goods, parts, seen
from bench.vectors import Quiet, _alone
from lumina.domain.ensemble import ListingFilter, Recipe, Wanted
from lumina.domain.searching import Example
from lumina.engine.vectors import INDEXED, Keeper
from lumina.files.derived import DerivedStore
from lumina.inference.models import Models
from lumina.services.listings import ListingSearch
from lumina.services.listings.search import EACH
from lumina.services.listings.voices import Voices
from lumina.services.search.questions import Questions
from lumina.store import Store, listing_search, migrate, searched, spaces, vectors

FIRST = 10
RANGES = {"no filter": None, "price, 25 % of all": 12.5, "price, 1 % of all": 0.5}
"""Prices are spread evenly from 0 to 100; how far from the listing's own price others may be."""


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of any database of a server on which one can be made")
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--each", type=int, default=None, help="images that each model brings in")
    parser.add_argument("--threads", type=int, default=None, help="models that are asked at the same time")
    given = parser.parse_args()
    name = f"bench_ensemble_{uuid.uuid4().hex[:8]}"
    _alone(Store(given.database), f"CREATE DATABASE {name}")
    try:
        url = make_url(given.database).set(database=name).render_as_string(hide_password=False)
        store = Store(url, idle_seconds=120)
        measure(store, given)
        store.close()
    finally:
        _alone(Store(given.database), f"DROP DATABASE {name} WITH (FORCE)")
    return 0


def measure(store: Store, given: argparse.Namespace) -> None:
    """Print all figures."""
    random = np.random.default_rng(3)
    made = goods(given.listings, random)
    prices = np.round(100 * random.random(given.listings), 2)
    began = time.perf_counter()
    fill(store, made, prices)
    print(f"{given.listings:,} listings, {len(made.listing):,} images written: {_since(began)}", flush=True)
    began = time.perf_counter()
    build(store, len(made.listing))
    print(f"five indexes and backgrounds: {_since(began)}", flush=True)
    asked = random.choice(np.flatnonzero(made.images[made.listing] > 1), given.queries, replace=False)
    more = {name: value for name in ("each", "threads") if (value := getattr(given, name)) is not None}
    search = searcher(store, **more)
    for label, spread in RANGES.items():
        compare(search, made, prices, asked, label, spread)
    search.close()


def fill(store: Store, made: Goods, prices: NDArray[np.float64]) -> None:
    """A marketplace with these listings; its vectors as five models see them."""
    migrate.upgrade(store)
    with store.transaction() as tx:
        catalog = tx.value("INSERT INTO catalog (name) VALUES ('bench') RETURNING id")
        tx.execute("INSERT INTO source (catalog_id, path, kind) VALUES (:c, '/bench', 'marketplace')", c=catalog)
        tx.execute("INSERT INTO market (source_id, name, address) SELECT id, 'bench', 'http://x' FROM source")
        tx.execute(
            """INSERT INTO listing (source_id, listing_id, shop_id, title, words, state, price, currency, created_at)
            SELECT s.id, n, n % 997 + 1, 'Product ' || n, 'Product ' || n, 'active', price, 'EUR',
                timestamptz '2020-01-01' + n * interval '10 minutes'
            FROM source s, unnest(CAST(:prices AS numeric[])) WITH ORDINALITY AS p (price, n)""",
            prices=prices.tolist(),
        )
        tx.execute(
            """INSERT INTO image (catalog_id, source_id, folder, stem)
            SELECT :catalog, s.id, l::text, 'i' || n FROM source s,
                unnest(CAST(:of AS bigint[])) WITH ORDINALITY AS o (l, n) ORDER BY n""",
            catalog=catalog,
            of=(made.listing + 1).tolist(),
        )
        tx.execute(
            """INSERT INTO listing_image (image_id, source_id, listing_id, remote_id, rank, is_primary, url)
            SELECT i.id, i.source_id, i.folder::bigint, i.id,
                row_number() OVER (PARTITION BY i.folder ORDER BY i.id),
                row_number() OVER (PARTITION BY i.folder ORDER BY i.id) = 1, ''
            FROM image i"""
        )
    for seer in SEERS:
        for part in parts(len(made.listing)):
            with store.transaction() as tx:
                space = spaces.get_or_create(tx, seer.name, 1, seer.dimensions)
                vectors.save(tx, space, np.arange(part.start + 1, part.stop + 1), seen(made, seer, part))
    _alone(store, "VACUUM ANALYZE")


def build(store: Store, size: int) -> None:
    """Indexes and backgrounds, as the job makes them."""
    keeper = Keeper(store, None)  # type: ignore[arg-type]
    with store.transaction() as tx:
        found = spaces.every(tx)
    for space in found:
        if size > INDEXED:
            keeper.index(space, size, Quiet())  # type: ignore[arg-type]
        keeper.measure(space)


def searcher(store: Store, **more: int) -> ListingSearch:
    """The service, without any model installed: known images are asked with, whose vectors are there."""
    nowhere = Path("/nowhere")
    models = Models(nowhere)
    questions = Questions(store, models, DerivedStore(nowhere), preferred="", max_pixels=1, megabytes=1)
    return ListingSearch(store, Voices(store, questions, lambda pixels: pixels), **more)


def compare(
    search: ListingSearch,
    made: Goods,
    prices: NDArray[np.float64],
    asked: NDArray[np.int64],
    label: str,
    spread: float | None,
) -> None:
    """One kind of question by both recipes; where nothing is filtered, by each model alone as well."""
    names = tuple(seer.name for seer in SEERS)
    for recipe in Recipe:

        def ask(image: int, recipe: Recipe = recipe) -> Sequence[int]:
            where = ListingFilter() if spread is None else _around(prices[made.listing[image]], spread)
            example = Example(image_id=image + 1)
            found = search.find(Wanted(models=names, recipe=recipe, example=example, where=where))
            return [hit.listing.listing_id - 1 for hit in found.hits]

        tell(f"{label}, {_CALLED[recipe]}", search.store, ask, made, asked)
    if spread is None:
        for name in names:
            tell(f"{label}, {name} alone", search.store, partial(alone, search.store, name), made, asked)


_CALLED = {Recipe.CALIBRATED: "calibrated", Recipe.RRF: "reciprocal rank"}


def alone(store: Store, name: str, image: int) -> Sequence[int]:
    """The listings of the images closest to one, as one model has them: nothing is cut off."""
    with store.transaction() as tx:
        space = spaces.live(tx, name)
        assert space is not None, "it was filled"
        _, matrix = vectors.load(tx, space, [image + 1])
        where = searched.except_image(listing_search.condition(ListingFilter()), image + 1)
        near = vectors.nearest(tx, space, matrix[0].astype(np.float32), count=EACH, conditions=where)
        of = listing_search.listings_of(tx, [each.image_id for each in near])
    return list(dict.fromkeys(of[each.image_id].listing_id - 1 for each in near))


def _around(price: float, spread: float) -> ListingFilter:
    low, high = Decimal(f"{price - spread:.2f}"), Decimal(f"{price + spread:.2f}")
    return ListingFilter(price_min=max(low, Decimal(0)), price_max=high)


def tell(what: str, store: Store, ask: Callable[[int], Sequence[int]], made: Goods, asked: NDArray[np.int64]) -> None:
    """One line: how often and how far up the listing came, and how long it took."""
    for image in asked[:3].tolist():
        ask(image)
    seconds, places, busy = [], [], processor(store)
    for image in asked.tolist():
        began = time.perf_counter()
        found = ask(image)
        seconds.append(time.perf_counter() - began)
        listing = int(made.listing[image])
        places.append(found.index(listing) + 1 if listing in found else 0)
    busy = (processor(store) - busy) / len(asked) * 1000
    p50, p95 = np.quantile(seconds, (0.5, 0.95)) * 1000
    told = ", ".join(f"{name} {value:.3f}" for name, value in quality(places).items())
    print(f"{what}: {told}; p50 {p50:.0f} ms, p95 {p95:.0f} ms, processor {busy:.0f} ms", flush=True)


def processor(store: Store) -> float:
    """Seconds of processor time of this process and of the server's for its connections, since they began."""
    with store.transaction() as tx:
        rows = tx.rows(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
    ticks = 0
    for row in rows:
        with suppress(FileNotFoundError):  # it has just ended
            fields = Path(f"/proc/{row['pid']}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def quality(places: Sequence[int]) -> Mapping[str, float]:
    """Of places from 1, 0 where the listing was not found."""
    return {
        f"recall@{FIRST}": float(np.mean([0 < place <= FIRST for place in places])),
        "mean reciprocal rank": float(np.mean([1 / place if place else 0.0 for place in places])),
    }


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
