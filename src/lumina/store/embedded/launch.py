"""Start a process that ends with this one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from lumina.store.embedded.account import Account

LAUNCHER = Path(__file__).with_name("launcher.py")


def launch(
    command: Sequence[str],
    *,
    output: IO[bytes] | int,
    account: Account | None = None,
    death_signal: int = signal.SIGKILL,
    nice: int = 0,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, with its output appended to `output`.

    On Linux it gets `death_signal` when the calling **thread** ends (0: never), so call it from the main thread.
    """
    account = account or Account()
    settings = (os.getpid(), death_signal, account.uid, account.gid, account.capability, nice)
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, settings), *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd="/",
        env=None if environment is None else dict(environment),
    )
