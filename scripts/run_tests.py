"""`make test`: Vitest, then pytest, whose summary is the last line. Both run, whatever the first one says.

Usage: `python -m scripts.run_tests MARKS [PYTEST ARGUMENT]...`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LONGEST = 2400
"""Seconds for the whole suite: each test has a limit of its own, this one is for what no test's limit covers."""
WEB = Path(__file__).parent.parent / "web"


def main(marks: str, more: Sequence[str]) -> int:
    """Exit status: 0 where both passed."""
    web = run(["npm", "run", "--silent", "test"], WEB)
    # A test that exceeds its limit takes its process along; of xdist's schedulers, worksteal goes on after that.
    parallel = ["-n", "2", "--dist", "worksteal"]
    coverage = ["--cov", "--cov-report=term:skip-covered"]
    python = run([sys.executable, "-m", "pytest", "-m", marks, *parallel, *coverage, *more], WEB.parent)
    return int(not web or not python)


def run(command: Sequence[str], folder: Path) -> bool:
    """True where the command ended well and in time."""
    quiet = {} if sys.stdout.isatty() else {"NO_COLOR": "1"}
    try:
        done = subprocess.run(command, cwd=folder, env={**os.environ, **quiet}, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        print(f"stopped after {LONGEST} s: {' '.join(command)}", file=sys.stderr)
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
