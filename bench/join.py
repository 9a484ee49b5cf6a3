"""Seconds of finding all near hashes, up to ten million of them; beside imagededup's own search and FAISS.

`python -m bench.join [FOLDER] [--most N]`: hashes of tiles of the photos in the folder (without one, painted pictures)
and a fifth of planted neighbours. Each figure is taken in a process of its own, so that its memory can be told.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import camera_images, dedup_peers
from bench.real_hashes import hashes
from lumina.vision.hamming import CAP, Pairs, join

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be reached: seconds for so many hashes."""

    kind: str
    count: int
    radius: int
    seconds: float | None = None


AIMS = (
    Aim("dhash", 100_000, 5, 1),
    Aim("dhash", 1_000_000, 5, 15),
    Aim("dhash", 10_000_000, 5, 300),
    Aim("phash", 100_000, 12, 5),
    Aim("phash", 1_000_000, 12, 180),
    Aim("dhash", 100_000, 16),
    Aim("phash", 100_000, 16),
    Aim("dhash", 1_000_000, 10),
)
PEERS = (("imagededup", 20_000, 5), ("faiss-flat", 20_000, 5), ("faiss-flat", 100_000, 5), ("faiss-hash", 100_000, 5))


@dataclass(frozen=True, slots=True)
class Joined:
    """One join: seconds waited and of all cores, pairs found and left out, largest size of its process in MB."""

    seconds: float
    cpu: float
    pairs: int
    capped: int
    memory: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--most", type=int, default=10_000_000, help="leave out what has more hashes")
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    photos = camera_images.given_or_made(arguments.folder, 120)
    print(f"tiles of {len(photos)} photos; first call in a fresh process, code cached: {first_call():.2f} s")
    for aim in AIMS:
        if aim.count <= arguments.most:
            figure(photos, aim, arguments.threads)
    for kind, radius in (("dhash", 5), ("phash", 12)):
        recall(hashes(photos, kind, min(100_000, arguments.most), radius), kind, radius)
    fresh(hashes(photos, "dhash", min(1_000_000, arguments.most), 5))
    dedup_peers.prepare()
    for peer, count, radius in PEERS:
        beside(peer, hashes(photos, "dhash", min(count, arguments.most), radius), radius)


def apart(*arguments: object) -> Joined:
    """A join in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, *arguments).result()


def measure(numbers: Hashes, radius: int, cap: int = CAP, threads: int | None = None) -> Joined:
    """A join, the code being loaded already."""
    join(numbers[:1000], radius)
    began, processor = time.perf_counter(), time.process_time()
    pairs = join(numbers, radius, cap=cap, threads=threads)
    seconds, cpu = time.perf_counter() - began, time.process_time() - processor
    return Joined(seconds, cpu, len(pairs), pairs.capped, _largest())


def _largest() -> int:
    """MB that this process held at most."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # counts what its parent held as well


def first_call() -> float:
    """Seconds from importing numba to the end of a first small join."""
    join(np.arange(10, dtype=np.uint64), 5)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_first_call).result()


def _first_call() -> float:
    began = time.perf_counter()
    join(np.arange(10, dtype=np.uint64), 5)
    return time.perf_counter() - began


def figure(photos: Sequence[Path], aim: Aim, threads: int | None) -> None:
    """One line: what was aimed at, what was reached."""
    numbers = hashes(photos, aim.kind, aim.count, aim.radius)
    done = apart(numbers, aim.radius, CAP, threads)
    verdict = (
        "" if aim.seconds is None else f" (aim {aim.seconds:g}: {'met' if done.seconds <= aim.seconds else 'NOT MET'})"
    )
    print(
        f"{aim.kind} {aim.count:>10,} within {aim.radius:>2}: {done.seconds:6.2f} s{verdict}, {done.cpu:.2f} s of"
        f" processor, {done.pairs:,} pairs, {done.capped:,} left out, {done.memory} MB; pairs of such hashes are near"
        f" {skew(numbers, aim.radius):,.0f} times as often as random ones",
        flush=True,
    )


def skew(numbers: Hashes, radius: int) -> float:
    """How much more often two of these are within the radius than two random numbers."""
    random = np.random.default_rng(0)
    bits = (
        numbers[random.integers(0, len(numbers), 30_000_000)]
        ^ random.permutation(numbers)[random.integers(0, len(numbers), 30_000_000)]
    )
    share = np.count_nonzero((np.bitwise_count(bits) <= radius) & (bits > 0)) / len(bits)
    choices, chance = 1, 0.0
    for k in range(radius + 1):
        chance += choices / 2.0**64
        choices = choices * (64 - k) // (k + 1)
    return float(share / chance)


def recall(numbers: Hashes, kind: str, radius: int) -> None:
    """Beside brute force, with no cap and with the usual one."""
    whole, usual = join(numbers, radius, cap=len(numbers)), join(numbers, radius)
    truth = brute_force(numbers, radius)
    same = np.array_equal(np.sort(whole.left << 32 | whole.right), truth)
    print(
        f"{kind} {len(numbers):,} within {radius}: {len(truth):,} pairs by brute force, {len(whole):,} by the join,",
        end=" ",
    )
    print(f"{'the same' if same else 'NOT THE SAME'}; {whole.capped:,} left out, {usual.capped:,} with the usual cap")


def brute_force(numbers: Hashes, radius: int) -> NDArray[np.int64]:
    """All pairs, by NumPy alone: left << 32 | right, ascending."""
    found = []
    for at in range(0, len(numbers), 256):
        near = np.bitwise_count(numbers[at : at + 256, None] ^ numbers[None, at:]) <= radius
        left, right = np.nonzero(near)
        keep = right > left
        found.append((left[keep] + at) << 32 | (right[keep] + at))
    return np.sort(np.concatenate(found))


def fresh(numbers: Hashes) -> None:
    """A thousand new ones among the old."""
    new = np.zeros(len(numbers), bool)
    new[np.random.default_rng(0).integers(0, len(numbers), 1000)] = True
    began = time.perf_counter()
    pairs: Pairs = join(numbers, 5, fresh=new)
    print(f"1,000 new among {len(numbers):,}: {time.perf_counter() - began:.2f} s, {len(pairs):,} pairs")


def beside(peer: str, numbers: Hashes, radius: int) -> None:
    """The same hashes with a peer."""
    ours, theirs = apart(numbers, radius, len(numbers)), dedup_peers.search(peer, numbers, radius)
    print(
        f"{peer}, {len(numbers):,} within {radius}: {theirs.seconds:.2f} s, {theirs.pairs:,} pairs; Lumina"
        f" {ours.seconds:.3f} s, {ours.pairs:,} pairs, {theirs.seconds / ours.seconds:,.1f} x",
        flush=True,
    )


if __name__ == "__main__":
    main()
