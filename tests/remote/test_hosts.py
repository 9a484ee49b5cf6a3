"""Turns at one host."""

from __future__ import annotations

import asyncio

import pytest

from lumina.remote.images.hosts import Host

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]


def test_a_turn_that_nobody_takes_any_more_is_the_next_one_s() -> None:
    async def play() -> None:
        host, release, now = Host("one", 1, 1.0), asyncio.Event(), asyncio.Event()
        now.set()
        tasks: list[asyncio.Task[None]] = []

        async def first() -> None:
            async with host.turn():
                await release.wait()
            tasks[1].cancel()  # out of time in the very moment in which it is its turn

        async def ask() -> None:
            async with host.turn():
                await now.wait()

        for work in (first, ask, ask):
            tasks.append(asyncio.create_task(work()))
            await asyncio.sleep(0)
        release.set()
        await asyncio.wait_for(tasks[2], 2.0)
        assert tasks[1].cancelled()

    asyncio.run(play())
