"""Images per second of ingesting camera JPEGs: everything Lumina takes from a master, beside sharp's two pictures.

`python -m bench.ingest [FOLDER]`; without a folder, camera-like JPEGs are made. The median of the rounds counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
from pathlib import Path

from bench import camera_images, peers, stages
from bench.peers import Rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=120, help="pictures to make without a folder")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    cores = pin(arguments.cores)
    peers.prepare()
    paths = camera_images.given_or_made(arguments.folder, arguments.count)
    print(f"{len(paths)} files, {sum(path.stat().st_size for path in paths) / 1e6:.0f} MB, {cores} cores")
    rounds = [measure(paths, cores) for _ in range(arguments.rounds)]
    report([list(way) for way in zip(*rounds, strict=True)])


def pin(cores: int) -> int:
    """Keep this process and its children to so many cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
        return len(os.sched_getaffinity(0))
    return cores


def measure(paths: list[Path], cores: int) -> tuple[Rate, Rate, Rate]:
    """One round of each way."""
    for path in paths:
        path.read_bytes()  # the page cache is equally warm for all
    return (
        stages.everything(paths, cores),
        peers.best_of_sharp(paths, "one", cores),
        peers.best_of_sharp(paths, "two", cores),
    )


def report(ways: list[list[Rate]]) -> None:
    """Median rate of each way, and Lumina's ratio to it."""
    ours = statistics.median(rate.per_second for rate in ways[0])
    for rates in ways:
        median = statistics.median(rate.per_second for rate in rates)
        cpu = statistics.median(rate.cpu_ms for rate in rates)
        print(f"{median:7.1f} images/s {cpu:6.1f} ms of processor each; Lumina is at {ours / median:.2f} x", end="  ")
        print(f"{rates[-1].name}, failed {rates[-1].failed}")


if __name__ == "__main__":
    main()
