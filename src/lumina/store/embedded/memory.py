"""How much memory the embedded PostgreSQL may keep pages in."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil

SHARE = 8
"""One part in so many of the machine's memory."""
LEAST, MOST = 256, 4096
"""MiB. An index of a million vectors takes 1.4 GB: searching it is three times as fast where it is not copied from the
kernel's cache page by page. What is never looked at takes nothing."""
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where a container's limit stands, by the version of Linux's control groups."""


def shared_buffers(bytes_there: int | None = None) -> str:
    """The setting of that name: an eighth of the memory that this machine or its container has.

    Args:
        bytes_there: instead of what is found.
    """
    there = _bytes_there() if bytes_there is None else bytes_there
    return f"{min(max(there // SHARE >> 20, LEAST), MOST)}MB"


def _bytes_there() -> int:
    found = [int(psutil.virtual_memory().total)]
    for path in _LIMITS:
        with suppress(OSError, ValueError):  # none, or "max"
            found.append(int(path.read_text(encoding="ascii")))
    return min(found)
