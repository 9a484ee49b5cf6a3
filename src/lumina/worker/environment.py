"""What has to stand in the environment of a process that decodes."""

from __future__ import annotations

import os
import sys

DECODERS = {
    "MALLOC_ARENA_MAX": "2",
    "VIPS_CONCURRENCY": "1",
    "VIPS_BLOCK_UNTRUSTED": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Read when the process starts. Parallelism comes from processes; more threads or arenas in each only cost memory."""


def ensure() -> None:
    """Start this process anew where something is missing; to be called before anything large is imported."""
    missing = {name: value for name, value in DECODERS.items() if name not in os.environ}
    if missing:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **missing})  # noqa: S606
