"""One request for one image, with redirects followed by hand and every answer judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import ClientError, ClientHttpProxyError, ClientResponse, ClientSession, InvalidURL
from aiohttp.abc import AbstractResolver
from yarl import URL

from lumina.domain.picture import PictureError
from lumina.remote.images.addresses import Guard, PrivateAddress, is_public
from lumina.remote.images.hosts import Host
from lumina.remote.images.part import Part
from lumina.remote.images.proxies import Proxies
from lumina.remote.patience import Passing, retry_after

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ENOUGH = frozenset({429, 503})
_PASSWORD = re.compile(r"//[^/\s@]*@")


class Asker:
    """Asks for images over connections that are kept open, all of them under one rule of what may be reached.

    Args:
        session: whose connector makes its sockets by the guard.
        guard: what may be connected to.
        own: knows the places that the marketplace names, and no others.
        resolver: looks up names.
        proxies: of the environment.
        hosts: gives the host of a name, shared by all that ask.
    """

    def __init__(
        self,
        session: ClientSession,
        own: Guard,
        resolver: AbstractResolver,
        proxies: Proxies,
        hosts: Mapping[str, Host],
    ) -> None:
        self._session, self._own, self._resolver = session, own, resolver
        self._proxies, self._hosts = proxies, hosts
        self._seen: set[str] = set()

    async def ask(self, address: str, part: Part, headers: Mapping[str, str]) -> bool:
        """Fill `part` with the file behind an address.

        Returns:
            False where the server says that the file which is there is still the same one (`headers` ask for that).

        Raises:
            Passing: it may work later; what has arrived stays in `part`.
            PictureError: it will not.
        """
        url = _parsed(address)
        for hop in range(MOST_REDIRECTS + 1):
            host = self._hosts[url.host or ""]
            self._check(url)
            async with host.turn():
                leads = await self._hop(url, host, part, headers, first=hop == 0)
            if isinstance(leads, bool):
                return leads
            url = leads
        raise PictureError(
            "redirects", f"It is redirected more than {MOST_REDIRECTS} times, the last time to {url.host}."
        )

    async def _hop(self, url: URL, host: Host, part: Part, headers: Mapping[str, str], *, first: bool) -> bool | URL:
        try:
            return await self._answer(url, host, part, headers)
        except (ClientError, TimeoutError, OSError) as error:
            raise _explained(error, url, first=first) from None

    async def _answer(self, url: URL, host: Host, part: Part, headers: Mapping[str, str]) -> bool | URL:
        async with self._session.get(
            url, headers=headers, allow_redirects=False, proxy=await self._through(url)
        ) as response:
            if response.status in _REDIRECTS and (location := response.headers.get("Location")):
                return _target(url, location)
            if response.status == HTTPStatus.NOT_MODIFIED and "Range" not in headers:
                host.well()
                return False
            self._judge(response, host, part)
            part.begin(response)
            async for piece in response.content.iter_any():
                part.add(piece)
            host.well()
            return True

    async def _through(self, url: URL) -> URL | None:
        """The proxy, which would connect to what we never see: what the host's name says here is looked at first."""
        name, port = url.host or "", url.port or 0
        proxy = None if self._own.names(name, port) else self._proxies.of(url)
        if proxy is not None and not _is_number(name) and name not in self._seen:
            try:
                found = await self._resolver.resolve(name, port)
            except OSError:
                found = []  # a network where only the proxy knows names
            if not all(is_public(each["host"]) for each in found):
                raise PrivateAddress(f"{found[0]['host']} is no public address")
            self._seen.add(name)
        return proxy

    def _check(self, url: URL) -> None:
        """Addresses in numbers are looked at before anything is asked."""
        text, port = url.host or "", url.port or 0
        if _is_number(text) and not is_public(text) and not self._own.names(text, port):
            raise _private(text)

    def _judge(self, response: ClientResponse, host: Host, part: Part) -> None:
        """Raises what an answer without the file means."""
        status = response.status
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            host.well()
            raise PictureError("gone", f"{host.name} does not have this picture any more ({status}).")
        if status in _ENOUGH:
            wait = retry_after(response.headers.get("Retry-After"))
            host.trouble(wait)
            raise Passing(f"the server has had enough ({status})", wait)
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.clear()
        if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise Passing(f"the server answers {status} ({response.reason or 'unknown'})")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise Passing("the file came packed though that was not asked for; a proxy may be between")


def _parsed(address: str) -> URL:
    try:
        url = URL(address, encoded=address.isascii() and " " not in address)
        usable = url.scheme in ("http", "https") and url.host and url.port
    except ValueError:
        usable = False
    if not usable:
        raise PictureError("bad-address", f"{address[:200]!r} is no address that a picture can be fetched from.")
    return url


def _target(url: URL, location: str) -> URL:
    """Where a redirect leads."""
    try:
        leads = _parsed(str(url.join(URL(location, encoded=location.isascii() and " " not in location))))
    except ValueError:
        raise PictureError("redirects", f"{url.host} redirects to {location[:100]!r}, which is no address.") from None
    if url.scheme == "https" and leads.scheme == "http":
        raise PictureError("redirects", f"{url.host} redirects to {leads.host} without encryption (http); refused.")
    return leads


def _is_number(host: str) -> bool:
    return ":" in host or not host.strip("0123456789.")


def _private(address: str) -> PictureError:
    return PictureError("private-address", f"It leads to {address}, which is no public address; refused.")


def _explained(error: Exception, url: URL, *, first: bool) -> Exception:
    """What a failed request means: a name that leads into our own network may be a passing trick of this network's."""
    cause = getattr(error, "os_error", error)
    if isinstance(cause, PrivateAddress):
        return Passing(f"{url.host} leads to a private address here ({cause})") if first else _private(url.host or "")
    if isinstance(error, InvalidURL):
        return PictureError("bad-address", f"{str(url)[:200]!r} is no address that a picture can be fetched from.")
    if isinstance(error, TimeoutError):
        return Passing("it did not answer for too long")
    if isinstance(error, ClientHttpProxyError):  # says itself with the password of the proxy
        return Passing(f"the proxy does not let us through ({error.status} {error.message[:200]})")
    reason = _PASSWORD.sub("//", str(error))[:200]
    return Passing(f"the connection failed ({reason or type(error).__name__})")
