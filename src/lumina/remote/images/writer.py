"""A thread that puts files into their places, as many at once as have come meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from lumina.domain.market import Downloaded
from lumina.domain.picture import PictureError
from lumina.remote.images.lasting import Lasting
from lumina.remote.images.place import Arrived, put

Outcome = Downloaded | PictureError
MOST = 64
"""Files that are put into their places at once."""
WAITING_BYTES = 64_000_000
"""Downloads wait while so much has not been written."""


class Writer:
    """Takes files from a loop, and tells it what became of them.

    Args:
        loop: in which `write` is called.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._lasting = loop, Lasting()
        self._queue: SimpleQueue[tuple[Arrived, asyncio.Future[Outcome]] | None] = SimpleQueue()
        self._bytes, self._lighter = 0, asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="downloads-disk", daemon=True)
        self._thread.start()

    async def write(self, arrived: Arrived) -> asyncio.Future[Outcome]:
        """Hand a file over; what is returned has its outcome once it is in its place."""
        while self._bytes > WAITING_BYTES:
            self._lighter.clear()
            await self._lighter.wait()
        self._bytes += len(arrived.data)
        done: asyncio.Future[Outcome] = self._loop.create_future()
        self._queue.put((arrived, done))
        return done

    def close(self) -> None:
        """Ends when what was handed over is in its place."""
        self._queue.put(None)
        self._thread.join(5)
        self._lasting.close()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            taken, over = [first], False
            while len(taken) < MOST:
                try:
                    more = self._queue.get_nowait()
                except Empty:
                    break
                if more is None:
                    over = True
                    break
                taken.append(more)
            outcomes = self._put([arrived for arrived, _ in taken])
            self._loop.call_soon_threadsafe(self._tell, taken, outcomes)
            if over:
                return

    def _tell(self, taken: Sequence[tuple[Arrived, asyncio.Future[Outcome]]], outcomes: Sequence[Outcome]) -> None:
        for (arrived, done), outcome in zip(taken, outcomes, strict=True):
            self._bytes -= len(arrived.data)
            if not done.done():
                done.set_result(outcome)
        self._lighter.set()

    def _put(self, arrived: Sequence[Arrived]) -> Sequence[Outcome]:
        """Whatever goes wrong, the thread lives on and everybody hears of it."""
        try:
            return put(arrived, self._lasting)
        except Exception as error:  # noqa: BLE001
            return [PictureError("unwritable", f"{type(error).__name__}: {error}", retryable=True)] * len(arrived)
