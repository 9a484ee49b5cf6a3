"""Syncing with a marketplace that enforces its limit: how much of it is used, and how often it says "too often".

The demo marketplace runs in a process of its own; 1 or 3 processes sync with it, each with its own connections, and
share what they know of the limit through the database. Small pages, so that there is enough to ask for.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.engine import make_url

from lumina.demo.limits import Limits
from lumina.demo.marketplace import Marketplace
from lumina.demo.server import serving
from lumina.demo.world import World
from lumina.domain.market import FollowKind, Keep
from lumina.domain.stage import Lane
from lumina.domain.work import BatchKind
from lumina.engine.dispatch import Dispatcher
from lumina.engine.engine import Engine
from lumina.engine.leases import Leases
from lumina.engine.market import Opening
from lumina.engine.plan import Planner
from lumina.engine.registry import Registry
from lumina.engine.sync import Syncer
from lumina.remote.etsy import paging
from lumina.services.market import MarketService
from lumina.store import Store, markets, migrate
from lumina.store.ledger import Worker

NOWHERE = Path("/nowhere")
PAGE = 8
"""Listings per question here, instead of 100: a minute of a real marketplace's limit is asked in seconds."""
AIM = 0.95
CATEGORIES = {1: ("891",), 3: ("1019", "1010", "1055")}
"""What is followed, by the number of processes: one batch for each."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What came of one setting. `share`: of the allowed requests. `refused`: answers 429. `cost`: processor seconds."""

    limit: int
    processes: int
    requests: int
    seconds: float
    refused: int
    cost: float

    @property
    def share(self) -> float:
        return self.requests / self.seconds / self.limit


def serve(pipe: Connection, limit: int, listings: int) -> None:
    """A marketplace; says its address, and at the end what it was asked."""
    with serving(Marketplace(World(1, listings, images=(1, 1)), limits=Limits(per_second=limit, per_day=None))) as here:
        pipe.send(here.url)
        pipe.recv()
        asked = here.market.counts.requests
        pipe.send(([each.at for each in asked if each.status == 200], here.market.counts.limited))


def engine(store: Store, seconds: float) -> tuple[Engine, MarketService]:
    """One process's engine, which stops after some seconds."""
    until = time.monotonic() + seconds
    registry = Registry((), set())
    dispatcher = Dispatcher(store, Silent())
    opening = Opening(store, "", 1000, Keep(), {}, ())
    syncer = Syncer(store, Planner(registry, dispatcher), opening.open, opening.keeping)
    handlers = {BatchKind.SYNC: lambda batch, stop: syncer.run(batch, lambda: stop() or time.monotonic() > until)}
    made = Engine(store, dispatcher, Leases(store, registry, dispatcher), handlers, 60)
    return made, MarketService(store, dispatcher, opening, NOWHERE, "server")


class Silent:
    """Wakes nobody: the processes look for themselves."""

    def send(self, lane: Lane, batch_ids: Any) -> None:
        """Nothing."""


def sync(url: str, seconds: float, pipe: Connection) -> None:
    """A process that works on what there is; says how much processor time that took."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    paging.PAGE = PAGE
    store = Store(url, pool_size=5)
    worker, _ = engine(store, seconds)
    began, until = time.process_time(), time.monotonic() + seconds
    while time.monotonic() < until:
        if not worker.run_one(Lane.IO, 0, Worker("bench", "1/2")):
            time.sleep(0.05)
    pipe.send(time.process_time() - began)
    store.close()


def measure(url: str, limit: int, processes: int, seconds: float) -> Figure:
    """One setting, from nothing known of the limit."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    listings = int(2 * PAGE * limit * seconds) + 300
    server = spawn.Process(target=serve, args=(theirs, limit, listings))
    server.start()
    address = ours.recv()
    store = Store(url, pool_size=2)
    with store.transaction() as tx:
        tx.execute("TRUNCATE catalog, job CASCADE")
        market = markets.ensure(tx, "demo", title="Demo", address=address, folder=NOWHERE)
    _, service = engine(store, seconds)
    for value in CATEGORIES[processes]:
        service.follow(market, FollowKind.TAXONOMY, value, 60)
    service.sync(market)
    told, tell = spawn.Pipe()
    workers = [spawn.Process(target=sync, args=(url, seconds + 2, tell)) for _ in range(processes)]
    for each in workers:
        each.start()
    cost = sum(told.recv() for _ in workers)
    for each in workers:
        each.join()
    ours.send("over")
    times, refused = ours.recv()
    server.join()
    store.close()
    began = times[0] + 1  # the limit is learnt from the first answers
    counted = [each for each in times if began <= each <= began + seconds - 2]
    return Figure(limit, processes, len(counted) - 1, counted[-1] - counted[0], refused, cost / len(times))


@contextmanager
def fresh(server: str) -> Iterator[str]:
    """URL of a database that is dropped afterwards."""
    name = f"bench_sync_{uuid.uuid4().hex[:8]}"
    admin = Store(server)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
        store = Store(url)
        migrate.upgrade(store)
        store.close()
        try:
            yield url
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of a server on which databases may be made")
    parser.add_argument("--seconds", type=float, default=12, help="for each setting")
    parser.add_argument("--limits", default="5,10,50", help="requests per second that are allowed")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with fresh(given.database) as url:
        for limit in map(int, given.limits.split(",")):
            for processes in (1, 3):
                found = measure(url, limit, processes, given.seconds)
                print(
                    f"{limit:3} requests/s allowed, {processes} processes: {found.requests / found.seconds:6.2f}/s,"
                    f" {found.share:6.1%} of it (aim {AIM:.0%}), {found.refused} answers 429;"
                    f" {found.cost * 1000:.1f} ms of processor per request",
                    flush=True,
                )


if __name__ == "__main__":
    main()
