"""What a worker does when one of its processes dies in the middle of a batch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from billiard.einfo import ExceptionInfo
from billiard.exceptions import WorkerLostError
from celery.app.task import Task
from celery.worker.request import Request

_CAUSES = {
    "SIGALRM": ("timeout", "It took longer than one file may (setting item_seconds)."),
    "SIGKILL": ("killed", "The process that read it was killed, most likely because memory ran out."),
    "SIGSEGV": ("crashed", "The decoder crashed on it (segmentation fault)."),
    "SIGABRT": ("crashed", "The decoder gave up on it (abort)."),
    "SIGBUS": ("crashed", "The decoder crashed on it (bus error)."),
}


def cause_of(error: BaseException) -> tuple[str, str]:
    """Code and sentence for the death of a worker process, from billiard's message."""
    found = re.search(r"\b(SIG[A-Z]+)\b", str(error))
    if found and found[1] in _CAUSES:
        return _CAUSES[found[1]]
    return ("crashed", f"The process that read it ended unexpectedly ({found[1] if found else error}).")


class BatchRequest(Request):
    """Gives a dead process's batch back at once instead of waiting for its lease to run out."""

    def on_failure(self, exc_info: ExceptionInfo, send_failed_event: bool = True, return_ok: bool = False) -> Any:
        """Celery's hook in the main process."""
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        if isinstance(error, (WorkerLostError, SystemExit)) and self.worker_pid:
            BatchTask.on_lost(self.worker_pid, *cause_of(error))
        return super().on_failure(exc_info, send_failed_event=send_failed_event, return_ok=return_ok)


class BatchTask(Task):
    """The one task; `on_lost(pid, code, reason)` is set by the worker's main process."""

    Request = "lumina.worker.request:BatchRequest"
    on_lost: ClassVar[Callable[[int, str, str], None]] = staticmethod(lambda _pid, _code, _reason: None)
