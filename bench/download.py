"""Downloading images from a CDN on this machine, against img2dataset and bare clients, in one run.

    .venv/bin/python -m bench.download [--images 3000] [--img2dataset VENV/bin/img2dataset]

Ours is the whole stage: the ledger, an io worker as `lumina up` starts it, every picture looked at, written, flushed
to the disk and put into its place, every row. img2dataset (none of this project's dependencies: install it into an
environment of its own) does not resize or re-encode, and writes files that it does not flush; how fast it would be if
it did is told as well, the time added that `sync` takes for them afterwards. The bare clients read the bytes and forget
them. All get 8 connections per process; img2dataset also as many as it likes best. What the CDN costs the
processor is told for each: whose requests cost it more gets less of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import aiohttp
import httpx
import numpy as np
import psutil
import uvloop
from PIL import Image

from lumina.bootstrap import App, Settings, build
from lumina.domain.market import Listing, ListingImage
from lumina.store import listings, markets
from lumina.store.embedded import EmbeddedPostgres
from lumina.supervisor.supervisor import BUSY_SECONDS
from lumina.worker.environment import DECODERS

SIZE, KINDS, PARALLEL, PROCESSES = 60_000, 64, 8, 2
PER_LISTING = 5
OURS = "Lumina, the whole stage"


@dataclass
class Rate:
    """Images per second, `flushed`: with files flushed to the disk; `cost`: microseconds of processor for an image."""

    images: float
    flushed: float | None = None
    cost: float | None = None


def pictures() -> list[bytes]:
    """Different JPEGs of 60 KB each: noise on a picture, at a quality that gives this size."""
    found = []
    for seed in range(KINDS):
        noise = np.random.default_rng(seed).normal(0, 9, (570, 570, 3))
        pixels = np.asarray(Image.radial_gradient("L").resize((570, 570)).convert("RGB")) + noise
        image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        sizes = {}
        for quality in range(40, 96, 5):
            image.save(data := io.BytesIO(), "JPEG", quality=quality)
            sizes[abs(len(data.getvalue()) - SIZE)] = data.getvalue()
        found.append(sizes[min(sizes)])
    return found


class Cdn(asyncio.Protocol):
    """As little of HTTP/1.1 as clients need: GET, keep-alive, Content-Length, ETag."""

    bodies: Sequence[bytes] = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = cast("asyncio.Transport", transport), b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            line, self.buffer = self.buffer[: self.buffer.find(b"\r")], self.buffer[end + 4 :]
            number = int(line.split(b" ")[1].rpartition(b"/")[2].partition(b".")[0])
            body = self.bodies[number % len(self.bodies)]
            lines = ("HTTP/1.1 200 OK", "Content-Type: image/jpeg", f'ETag: "{number}"', f"Content-Length: {len(body)}")
            self.transport.write("\r\n".join((*lines, "", "")).encode() + body)


async def serve(port: int) -> None:
    Cdn.bodies = pictures()
    server = await asyncio.get_running_loop().create_server(Cdn, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


@contextmanager
def cdn() -> Iterator[tuple[int, int]]:
    """The port of a CDN in a process of its own, and that process's number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "bench.download", "--serve", str(port)])
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < until, "the CDN does not start"
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.kill()
        process.wait()


def urls(port: int, count: int) -> list[str]:
    return [f"http://127.0.0.1:{port}/{number}.jpg" for number in range(count)]


