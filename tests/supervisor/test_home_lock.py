"""One supervisor per home."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lumina.errors import AlreadyRunning, Unavailable
from lumina.supervisor.home import HomeLock, Running

pytestmark = [pytest.mark.integration, pytest.mark.skipif(sys.platform == "win32", reason="the server needs POSIX")]

ME = Running(4711, "0.1.0", "http://127.0.0.1:1")


def test_a_second_one_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    first, second = HomeLock(tmp_path), HomeLock(tmp_path)
    first.acquire(ME)
    with pytest.raises(AlreadyRunning, match=r"4711, http://127\.0\.0\.1:1"):
        second.acquire(ME)
    with pytest.raises(AlreadyRunning):
        second.check_free()
    assert second.running() == ME
    assert AlreadyRunning.exit_code == 2
    first.release()
    assert second.running() is None
    second.acquire(ME)
    second.release()


def test_releasing_what_was_never_held_leaves_the_holder_alone(tmp_path: Path) -> None:
    first, second = HomeLock(tmp_path), HomeLock(tmp_path)
    first.acquire(ME)
    second.release()
    assert second.running() == ME
    first.release()


def test_one_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from lumina.supervisor.home import HomeLock, Running\n"
        "HomeLock(Path(sys.argv[1])).acquire(Running(os.getpid(), '', '')); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == -9
    lock = HomeLock(tmp_path)
    assert lock.running() is None
    lock.acquire(ME)
    lock.release()


def test_a_broken_note_hides_nobody(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.acquire(ME)
    (tmp_path / "run" / "supervisor.json").write_text("{")
    assert HomeLock(tmp_path).running() == Running(0, "", "")
    with pytest.raises(AlreadyRunning, match="already runs"):
        HomeLock(tmp_path).acquire(ME)
    first.release()


def test_a_home_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="file cannot be written"):
        HomeLock(tmp_path / "file").acquire(ME)
