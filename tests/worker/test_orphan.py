"""A worker's child never outlives it."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.integration

WATCHING = (
    "import os; from lumina.worker import orphan; orphan.LOOK_SECONDS = 0.05; "
    "print(os.getpid(), flush=True); orphan.watch(os.getppid())"
)
ASKING = (
    "import os, time; from lumina.worker import orphan; orphan.LOOK_SECONDS = 0.05; "
    "orphan.end_with_parent(os.getppid()); print(os.getpid(), flush=True); time.sleep(600)"
)


def ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("program", [WATCHING, ASKING])
def test_a_child_whose_parent_is_killed_ends(program: str) -> None:
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {program!r}]).wait()"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as middle:
        assert middle.stdout is not None
        child = psutil.Process(int(middle.stdout.readline()))
        time.sleep(0.3)
        assert not ended(child)
        middle.kill()
    until = time.monotonic() + 10
    while not ended(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert ended(child)
