"""From start to stop: build the parts, and let streams end at once when the server is told to stop."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

from fastapi import FastAPI

from lumina.api.context import Lumina
from lumina.api.security import check_binding
from lumina.bootstrap import build, load


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Builds what `create_app` was not handed, and closes what was built."""
    own = None
    if app.state.lumina is None:
        configuration = load()
        check_binding(configuration.settings.host)
        own = await asyncio.to_thread(build, configuration.settings)
        app.state.lumina = Lumina(own, configuration)
    with _signals(app.state.lumina.closing):
        yield
    await asyncio.to_thread(app.state.lumina.close)
    if own is not None:
        own.close()


@contextmanager
def _signals(closing: threading.Event) -> Iterator[None]:
    """The server waits for open streams when it is told to stop, so they must hear of it, too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        closing.set()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
