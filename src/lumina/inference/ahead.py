"""Prepare what comes next while what is there is worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from lumina.inference.providers import cores

Item = TypeVar("Item")
Prepared = TypeVar("Prepared")

BATCHES = 2
"""Prepared beforehand: one for the network to start with at once, one on its way."""


def ahead(prepare: Callable[[Item], Prepared], items: Sequence[Item], batch: int) -> Iterator[list[Prepared]]:
    """`prepare` of each item, in order, in lists of `batch`; threads keep two batches ahead of the caller.

    What `prepare` raises is raised here, at its place; what has not begun by then is given up.
    """
    rest = iter(items)
    under_way: deque[Future[Prepared]] = deque()
    pool = ThreadPoolExecutor(min(4, cores()), thread_name_prefix="ahead")
    try:
        under_way.extend(pool.submit(prepare, item) for item in islice(rest, BATCHES * batch))
        while under_way:
            done = [under_way.popleft().result() for _ in range(min(batch, len(under_way)))]
            under_way.extend(pool.submit(prepare, item) for item in islice(rest, len(done)))
            yield done
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
