"""Which PostgreSQL processes belong to a data folder, and how to end them."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import psutil

NAME = "postgres"


def running(data: Path, pid_file: Path) -> int | None:
    """Pid of the live postmaster of `data`; None where the file is missing, empty, stale or names something else."""
    pid = _pid(pid_file)
    return pid if pid is not None and _works_in(pid, data) else None


def processes(data: Path) -> list[int]:
    """Pids of all PostgreSQL processes that work in `data`: a postmaster, or backends that outlived theirs."""
    return [process.pid for process in psutil.process_iter(["name"]) if _is_postgres(process, data)]


def end(pids: Iterable[int], *signals: tuple[signal.Signals, float]) -> bool:
    """Send each signal in turn and give its seconds to take effect.

    Returns:
        True once none of the processes is left.
    """
    left = list(pids)
    for number, seconds in signals:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        left = _survivors(left, seconds)
    return not left


def _survivors(pids: Sequence[int], seconds: float) -> list[int]:
    wait_until(lambda: not _alive(pids), seconds)
    return _alive(pids)


def wait_until(condition: Callable[[], bool], seconds: float, *, pause: float = 0.01) -> bool:
    """Look again and again until `condition` holds or the time is over."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True


def _alive(pids: Iterable[int]) -> list[int]:
    return [pid for pid in pids if _lives(pid)]


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _pid(pid_file: Path) -> int | None:
    try:
        return abs(int(pid_file.read_text().split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def _works_in(pid: int, data: Path) -> bool:
    try:
        return _is_postgres(psutil.Process(pid), data)
    except psutil.Error:
        return False


def _is_postgres(process: psutil.Process, data: Path) -> bool:
    try:
        return (
            process.name() == NAME
            and process.status() != psutil.STATUS_ZOMBIE
            and Path(process.cwd()).resolve() == data.resolve()
        )
    except (psutil.Error, OSError):
        return False
