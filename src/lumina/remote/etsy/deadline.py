"""One end for a whole request: looking up the name, connecting, and every byte that comes or goes.

Timeouts of HTTP clients begin anew with each byte, so that a server which trickles holds its request for as long as it
likes. Here each step of a connection is given what is left until the end, whoever takes the step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import httpx

_end: ContextVar[float | None] = ContextVar("end", default=None)
"""Of the request that this thread has under way, on the monotonic clock."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Requests of this thread in the block end after so many seconds; `httpx.TimeoutException` says so."""
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def keep(client: httpx.Client) -> None:
    """Let the requests of a client end in time.

    httpx takes no word on how connections are made, so it is said to the pools that it has made, for itself and for
    each proxy; they ask a backend for connections.
    """
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            pool: Any = transport._pool
            pool._network_backend = _Backend(pool._network_backend)


class _Backend:
    """Makes connections whose every step ends in time."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def connect_tcp(self, *given: Any, **named: Any) -> _Stream:
        """In a thread of its own: looking up a name cannot be ended otherwise."""
        return _Stream(_in_time(lambda: self._inner.connect_tcp(*given, **named)))

    def sleep(self, seconds: float) -> None:
        """Between tries to connect."""
        self._inner.sleep(seconds)


class _Stream:
    """A connection; whatever is done with it takes no longer than is left. Timeouts in seconds."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes, at most so many."""
        found: bytes = self._inner.read(max_bytes, _left(timeout))
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of these bytes."""
        self._inner.write(buffer, _left(timeout))

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        """The same connection, encrypted from now on."""
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        """What is known of it."""
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        """Close it."""
        self._inner.close()


def _left(timeout: float | None = None) -> float | None:
    """Seconds that the next step may take; None: as long as it likes."""
    if (end := _end.get()) is None:
        return timeout
    left = end - time.monotonic()
    if left <= 0:
        raise httpx.ReadTimeout("The request takes too long.")
    return left if timeout is None else min(timeout, left)


def _in_time(connect: Callable[[], Any]) -> Any:
    """What this gives; a connection that comes too late is closed as soon as it is there."""
    made: Future[Any] = Future()

    def run() -> None:
        try:
            made.set_result(connect())
        except Exception as error:  # noqa: BLE001  # it is raised where it is waited for
            made.set_exception(error)

    left = _left()  # where nothing is left, no connection is begun that nobody would close
    threading.Thread(target=run, name="connecting", daemon=True).start()
    try:
        return made.result(left)
    except TimeoutError:
        made.add_done_callback(_close)
        raise httpx.ConnectTimeout("Connecting takes too long.") from None


def _close(made: Future[Any]) -> None:
    with suppress(Exception):
        made.result().close()
