"""End with the parent process, however that ends.

A pool's children would wait for ever on a lock that a killed sibling held; nothing else tells them that all is over.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

LOOK_SECONDS = 1.0
PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """From now on this process ends when process `parent`, which has started it, has ended.

    On Linux the kernel sees to it (for the parent's thread that has forked us), elsewhere a thread looks.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    else:
        threading.Thread(target=watch, args=(parent,), name="parent", daemon=True).start()


def watch(parent: int) -> None:
    """Returns never: kills this process once its parent is another."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
