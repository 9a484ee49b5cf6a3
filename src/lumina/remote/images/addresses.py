"""Which addresses files may be fetched from: those of the public internet, and those that are named."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_CLOUD = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))
"""Public by their numbers, but machines of some clouds reach their hosts' own services there."""


class PrivateAddress(OSError):
    """A connection that would not have left this machine or its network."""


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet.

    Private, loopback, link-local (and so the metadata services of clouds), shared, multicast and reserved ones do not,
    and neither do IPv6 addresses that lead to one of these.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(each) for each in (found, *_within(found)))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    odd = address.is_multicast or address.is_reserved or address.is_unspecified
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or any(address in net for net in _NAT64)):
        return True  # what lies within decides
    return address.is_global and not odd and not any(address in net for net in _CLOUD)


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in net for net in _NAT64):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


class Guard:
    """Lets sockets be made for public addresses and for named places alone.

    A name is looked up once, and the very address that a socket is made for is looked at: a name that answers
    differently the second time gains nothing.

    Args:
        places: `host:port` that may be reached whatever their addresses are; IPv6 addresses in brackets.
    """

    def __init__(self, places: Collection[str]) -> None:
        self._places = frozenset(place.lower() for place in places)
        self._known: set[tuple[str, int]] = set()

    def names(self, host: str, port: int) -> bool:
        """Whether this host and port are among the named places."""
        return f"{host.lower()}:{port}" in self._places or f"[{host.lower()}]:{port}" in self._places

    def learn(self, host: str, port: int, addresses: Collection[str]) -> None:
        """A name was looked up: remember the addresses of a named place."""
        if self.names(host, port):
            self._known |= {(address, port) for address in addresses}

    def check(self, address: str, port: int) -> None:
        """Raises `PrivateAddress` for an address that may not be connected to."""
        if not (is_public(address) or self.names(address, port) or (address, port) in self._known):
            raise PrivateAddress(f"{address} is no public address")

    def socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for one result of a look-up; raises `PrivateAddress`."""
        family, kind, protocol, _, (address, port, *_) = info
        self.check(str(address), int(port))
        return socket.socket(family, kind, protocol)


class Resolver(AbstractResolver):
    """The system's look-up of names; tells the guard what it finds."""

    def __init__(self, guard: Guard) -> None:
        self._system, self._guard = ThreadedResolver(), guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host."""
        found = await self._system.resolve(host, port, family)
        self._guard.learn(host, port, {each["host"] for each in found})
        return found

    async def close(self) -> None:
        """Nothing is held."""
