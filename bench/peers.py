"""sharp, as other catalogs use it, on the same files."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

FOLDER = Path(__file__).parent / "sharp"


@dataclass(frozen=True, slots=True)
class Rate:
    """One way of doing it: images per second, and processor time per image, which other programs disturb less."""

    name: str
    per_second: float
    cpu_ms: float
    failed: int


def prepare() -> None:
    """Install sharp as `bench/sharp/package-lock.json` says."""
    if not (FOLDER / "node_modules" / "sharp").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=FOLDER, check=True)


def best_of_sharp(paths: Sequence[Path], mode: str, cores: int) -> Rate:
    """sharp's best rate over images in parallel and threads per image; `mode` is `one` or `two` decodes."""
    rates = [sharp(paths, mode, parallel, threads) for parallel, threads in product((cores, 2 * cores), (1, cores))]
    return max(rates, key=lambda rate: rate.per_second)


def sharp(paths: Sequence[Path], mode: str, parallel: int, threads: int) -> Rate:
    """One run of sharp."""
    out = Path(tempfile.mkdtemp(prefix="lumina-bench-"))
    names = "\n".join(str(path.resolve()) for path in paths) + "\n"
    command = ["node", "ingest.mjs", mode, str(parallel), str(threads), str(out)]
    try:
        answer = subprocess.run(command, cwd=FOLDER, input=names, capture_output=True, text=True, check=True).stdout
    finally:
        shutil.rmtree(out)
    report = json.loads(answer)
    name = f"sharp, {mode} decode{'s' * (mode == 'two')} ({parallel} in parallel, {threads} threads each)"
    count = report["images"]
    return Rate(name, count / report["seconds"], 1000 * report["cpu"] / count, report["failed"])
