"""What opens a marketplace: the owner's permission, his key, and the pace that all processes share."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lumina.domain.market import Keep, Market, MarketplaceSource
from lumina.engine.turns import Turns
from lumina.errors import BadSetting
from lumina.remote.etsy import key as keys
from lumina.remote.etsy.source import EtsySource
from lumina.store import Store

LOCAL = ("127.0.0.1", "localhost", "::1")
AT_ONCE = 0.5
"""Seconds in which this machine says whether somebody listens."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What has to be known to open a marketplace.

    Attributes:
        permission: in the owner's words, what he may gather; "" where he has said nothing.
        rate: requests per second, at most.
        keep: how long what a marketplace says may be kept.
        environment, folders: where the key may be.
    """

    store: Store
    permission: str
    rate: float
    keep: Keep
    environment: Mapping[str, str]
    folders: Sequence[Path]

    def check(self, market: Market) -> keys.Key:
        """The key with which this marketplace may be asked.

        Raises:
            BadSetting: nobody has stated a permission, or there is no key.
        """
        if is_local(market):
            return keys.DEMO
        if not self.permission.strip():
            raise BadSetting(
                "market_permission: empty. A marketplace's terms restrict gathering its content; state in your own"
                " words what permission you have (docs/marketplace.md says more). Nothing is asked before."
            )
        return keys.find(self.environment, self.folders)

    @property
    def has_key(self) -> bool:
        """Whether there is a key of the owner's, of the right form."""
        try:
            keys.find(self.environment, self.folders)
        except BadSetting:
            return False
        return True

    def open(self, market: Market, stop: Callable[[], bool] = lambda: False) -> MarketplaceSource:
        """A marketplace that can be asked until `stop` says so.

        Raises:
            BadSetting: as `check` says.
        """
        from lumina.remote.etsy.client import Client  # httpx is for those who sync

        key = self.check(market)
        return EtsySource(Client(market.address, key, Turns(self.store, market.source_id, self.rate, stop)))

    def keeping(self, market: Market) -> Keep:
        """How long; of a marketplace on this machine for ever."""
        return Keep() if is_local(market) else self.keep


def is_local(market: Market) -> bool:
    """Whether it runs on this machine: nobody has to be asked for permission."""
    return urlsplit(market.address).hostname in LOCAL


def is_away(market: Market) -> bool:
    """Whether it runs on this machine, and does not now: nobody listens at its address."""
    if not is_local(market):
        return False
    address = urlsplit(market.address)
    try:
        socket.create_connection((address.hostname or "", address.port or 80), AT_ONCE).close()
    except TimeoutError:
        return False  # busy
    except (OSError, ValueError):
        return True
    return False
