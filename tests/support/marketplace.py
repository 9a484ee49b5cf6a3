"""The demo marketplace for tests: on a real port, with whatever shall go wrong, and what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lumina.demo.limits import Limits
from lumina.demo.marketplace import KEY, Marketplace
from lumina.demo.server import Server, serving
from lumina.demo.trouble import Kind, Rule, Trouble
from lumina.demo.world import World

__all__ = ["KEY", "Kind", "Limits", "Marketplace", "Rule", "Server", "Trouble", "World", "marketplace"]


@contextmanager
def marketplace(listings: int = 12, *, seed: int = 1, limits: Limits | None = None, port: int = 0) -> Iterator[Server]:
    """A marketplace that answers; `server.market` holds its world, its trouble and its counts.

    Args:
        listings: how many there are.
        limits: so high by default that tests are fast; where nothing is said of any, Lumina asks slowly.
    """
    high = Limits(per_second=1000, per_day=None)
    with serving(Marketplace(World(seed, listings), limits=limits or high), port) as server:
        yield server
