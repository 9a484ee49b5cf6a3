"""Why a worker process died, in words."""

from __future__ import annotations

import pytest
from billiard.exceptions import WorkerLostError

from lumina.worker.request import cause_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Worker exited prematurely: signal 14 (SIGALRM) Job: 3.", "timeout"),
        ("Worker exited prematurely: signal 9 (SIGKILL) Job: 3.", "killed"),
        ("Worker exited prematurely: signal 11 (SIGSEGV) Job: 3.", "crashed"),
        ("Worker exited prematurely: exitcode 70 Job: 3.", "crashed"),
    ],
)
def test_the_cause_is_read_from_the_signal(message: str, code: str) -> None:
    found, reason = cause_of(WorkerLostError(message))
    assert found == code
    assert reason.endswith((".", ")."))