@contextmanager
def worker(settings: Settings) -> Iterator[int]:
    """The io worker as `lumina up` starts it: the number of its process."""
    command = [sys.executable, "-m", "lumina.cli", "worker", "--lanes", "io", "--slots", str(PROCESSES), "--supervised"]
    environment = {**os.environ, **DECODERS, "LUMINA_HOME": str(settings.home)}
    environment["LUMINA_DATABASE_URL"] = settings.database_url
    with (settings.home / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def processor(*pids: int) -> float:
    """Seconds of processor that these processes have taken so far, with their children."""
    found = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = each.cpu_times()
                found += times.user + times.system + times.children_user + times.children_system
    return found


def ours(app: App, port: int, count: int, number: int, pids: Sequence[int] = ()) -> Rate:
    """The stage `download`, from the start of its job to its end; the cost is that of these processes."""
    folder = app.settings.home / "market" / str(number)
    with app.store.transaction() as tx:
        here = markets.ensure(
            tx, f"m{number}", title=f"m{number}", address="http://x", folder=folder, hosts=[f"127.0.0.1:{port}"]
        )
        shown = urls(port, count)
        found = [
            Listing(
                at // PER_LISTING + 1,
                1,
                images=tuple(
                    ListingImage(at + n + 1, n + 1, url) for n, url in enumerate(shown[at : at + PER_LISTING])
                ),
            )
            for at in range(0, count, PER_LISTING)
        ]
        listings.save(tx, here.source_id, found)
    before = processor(*pids)
    job = app.work.run_stages(["download"], source_id=here.source_id)
    until, look = time.monotonic() + 300, 0.0
    while not (ended := app.work.get(job.id)).state.ended:
        assert time.monotonic() < until, "the job does not end"
        if time.monotonic() > look:  # as often as the supervisor does
            app.reaper.tick()
            look = time.monotonic() + BUSY_SECONDS
        time.sleep(0.05)
    cost = (processor(*pids) - before) / count * 1e6
    assert ended.done == count, ended
    assert sum(1 for _ in folder.rglob("*.jpg")) == count
    assert ended.started_at is not None
    assert ended.finished_at is not None
    return Rate(count / (ended.finished_at - ended.started_at).total_seconds(), cost=cost)


def img2dataset(program: Path, folder: Path, port: int, count: int, threads: int) -> Rate:
    """By its own clock, from the first shard's start to the last one's end; and with `sync` after."""
    (folder / "urls.txt").write_text("\n".join(urls(port, count)))
    out = folder / f"out-{time.monotonic_ns()}"  # nothing is removed meanwhile: some file systems are slow after that
    options = {
        "url_list": folder / "urls.txt", "input_format": "txt", "output_folder": out, "output_format": "files",
        "processes_count": PROCESSES, "thread_count": threads, "resize_mode": "no", "disable_all_reencoding": True,
        "number_sample_per_shard": max(1, count // (2 * PROCESSES)), "enable_wandb": False, "retries": 0,
    }  # fmt: skip
    command = [program, *(f"--{name}={value}" for name, value in options.items())]
    environment = {**os.environ, "NO_ALBUMENTATIONS_UPDATE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    began = time.perf_counter()
    subprocess.run(["sync", "--file-system", out], check=True)
    flushed = time.perf_counter() - began
    stats = [json.loads(path.read_text()) for path in out.glob("*_stats.json")]
    assert sum(each["successes"] for each in stats) == count, done.stderr[-2000:]
    seconds = max(each["end_time"] for each in stats) - min(each["start_time"] for each in stats)
    return Rate(count / seconds, count / (seconds + flushed))


async def bare_aiohttp(port: int, count: int) -> None:
    waiting = iter(urls(port, count))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:

        async def some() -> None:
            for url in waiting:
                async with session.get(url) as response:
                    await response.read()

        await asyncio.gather(*(some() for _ in range(PARALLEL)))


async def bare_httpx(port: int, count: int) -> None:
    waiting = iter(urls(port, count))
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=PARALLEL)) as client:

        async def some() -> None:
            for url in waiting:
                await client.get(url)

        await asyncio.gather(*(some() for _ in range(PARALLEL)))


def bare(work: Callable[[int, int], object], loop: Callable[[object], object], port: int, count: int) -> Rate:
    """One process that reads the bytes and forgets them."""
    began = time.perf_counter()
    loop(work(port, count))
    return Rate(count / (time.perf_counter() - began))


def peers(given: argparse.Namespace, folder: Path, port: int) -> dict[str, Callable[[], Rate]]:
    """What else is measured in each round, by its title."""
    count, found = given.images, dict[str, Callable[[], Rate]]()
    if given.img2dataset:
        for threads in (PARALLEL, 32):
            title = f"img2dataset, {PROCESSES} x {threads} threads"
            found[title] = partial(img2dataset, given.img2dataset, folder, port, count, threads)
    return found | {
        "aiohttp, bare": partial(bare, bare_aiohttp, asyncio.run, port, count),
        "aiohttp on uvloop, bare": partial(bare, bare_aiohttp, uvloop.run, port, count),
        "httpx, bare": partial(bare, bare_httpx, asyncio.run, port, count),
    }


def report(rounds: Sequence[Mapping[str, Rate]], count: int) -> None:
    """The best of all rounds, and ours beside each."""
    size = sum(map(len, pictures())) / KINDS / 1000
    print(f"{count:,} images of {size:.0f} KB from a CDN in a process of its own; best of {len(rounds)}")
    own = max(round_[OURS].images for round_ in rounds)
    print(f"{OURS}: {own:,.0f} images/s (wanted: 300)")
    for title in rounds[0]:
        found = [round_[title] for round_ in rounds]
        if title != OURS:
            rate = max(each.images for each in found)
            print(f"{title}: {rate:,.0f} images/s; ours is {own / rate:.2f} x that")
        if flushed := max(each.flushed or 0 for each in found):
            print(f"{title}, and flushed: {flushed:,.0f} images/s; ours is {own / flushed:.2f} x that")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--img2dataset", type=Path, help="its program; without it this peer is left out")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        uvloop.run(serve(given.serve))
        return
    rounds: list[dict[str, Rate]] = []
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name)) as server, cdn() as (port, cdn_pid):
        app = build(Settings(home=Path(name), database_url=server.url), pool_size=2)
        app.set_up_database()
        with worker(app.settings) as worker_pid:
            assert server.process is not None
            pids = worker_pid, server.process.pid
            ours(app, port, 200, 0)  # the workers have to have imported everything
            for number in range(1, given.rounds + 1):
                mine = {OURS: partial(ours, app, port, given.images, number, pids)}
                rounds.append({})
                for title, run in (mine | peers(given, Path(name), port)).items():
                    before = processor(cdn_pid)
                    rate = rounds[-1][title] = run()
                    spent = (processor(cdn_pid) - before) / given.images * 1e6
                    own = f", workers and database {rate.cost:.0f}" if rate.cost else ""
                    told = (
                        f"round {number}: {title}: {rate.images:,.0f} images/s; us of processor: CDN {spent:.0f}{own}"
                    )
                    print(told, file=sys.stderr, flush=True)
        app.close()
    report(rounds, given.images)


if __name__ == "__main__":
    main()
