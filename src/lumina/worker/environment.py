"""What has to stand in the environment of a process that decodes."""

from __future__ import annotations

DECODERS = {
    "MALLOC_ARENA_MAX": "2",
    "VIPS_CONCURRENCY": "1",
    "VIPS_BLOCK_UNTRUSTED": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Read when the process starts. Parallelism comes from processes; more threads or arenas in each only cost memory."""
