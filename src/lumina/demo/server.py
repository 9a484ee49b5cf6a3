"""Runs a marketplace on a free port of this machine."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lumina.demo.app import create
from lumina.demo.gate import TRANSPORT
from lumina.demo.marketplace import Marketplace


class _Resettable(HttpToolsProtocol):
    """Hands the connection to the application, so that it can be reset."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        given: Any = self.scope
        given.setdefault("extensions", {})[TRANSPORT] = self._reset

    def _reset(self) -> None:
        """A reset instead of a polite end: the peer gets `ECONNRESET`."""
        bare: Any = self.transport.get_extra_info("socket")
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Server:
    """A marketplace that answers, in a thread of this process.

    Args:
        market: what it answers for. port: of 127.0.0.1; 0 takes a free one.

    Attributes:
        url: `http://127.0.0.1:PORT`, both of the API (`url + "/v3/application"`) and of the images.
        host: `127.0.0.1:PORT`.
    """

    def __init__(self, market: Marketplace, port: int = 0) -> None:
        self.market = market
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # headers and body are two writes
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                create(market),
                http=_Resettable,
                lifespan="off",
                log_config=None,
                log_level="critical",  # what goes wrong is meant to
                access_log=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=1,
                backlog=1024,
            )
        )
        self._thread = threading.Thread(target=self._run, name="marketplace", daemon=True)

    def start(self) -> Server:
        """Returns when it answers."""
        self._socket.listen(1024)  # connections wait in the kernel until the thread is there
        self._thread.start()
        return self

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def close(self) -> None:
        """Ends it; requests that are under way are given a second."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()


@contextmanager
def serving(market: Marketplace, port: int = 0) -> Iterator[Server]:
    """A marketplace that answers as long as the block runs."""
    server = Server(market, port).start()
    try:
        yield server
    finally:
        server.close()
