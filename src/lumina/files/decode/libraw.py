"""The one door to LibRaw, configured before it loads: one thread, since the pool of workers is the parallelism."""

from __future__ import annotations

import os
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
# It warns of OpenMP's threads after a fork; with one thread there are none.
warnings.filterwarnings("ignore", "rawpy is being used in a process created by multiprocessing", RuntimeWarning)

import rawpy  # noqa: E402 - the environment is read while it loads

__all__ = ["rawpy"]
