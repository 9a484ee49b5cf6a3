"""Sending wake-ups."""

from __future__ import annotations

import threading
from collections.abc import Collection

from celery import Celery

from lumina.broker.app import TASK, Broker, create_app, queue_name
from lumina.domain.stage import Lane
from lumina.errors import Unavailable


class CelerySender:
    """Sends through Celery; one connection, opened at the first message and again after a failure.

    Safe to share between threads, not across a fork: a child builds its own.
    """

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._app: Celery | None = None
        self._lock = threading.Lock()

    def send(self, lane: Lane, batch_ids: Collection[int]) -> None:
        """One message per batch.

        Raises:
            Unavailable: the broker does not answer; some messages may have gone out, which does no harm.
        """
        with self._lock:
            try:
                for batch_id in batch_ids:
                    self._connected().send_task(TASK, args=[batch_id], queue=queue_name(lane), ignore_result=True)
            except Exception as error:  # every transport has errors of its own
                self._drop()
                raise Unavailable(f"The broker does not take messages: {error}") from error

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _connected(self) -> Celery:
        if self._app is None:
            self._app = create_app(self.broker, listens=False)
        return self._app

    def _drop(self) -> None:
        if self._app is not None:
            self._app.close()
            self._app = None
