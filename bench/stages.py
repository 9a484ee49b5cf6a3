"""The bare stage functions in a pool of processes: no database, no queue, no ledger."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.pool import Pool
from pathlib import Path

from bench.peers import Rate
from lumina.bootstrap import stages
from lumina.domain.stage import Failure
from lumina.domain.values import MediaKind
from lumina.engine.registry import AnyStage
from lumina.files.derived import DerivedStore
from lumina.files.picture import MasterPicture
from lumina.inference.models import Models
from lumina.worker.environment import DECODERS

MAX_PIXELS = 500_000_000
_stages: tuple[AnyStage, ...] = ()


def everything(paths: Sequence[Path], processes: int) -> Rate:
    """Checksum, metadata, proxy, thumbnail, hashes and measures of every file, derived files written and synced."""
    out = Path(tempfile.mkdtemp(prefix="lumina-bench-"))
    os.environ.update(DECODERS)  # must stand before the processes start
    try:
        with multiprocessing.get_context("spawn").Pool(processes, _prepare, (out,)) as pool:
            _warm(pool, processes, paths[0])
            start = time.perf_counter()
            outcomes = list(pool.imap_unordered(_one, paths, chunksize=4))
            seconds = time.perf_counter() - start
    finally:
        shutil.rmtree(out)
    failed = sum(outcome for outcome, _ in outcomes)
    cpu = sum(used for _, used in outcomes)
    return Rate(f"Lumina, everything ({processes} processes)", len(paths) / seconds, 1000 * cpu / len(paths), failed)


def _prepare(out: Path) -> None:
    global _stages
    everything = stages(DerivedStore(out), Models(out / "models"))
    _stages = tuple(stage for stage in everything if not stage.needs)


def _warm(pool: Pool, processes: int, path: Path) -> None:
    """Load libraries in every process before the clock runs, as sharp does."""
    pool.map(_one, [path] * processes * 2, chunksize=2)


def _one(path: Path) -> tuple[bool, float]:
    """Whether any stage failed, and the processor time used, in seconds."""
    start = time.process_time()
    picture = MasterPicture(0, path, kind=MediaKind.PHOTO, max_pixels=MAX_PIXELS)
    failed = [stage for stage in _stages if isinstance(stage.run([picture])[0], Failure)]
    return bool(failed), time.process_time() - start
