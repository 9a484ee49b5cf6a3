"""The loop in which downloads run, and the connections that it keeps open."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from lumina.remote.images.addresses import Guard, Resolver
from lumina.remote.images.asking import Asker
from lumina.remote.images.hosts import Hosts
from lumina.remote.images.limits import Limits
from lumina.remote.images.proxies import Proxies
from lumina.remote.images.writer import Writer

Value = TypeVar("Value")
DNS_SECONDS = 300
HEADERS = {"User-Agent": "lumina", "Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"}


class Connections:
    """The loop of one process, its connections and its threads for the disk.

    Attributes:
        writer: puts files into their places.
        pid: of the process that it belongs to; a fork needs its own.
        swept: folders in which left-overs have been looked for.
    """

    def __init__(self, limits: Limits) -> None:
        self.pid, self._limits = os.getpid(), limits
        self.swept: set[Path] = set()
        self._hosts = Hosts(limits.parallel, limits.told)
        self._askers: dict[tuple[str, ...], tuple[ClientSession, Asker]] = {}
        self._loop = _new_loop()
        self.writer = Writer(self._loop)
        self._thread = threading.Thread(target=self._loop.run_forever, name="downloads", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def run(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Run it in the loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def on_disk(self, work: Callable[..., Value], *arguments: object) -> Value:
        """Run it in a thread, where it may wait for the disk."""
        return await self._loop.run_in_executor(None, partial(work, *arguments))

    def asker(self, places: tuple[str, ...]) -> Asker:
        """Who asks for images of a marketplace that names these places; connections are not shared with others'."""
        if places not in self._askers:
            own, proxies = Guard(places), Proxies()
            guard = Guard((*places, *proxies.places))
            resolver = Resolver(guard)
            connector = TCPConnector(
                limit=0,
                resolver=resolver,
                ttl_dns_cache=DNS_SECONDS,
                socket_factory=guard.socket,
                keepalive_timeout=60,
            )
            session = ClientSession(
                connector=connector,
                timeout=ClientTimeout(total=None, sock_connect=self._limits.connect, sock_read=self._limits.stall),
                headers=HEADERS,
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=1 << 18,
            )
            self._askers[places] = session, Asker(session, own, resolver, proxies, self._hosts)
        return self._askers[places][1]

    def close(self) -> None:
        """Close all connections and end the loop; in the process that has opened them alone."""
        atexit.unregister(self.close)
        if os.getpid() != self.pid or self._loop.is_closed():
            return
        self.run(self._close())
        self.writer.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        with suppress(RuntimeError):
            self._loop.close()

    async def _close(self) -> None:
        for session, _ in self._askers.values():
            await session.close()


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
