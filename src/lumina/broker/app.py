"""The Celery application. Messages carry a batch's id and nothing else; all state is in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from celery import Celery
from kombu import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

from lumina.domain.stage import Lane

TASK = "lumina.run_batch"
TRANSPORT_ALIASES["pgmq"] = "lumina.broker.pgmq:PromptTransport"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where messages go.

    Attributes:
        url: `redis://...`, or empty for the queue inside PostgreSQL.
        dsn: that PostgreSQL in libpq's keyword form; values without spaces, since pgmq passes them on unquoted.
    """

    url: str
    dsn: str = ""

    @property
    def is_postgres(self) -> bool:
        """True where the messages live in the database."""
        return not self.url


def queue_name(lane: Lane) -> str:
    """Name of a lane's queue."""
    return f"lumina_{lane.value}"


def create_app(broker: Broker, *, listens: bool) -> Celery:
    """A Celery application without results, events or remote control.

    Args:
        broker: where the messages go.
        listens: whether this process consumes (then PostgreSQL's NOTIFY wakes it) or only sends.
    """
    app = Celery("lumina", set_as_current=False)
    exchange = Exchange("lumina", type="direct")
    app.conf.update(
        broker_url=broker.url or "pgmq://localhost",  # the address itself is in the options
        broker_transport_options=_options(broker, listens=listens),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=5,
        broker_pool_limit=2,
        task_queues=[Queue(queue_name(lane), exchange, routing_key=queue_name(lane)) for lane in Lane],
        task_default_queue=queue_name(Lane.IO),
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        result_backend=None,
        task_acks_late=False,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_lost_wait=0.5,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        enable_utc=True,
    )
    return app


def _options(broker: Broker, *, listens: bool) -> dict[str, Any]:
    if not broker.is_postgres:
        return {"socket_connect_timeout": 3, "socket_keepalive": True, "visibility_timeout": 3600, "max_retries": 1}
    return {
        "conn_string": broker.dsn,
        "init_extension": False,
        "wait_time_seconds": 0,
        "polling_interval": 2,
        "use_notify": listens,
        "notify_throttle_interval_ms": 0,
        "pool_size": 2,
        "pool_timeout": 2,
        "visibility_timeout": 600,
        "max_retries": 1,
        "interval_max": 1,
    }
