"""`make test`: Vitest, then pytest, whose summary is the last line. Both run, whatever the first one says.

Usage: `python -m scripts.run_tests MARKS [PYTEST ARGUMENT]...`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

LONGEST = 2400
"""Seconds for the whole suite: each test has a limit of its own, this one is for what no test's limit covers."""
MEMORY = Path("/dev/shm")  # noqa: S108  # what is made in it is private
"""Linux keeps the files in it in memory."""
ROOM = 4 << 30
"""Bytes that have to be free there and in memory; what a run keeps at one time was seen to be below 1 GiB."""
MOST_WORKERS = 8
WEB = Path(__file__).parent.parent / "web"


def main(marks: str, more: Sequence[str]) -> int:
    """Exit status: 0 where both passed."""
    web = run(["npm", "run", "--silent", "test"], WEB)
    # A test that exceeds its limit takes its process along; of xdist's schedulers, worksteal goes on after that.
    parallel = ["-n", str(workers()), "--dist", "worksteal"]
    brief = ["-o", "tmp_path_retention_policy=failed"]
    with temporary_folder() as folder:
        command = [sys.executable, "-m", "pytest", "-m", marks, *parallel, *brief, *more]
        python = run(command, WEB.parent, TMPDIR=str(folder))
    return int(not web or not python)


def workers() -> int:
    """One more than there are cores: tests of processes wait for a third of their time."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """For all that the tests write; in memory where there is room.

    They make hundreds of databases of a thousand files each, and every one of those files is synced on a disk.
    """
    if not has_room(MEMORY):
        yield Path(tempfile.gettempdir())
        return
    with tempfile.TemporaryDirectory(prefix="lumina-", dir=MEMORY, ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)  # PostgreSQL, which does not run as root, may pass
        yield Path(made)


def has_room(folder: Path) -> bool:
    """True where it can be written, and neither it nor the memory behind it will run full."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    return min(psutil.disk_usage(str(folder)).free, psutil.virtual_memory().available) >= ROOM


def run(command: Sequence[str], folder: Path, **environment: str) -> bool:
    """True where the command ended well and in time."""
    quiet = {} if sys.stdout.isatty() else {"NO_COLOR": "1"}
    everything = {**os.environ, **quiet, **environment}
    try:
        done = subprocess.run(command, cwd=folder, env=everything, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        print(f"stopped after {LONGEST} s: {' '.join(command)}", file=sys.stderr)
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
