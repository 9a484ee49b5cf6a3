"""Where the kernel does not end a child with its parent, the child does."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.integration

CHILD = (
    "import os; from lumina.cli import parent; parent.LOOK_SECONDS = 0.05; "
    "print(os.getpid(), flush=True); parent.watch(os.getppid())"
)
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {CHILD!r}], start_new_session=True).wait()"


def ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_child_whose_parent_is_killed_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as middle:
        assert middle.stdout is not None
        child = psutil.Process(int(middle.stdout.readline()))
        time.sleep(0.3)
        assert not ended(child)
        middle.kill()
    until = time.monotonic() + 10
    while not ended(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert ended(child)
