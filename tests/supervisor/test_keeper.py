"""The keeper with real, tiny processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from lumina.services.killfiles import KillFiles
from lumina.supervisor.budget import RestartPolicy
from lumina.supervisor.child import Child, ChildSpec, ChildState
from lumina.supervisor.keeper import Event, Keeper

pytestmark = pytest.mark.integration

SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
QUICK = RestartPolicy(crashes=5, window=60, first=0.02, longest=0.1)


class Home:
    """A home with a keeper in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self.crashed: list[str] = []
        self.kills = KillFiles(folder)
        self.keeper = Keeper([], self.kills, self.events.append, self.crashed.append)

    def child(self, name: str, program: str, **more: object) -> Child:
        spec = ChildSpec(name, (sys.executable, "-c", program), holds=(name,), **more)  # type: ignore[arg-type]
        child = Child(spec, self.folder / "logs", QUICK)
        self.keeper.children.append(child)
        return child

    def run_until(self, condition: Callable[[], bool], seconds: float = 15) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, [event.text for event in self.events]
            self.keeper.tick(time.monotonic())
            time.sleep(0.01)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.keeper.stop(0)


def log_of(home: Home, name: str) -> str:
    path = home.folder / "logs" / f"{name}.log"
    return path.read_text() if path.exists() else ""


def test_a_killed_child_is_started_again(home: Home) -> None:
    child = home.child("a", SLEEP)
    home.keeper.start()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    home.run_until(lambda: child.starts == 2 and child.pid is not None)
    assert child.pid != first
    assert home.crashed == ["a"]
    assert "SIGKILL" in home.events[0].text


def test_a_crash_loop_ends_and_says_why_while_others_live(home: Home) -> None:
    bad = home.child("bad", "print('no such model'); raise SystemExit(4)")
    good = home.child("good", SLEEP)
    home.keeper.start()
    home.run_until(lambda: bad.state is ChildState.GAVE_UP)
    assert bad.starts == 5
    assert len(home.crashed) == 5
    assert good.state is ChildState.RUNNING
    assert good.starts == 1
    last = home.events[-1]
    assert last.level == "error"
    assert "exit status 4 (no such model), 5 times within 60 s" in last.text
    home.keeper.tick(time.monotonic() + 1000)
    assert bad.starts == 5


def test_output_goes_to_the_childs_log(home: Home) -> None:
    home.child(
        "talker", "import sys; print('to out', flush=True); print('to err', file=sys.stderr, flush=True); " + SLEEP
    )
    home.keeper.start()
    home.run_until(lambda: log_of(home, "talker") == "to out\nto err\n")


def test_a_kill_file_stops_one_child_and_keeps_it_stopped(home: Home) -> None:
    held, other = home.child("cpu", SLEEP), home.child("io", SLEEP)
    home.keeper.start()
    home.kills.stop("cpu")
    home.run_until(lambda: held.state is ChildState.HELD)
    home.keeper.tick(time.monotonic() + 100)
    assert held.pid is None
    assert other.starts == 1
    assert other.pid is not None
    home.kills.clear()
    home.run_until(lambda: held.pid is not None)
    assert held.starts == 2


def test_a_child_held_from_the_beginning_is_never_started(home: Home) -> None:
    home.kills.stop("cpu")
    child = home.child("cpu", SLEEP)
    home.keeper.start()
    home.keeper.tick(time.monotonic())
    assert (child.starts, child.state) == (0, ChildState.HELD)


def test_stopping_kills_who_does_not_listen(home: Home) -> None:
    child = home.child("deaf", STUBBORN)
    home.keeper.start()
    home.run_until(lambda: "deaf" in log_of(home, "deaf"))
    pid = child.pid
    assert pid is not None
    began = time.monotonic()
    home.keeper.stop(0.5)
    assert 0.4 < time.monotonic() - began < 5
    assert not psutil.pid_exists(pid)
    assert "killed" in home.events[-1].text


def test_grandchildren_go_with_their_parent(home: Home) -> None:
    program = (
        "import subprocess, sys, time; "
        f"p = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print(p.pid, flush=True); time.sleep(600)"
    )
    child = home.child("parent", program)
    home.keeper.start()
    home.run_until(lambda: log_of(home, "parent").strip().isdigit())
    grandchild = int(log_of(home, "parent"))
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    home.run_until(lambda: child.starts == 2)
    home.run_until(lambda: not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == "zombie")


@pytest.mark.skipif(
    sys.platform != "linux", reason="the death signal is Linux's; elsewhere children watch their parent"
)
def test_nothing_survives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = f"""
import sys, time
from pathlib import Path
from lumina.services.killfiles import KillFiles
from lumina.supervisor.child import Child, ChildSpec
from lumina.supervisor.keeper import Keeper
home = Path({str(tmp_path)!r})
child = Child(ChildSpec("a", (sys.executable, "-c", {SLEEP!r})), home)
Keeper([child], KillFiles(home), print, print).start()
print(child.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        assert psutil.pid_exists(pid)
        supervisor.kill()
    until = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not psutil.pid_exists(pid)


def test_a_nice_child_yields(home: Home) -> None:
    child = home.child("gentle", "import os, time; print(os.nice(0), flush=True); time.sleep(600)", nice=7)
    home.keeper.start()
    home.run_until(lambda: log_of(home, "gentle") != "")
    assert int(log_of(home, "gentle")) == os.nice(0) + 7
    assert child.pid is not None
