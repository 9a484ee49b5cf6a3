"""Server-sent events: what `services.events` tells, as text/event-stream."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator

from pydantic import BaseModel

from lumina.api.schemas.events import CatalogChanged, CoverageChanged, CurationChanged, Published
from lumina.api.schemas.jobs import Job
from lumina.services import events
from lumina.services.progress import JobView

HEARTBEAT = 15.0
"""Seconds of silence after which a heartbeat is sent."""
_CHECK = 0.25
"""Seconds until a stream notices that the server is told to stop."""


class Inbox:
    """Events on their way to one listener.

    A newer one about the same thing replaces the older: a slow listener costs no memory and misses no final state.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[tuple[str, object], BaseModel] = {}
        self._filled = asyncio.Event()

    def put(self, event: events.Event) -> None:
        """From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: events.Event) -> None:
        name, about, body = _said(event)
        self._waiting[name, about] = body
        self._filled.set()

    async def take(self, seconds: float) -> list[tuple[str, BaseModel]]:
        """What has come, waiting at most so long for something."""
        try:
            await asyncio.wait_for(self._filled.wait(), seconds)
        except TimeoutError:
            return []
        taken = [(name, body) for (name, _), body in self._waiting.items()]
        self._waiting.clear()
        self._filled.clear()
        return taken


def _said(event: events.Event) -> tuple[str, object, BaseModel]:
    if isinstance(event, JobView):
        return "job", event.id, Job.model_validate(event)
    if isinstance(event, events.CatalogChanged):
        return "catalog", event.catalog_id, CatalogChanged.model_validate(event)
    if isinstance(event, events.CurationChanged):
        return "curation", event.catalog_id, CurationChanged.model_validate(event)
    if isinstance(event, events.Published):
        return "published", (event.catalog_id, event.kind), Published.model_validate(event)
    return "coverage", event.catalog_id, CoverageChanged.model_validate(event)


async def stream(
    source: events.Events, closing: threading.Event, *, heartbeat: float = HEARTBEAT
) -> AsyncIterator[str]:
    """The text of one listener's stream; ends when the server closes (the listener's own going cancels it)."""
    inbox = Inbox()
    unsubscribe = source.subscribe(inbox.put)
    try:
        yield "retry: 2000\n" + text("heartbeat", "{}")
        quiet_since = time.monotonic()
        while not closing.is_set():
            for name, body in await inbox.take(_CHECK):
                yield text(name, body.model_dump_json())
                quiet_since = time.monotonic()
            if time.monotonic() - quiet_since >= heartbeat:
                yield text("heartbeat", "{}")
                quiet_since = time.monotonic()
    finally:
        unsubscribe()


def text(name: str, data: str) -> str:
    """One event; JSON has no line breaks of its own."""
    return f"event: {name}\ndata: {data}\n\n"
