"""Limits on what one image may cost its worker process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End this process by SIGALRM when the block takes longer.

    A decoder that hangs in C code never returns to Python, so no exception could stop it. The death is seen by the
    worker, which gives the batch back with a strike; the third one sets the image aside. Does nothing where the
    platform has no interval timers, nor in a thread beside the main one, which no signal reaches: short runs scan, plan
    and fetch there, and decode nothing.
    """
    if not hasattr(signal, "setitimer") or seconds <= 0 or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def limit_memory(megabytes: int) -> None:
    """Cap this process's address space, so that a bomb becomes a MemoryError rather than a dead machine."""
    try:
        import resource
    except ImportError:
        return
    limit = megabytes << 20
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


@contextmanager
def without_memory_limit() -> Iterator[None]:
    """Lift the cap meanwhile: for what maps files of many gigabytes, and whose own needs are small and known."""
    try:
        import resource
    except ImportError:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
