"""End with the parent process, however that ends.

A pool's children would wait for ever on a lock that a killed sibling held; nothing else tells them that all is over.
The kernel's death signal will not do for them: it comes when the parent's *thread* ends that has forked the child, and
a pool's threads end while its children still hand back their work.
"""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_SECONDS = 1.0


def end_with_parent(parent: int) -> None:
    """From now on this process ends when process `parent`, which has started it, has ended."""
    threading.Thread(target=watch, args=(parent,), name="parent", daemon=True).start()


def watch(parent: int) -> None:
    """Returns never: kills this process once its parent is another."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
