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


def row(name: str, seconds: list[float], peer: float | None = None) -> tuple[str, float]:
    ordered = sorted(seconds)
    p50, p95 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    ratio = f"{peer / p50:8.1f}x" if peer else ""
    print(f"{name:<58}{len(seconds):>5}{p50 * 1000:>9.1f}{p95 * 1000:>9.1f}  {ratio}")
    return name, p95


def measure(database: str, rounds: int) -> bool:
    store = Store(database)
    with store.transaction() as tx:
        images = tx.value("SELECT sum(images) FROM timeline")
        busiest = tx.row(
            "SELECT day, sum(images) AS n FROM timeline_day WHERE day IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
        )
        camera = tx.value(
            "SELECT camera FROM metadata WHERE camera IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        moved = tx.value("SELECT id FROM image WHERE taken_at::date = :day LIMIT 1", day=busiest["day"])
        catalogs = [str(r["id"]) for r in tx.rows("SELECT id FROM catalog")]
    print(f"{images:,} images in {len(catalogs)} catalogs, {busiest['n']:,} on {busiest['day']}\n")
    print(f"{'':<58}{'n':>5}{'p50 ms':>9}{'p95 ms':>9}  GROUP BY / this")

    def group_by() -> None:
        with store.transaction() as tx:
            tx.rows(GROUP_BY)

    def change() -> None:
        with store.transaction() as tx:
            tx.execute("UPDATE image SET taken_at = taken_at + interval '1 second' WHERE id = :id", id=moved)

    with server(database) as (port, process):
        client = Client(port)
        listing = json.loads(client.get("/api/timeline/buckets"))
        keys = listing["buckets"]["key"] + listing["undated_buckets"]["key"]
        parts = [key for key in keys if "." in key]
        assert sum(listing["buckets"]["count"]) + listing["undated"] == images == listing["total"]
        assert max(listing["buckets"]["count"] + listing["undated_buckets"]["count"]) <= 2000
        choose = random.Random(5)  # noqa: S311
        peer = statistics.median(timed(group_by) for _ in range(7))
        print(f"{'peer: bare SQL GROUP BY day':<58}{7:>5}{peer * 1000:>9.1f}")
        client = Client(port)  # the first one's connection has been idle for too long
        alone = f"?catalog={catalogs[0]}"
        results = [
            row("bucket list", [timed(lambda: client.get("/api/timeline/buckets")) for _ in range(rounds)], peer),
            row(
                "bucket list, one catalog",
                [timed(lambda: client.get("/api/timeline/buckets" + alone)) for _ in range(rounds)],
                peer,
            ),
            row(
                "bucket list, after a change in the busiest day", [_after(change, client) for _ in range(rounds)], peer
            ),
            row(
                "any bucket",
                [
                    timed(lambda k=k: client.get(f"/api/timeline/bucket?key={k}"))
                    for k in choose.choices(keys, k=4 * rounds)
                ],
            ),
            row(
                "full bucket (part of the busiest day)",
                [
                    timed(lambda k=k: client.get(f"/api/timeline/bucket?key={k}"))
                    for k in choose.choices(parts, k=2 * rounds)
                ],
            ),
        ]
        for name, query in (
            ("bucket list by camera", f"?camera={quote(camera)}"),
            ("bucket list by format", "?format=nef"),
            ("bucket list by month", "?from=2016-07-01&to=2016-07-31"),
            ("images, first page of 100", None),
        ):
            path = f"/api/timeline/buckets{query}" if query else "/api/images"
            row(f"(no target) {name}", [timed(lambda p=path: client.get(p)) for _ in range(max(rounds // 5, 3))], peer)
        resident = process.memory_info().rss / 2**20
    store.close()
    print(f"\nserver: {resident:.0f} MiB resident (target 300)")
    worst = max(results, key=lambda result: result[1])
    print(f"slowest p95: {worst[0]}, {worst[1] * 1000:.1f} ms (target {TARGET * 1000:.0f})")
    return worst[1] <= TARGET and resident <= 300


def _after(change: Callable[[], None], client: Client) -> float:
    change()
    return timed(lambda: client.get("/api/timeline/buckets"))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--database", required=True, help="URL of a database made by bench/seed.py")
    arguments.add_argument("--rounds", type=int, default=50)
    given = arguments.parse_args()
    raise SystemExit(0 if measure(given.database, given.rounds) else 1)


if __name__ == "__main__":
    main()
