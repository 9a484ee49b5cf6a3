"""Politeness: how many requests a host gets at a time, and when it is left alone."""

from __future__ import annotations

import asyncio
import time
from asyncio import CancelledError, Future, get_running_loop
from collections import deque

from lumina.remote.patience import Passing

FIRST, LONGEST = 1.0, 300.0
"""Seconds for which a host is left alone that has had enough; they double each time."""


class Host:
    """One host, as all downloads of this process see it.

    It begins with as many requests at a time as are allowed. Each time that it says it has had enough it gets half as
    many and is left alone for a while; with each answer it gets a little more again.

    Args:
        name: of the host, for messages.
        most: requests at a time.
        told: seconds that a download waits for it; where it would take longer, the download is put off.
    """

    def __init__(self, name: str, most: int, told: float) -> None:
        self.name, self._most, self._told = name, most, told
        self._width = float(most)
        self._active, self._troubles, self._free_at = 0, 0, 0.0
        self._waiting: deque[Future[None]] = deque()

    @property
    def width(self) -> int:
        """Requests that it gets at a time just now."""
        return max(1, int(self._width))

    def turn(self) -> Turn:
        """Wait until it may be asked, and count as a request for as long as the block takes (`async with`).

        Raises:
            Passing: it wants to be left alone for longer than a download waits.
        """
        return Turn(self)

    async def begin(self) -> None:
        """Wait for a turn and take it."""
        await self._pause()
        while self._active >= self.width:
            turn: Future[None] = get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
                await self._pause()
            except CancelledError:
                self._wake()  # it may have been its turn just now
                raise
        self._active += 1

    def end(self) -> None:
        """The turn is over."""
        self._active -= 1
        self._wake()

    def well(self) -> None:
        """It has answered as it should."""
        self._troubles = 0
        self._width = min(self._most, self._width + 1 / self._width)

    def trouble(self, retry_after: float | None) -> None:
        """It has had enough, and asks for so many seconds of peace (None: it says nothing)."""
        if self._free_at <= time.monotonic():  # of several answers at once one counts
            self._troubles += 1
            self._width = max(1.0, self._width / 2)
        pause = min(LONGEST, FIRST * 2 ** (self._troubles - 1)) if retry_after is None else retry_after
        self._free_at = max(self._free_at, time.monotonic() + pause)

    async def _pause(self) -> None:
        while (left := self._free_at - time.monotonic()) > 0:
            if left > self._told:
                self._wake()  # the others have to hear of it as well
                raise Passing(f"{self.name} wants to be left alone for {left:,.0f} more seconds", left)
            await asyncio.sleep(left)

    def _wake(self) -> None:
        free = max(1, self.width - self._active)
        while self._waiting and free:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1


class Turn:
    """A turn at a host, as a block."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    async def __aenter__(self) -> None:
        await self._host.begin()

    async def __aexit__(self, *_: object) -> None:
        self._host.end()


class Hosts(dict[str, Host]):
    """Hosts by their names, made when they are first asked for."""

    def __init__(self, most: int, told: float) -> None:
        super().__init__()
        self._given = most, told

    def __missing__(self, name: str) -> Host:
        self[name] = Host(name, *self._given)
        return self[name]
