"""One hand at a time on a model's folder. The kernel frees the lock when a process ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lumina.errors import Conflict

if sys.platform != "win32":  # where it can be imported, but no server runs
    import fcntl

PATIENCE = 0.5
"""Seconds: who asks whether a model is held holds it for an instant."""


@contextmanager
def held(home: Path, name: str) -> Iterator[None]:
    """Keep all others from changing a model's files during the block.

    Args:
        home: of all models.
        name: of the model.

    Raises:
        Conflict: somebody else is at it.
    """
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(_place(home, name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + PATIENCE
        while not _take(handle, exclusive=True):
            if time.monotonic() >= until:
                raise Conflict(f"Model {name} is being downloaded, imported or removed right now.")
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def is_held(home: Path, name: str) -> bool:
    """True while somebody, in any process of this machine, changes the model's files."""
    try:
        handle = os.open(_place(home, name), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _take(handle, exclusive=False)
    finally:
        os.close(handle)


def _take(handle: int, *, exclusive: bool) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _place(home: Path, name: str) -> Path:
    return home / f".{name}.lock"
