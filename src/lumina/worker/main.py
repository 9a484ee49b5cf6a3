"""A worker process: Celery's main process, and its children that run the engine."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psutil
import structlog
from celery import signals
from celery.platforms import SecurityWarning
from celery.worker import state

from lumina.bootstrap import App, Settings, build
from lumina.broker.app import TASK, create_app, queue_name
from lumina.domain.stage import Lane
from lumina.engine.guard import limit_memory
from lumina.errors import LuminaError
from lumina.store.ledger import Worker
from lumina.worker import environment
from lumina.worker.orphan import end_with_parent
from lumina.worker.request import BatchTask

log = structlog.get_logger()


class _Child:
    """State of one worker child: its own engine and connections, and whether it was told to stop."""

    def __init__(self) -> None:
        self.app: App | None = None
        self.stopping = False

    def stop(self, *_: object) -> None:
        self.stopping = True


_child = _Child()


def run(settings: Settings, lanes: Sequence[Lane], slots: int, build: Callable[..., App] = build) -> int:
    """Work on these lanes until SIGTERM or SIGINT; returns the exit code.

    Args:
        settings: as for `lumina.bootstrap.build`.
        lanes: whose batches to take.
        slots: worker children.
        build: makes each process's `App`.

    Raises:
        VersionMismatch: this worker's version or schema is not the server's.
    """
    environment.ensure()
    # In a container root is all there is, and the messages are JSON that names a batch, nothing more.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app = build(settings, pool_size=0)
    app.admit_worker(lanes, slots)
    BatchTask.on_lost = staticmethod(_release(app))
    celery = create_app(app.broker, listens=True)
    celery.task(name=TASK, bind=True, base=BatchTask)(_run_batch)
    _connect_signals(settings, lanes, build)
    worker = celery.Worker(
        concurrency=slots,
        pool="prefork",
        queues=[queue_name(lane) for lane in lanes],
        hostname=f"{'-'.join(lanes)}@{settings.node}",
        loglevel="WARNING",
        optimization="fair",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _release(app: App) -> Callable[[int, str, str], None]:
    def release(pid: int, code: str, reason: str) -> None:
        try:
            app.leases.release_worker(app.settings.node, str(pid), code, reason)
        except LuminaError as error:
            log.warning("lease left to run out", worker=pid, reason=str(error))

    return release


def _run_batch(task: Any, batch_id: int) -> None:
    """The one task: a wake-up for a lane, naming the batch that was ready when it was sent."""
    # here rather than in the initialiser: the pool resets the handlers after that
    signal.signal(signal.SIGUSR2, _child.stop)
    app = _child.app
    assert app is not None, "a worker child runs its initialiser first"
    lane = Lane(str(task.request.delivery_info["routing_key"]).removeprefix(queue_name(Lane.IO)[: -len("io")]))
    worker = Worker(app.settings.node, f"{os.getppid()}/{os.getpid()}")
    app.engine.run_one(lane, batch_id, worker, lambda: _child.stopping)


def _connect_signals(settings: Settings, lanes: Sequence[Lane], build: Callable[..., App]) -> None:
    main_process = os.getpid()

    @signals.worker_process_init.connect(weak=False)
    def start_child(**_: object) -> None:
        end_with_parent(main_process)
        if Lane.GPU not in lanes:
            limit_memory(settings.worker_memory)
        _child.app = build(settings, pool_size=2)

    @signals.worker_shutting_down.connect(weak=False)
    def hurry(**_: object) -> None:
        """Idle: leave at once. Busy: let the children save what they have and hand back the rest."""
        children = psutil.Process().children()
        idle = not state.reserved_requests and not state.active_requests
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.send_signal(signal.SIGKILL if idle else signal.SIGUSR2)
        if idle:
            os._exit(0)
