"""How fast the timeline answers over HTTP, beside a bare GROUP BY: `python bench/timeline_api.py --database URL`.

The database is one that `bench/seed.py` has made. A server is started on a free port; requests go through one kept-open
connection, as a browser's do. "after a change" moves one image of the busiest day before each request, so that nothing
kept from before can be used.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import psutil

from lumina.store import Store

TARGET = 0.050
GROUP_BY = (
    "SELECT taken_at::date AS day, count(*), min(taken_at), max(taken_at) FROM image"
    " WHERE missing_since IS NULL AND taken_at IS NOT NULL GROUP BY 1 ORDER BY 1 DESC"
)


@contextlib.contextmanager
def server(database: str) -> Iterator[tuple[int, psutil.Process]]:
    """A server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"LUMINA_HOME": home, "LUMINA_DATABASE_URL": database, "LUMINA_PORT": str(port)}
        process = subprocess.Popen([sys.executable, "-m", "lumina.cli", "serve"], env=environment)
        try:
            _wait(port)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


class Client:
    """One kept-open connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        body = response.read()
        assert response.status == 200, (path, response.status, body[:300])
        return body


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


class Meter:
    """Wall and processor time of requests; the latter (server and database) hardly depends on what else runs."""

    def __init__(self, store: Store, server: psutil.Process) -> None:
        self.store = store
        self.server = server

    def processor(self) -> float:
        """Seconds used so far by the server and by its connections to the database."""
        with self.store.transaction() as tx:
            rows = tx.rows(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        processes = [self.server]
        for found in rows:
            with contextlib.suppress(psutil.Error):  # another machine's, or one that has just ended
                processes.append(psutil.Process(found["pid"]))
        return sum(sum(process.cpu_times()[:2]) for process in processes)

    def row(self, name: str, actions: list[Callable[[], float]], peer: float | None = None) -> tuple[str, float]:
        """Run the actions, each of which says how long it took, and print a line."""
        actions[0]()
        before = self.processor()
        seconds = sorted(action() for action in actions)
        used = (self.processor() - before) / len(actions)
        p50, p95 = statistics.median(seconds), seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
        ratio = f"{peer / p50:8.1f}x" if peer else ""
        print(f"{name:<52}{len(seconds):>5}{p50 * 1000:>9.1f}{p95 * 1000:>9.1f}{used * 1000:>9.1f}  {ratio}")
        return name, p95


def measure(database: str, rounds: int) -> bool:
    store = Store(database)
    with store.transaction() as tx:
        images = tx.value("SELECT sum(images) FROM timeline")
        busiest = tx.row(
            "SELECT day, sum(images) AS n FROM timeline_day WHERE day IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
        )
        assert busiest is not None
        camera = tx.value(
            "SELECT camera FROM metadata WHERE camera IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        moved = tx.value("SELECT id FROM image WHERE taken_at::date = :day LIMIT 1", day=busiest["day"])
        catalogs = [str(r["id"]) for r in tx.rows("SELECT id FROM catalog")]
    print(f"{images:,} images in {len(catalogs)} catalogs, {busiest['n']:,} on {busiest['day']}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(f"{'':<52}{'n':>5}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}  GROUP BY / this")

    def group_by() -> None:
        with store.transaction() as tx:
            tx.rows(GROUP_BY)

    def change() -> None:
        with store.transaction() as tx:
            tx.execute("UPDATE image SET taken_at = taken_at + interval '1 second' WHERE id = :id", id=moved)

    peer = statistics.median(timed(group_by) for _ in range(7))
    print(f"{'peer: bare SQL GROUP BY day':<52}{7:>5}{peer * 1000:>9.1f}")
    with server(database) as (port, process):
        client, meter = Client(port), Meter(store, process)

        def get(path: str) -> Callable[[], float]:
            return lambda: timed(lambda: client.get(path))

        def after_a_change() -> float:
            change()
            return timed(lambda: client.get("/api/timeline/buckets"))

        listing = json.loads(client.get("/api/timeline/buckets"))
        keys = listing["buckets"]["key"] + listing["undated_buckets"]["key"]
        parts = [key for key in keys if "." in key]
        assert sum(listing["buckets"]["count"]) + listing["undated"] == images == listing["total"]
        assert max(listing["buckets"]["count"] + listing["undated_buckets"]["count"]) <= 2000
        choose = random.Random(5)
        some = [get(f"/api/timeline/bucket?key={key}") for key in choose.choices(keys, k=4 * rounds)]
        full = [get(f"/api/timeline/bucket?key={key}") for key in choose.choices(parts, k=2 * rounds)]
        results = [
            meter.row("bucket list", [get("/api/timeline/buckets")] * rounds, peer),
            meter.row("bucket list, one catalog", [get(f"/api/timeline/buckets?catalog={catalogs[0]}")] * rounds, peer),
            meter.row("any bucket", some),
            meter.row("full bucket (part of the busiest day)", full),
        ]
        few = max(rounds // 5, 3)
        for name, path in (
            ("bucket list by camera", f"/api/timeline/buckets?camera={quote(camera)}"),
            ("bucket list by format", "/api/timeline/buckets?format=nef"),
            ("bucket list by month", "/api/timeline/buckets?from=2016-07-01&to=2016-07-31"),
            ("images, first page of 100", "/api/images"),
        ):
            meter.row(f"(no target) {name}", [get(path)] * few, peer)
        changed = [after_a_change] * rounds
        meter.row("(no target) bucket list after a change in that day", changed, peer)
        resident = process.memory_info().rss / 2**20
    store.close()
    print(f"\nserver: {resident:.0f} MiB resident (target 300)")
    worst = max(results, key=lambda result: result[1])
    print(f"slowest p95: {worst[0]}, {worst[1] * 1000:.1f} ms (target {TARGET * 1000:.0f})")
    return worst[1] <= TARGET and resident <= 300


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--database", required=True, help="URL of a database made by bench/seed.py")
    arguments.add_argument("--rounds", type=int, default=50)
    given = arguments.parse_args()
    raise SystemExit(0 if measure(given.database, given.rounds) else 1)


if __name__ == "__main__":
    main()
