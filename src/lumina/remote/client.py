"""Requests for files: through the proxies of the environment, with redirects followed by hand."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import certifi
import httpx

from lumina.errors import BadSetting, Unavailable
from lumina.remote.patience import Passing
from lumina.remote.shown import shown

MOST_REDIRECTS = 10
SHA256, GIT = 64, 40
"""Hexadecimal digits of a SHA-256, and of the id that git gives to a file's content."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer of a chain of redirects; its body is not read yet.

    Attributes:
        stated: what the asked server itself says of the file's content: its SHA-256 (64 hexadecimal digits; large
            files of a hub, and caches of such) or git's id of it (40; small files); "" where it says neither.
        size: bytes of the whole file, as the asked server itself says beside a redirect; None where it does not.
    """

    response: httpx.Response
    stated: str
    size: int | None


class Client:
    """Asks for files, over connections that are kept open.

    HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are obeyed; certificates are trusted that the system or Mozilla
    trusts, and those that SSL_CERT_FILE and SSL_CERT_DIR name.

    Args:
        stall: seconds without a byte, after which a request is given up.
        token: sent to servers at `token_origin`, and to nobody else.
        token_origin: like "https://huggingface.co".

    Raises:
        BadSetting: the proxies of the environment make no sense.
    """

    def __init__(self, stall: float, token: str = "", token_origin: str = "") -> None:
        self._token, self._origin = token, _origin(token_origin) if token_origin else None
        self._stream: Any = None
        headers = {"User-Agent": "lumina", "Accept-Encoding": "identity"}
        try:
            self._http = httpx.Client(timeout=stall, headers=headers, verify=trusted(), follow_redirects=False)
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise BadSetting(f"The proxy of the environment (HTTPS_PROXY, ALL_PROXY) cannot be used: {error}") from None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def interrupt(self) -> None:
        """From another thread: whoever waits for the rest of an answer waits no longer."""
        stream = self._stream
        found = stream.get_extra_info("socket") if stream is not None else None
        if isinstance(found, socket.socket):
            with suppress(OSError):
                socket.socket.shutdown(found, socket.SHUT_RDWR)  # not TLS's own, which the waiting thread may be in

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """Ask, and follow redirects to the file.

        Raises:
            Passing: the connection failed, broke off or stalled; also inside the block, while the body is read.
            Unavailable: it is redirected to where we do not follow.
        """
        try:
            with self._followed(httpx.URL(url), headers or {}) as answer:
                yield answer
        except httpx.TimeoutException:
            raise Passing("it did not answer for too long") from None
        except httpx.ProxyError as error:
            raise Passing(f"the proxy does not let us through ({error})") from None
        except (httpx.TransportError, httpx.StreamError) as error:
            raise Passing(f"the connection failed ({error or type(error).__name__})") from None
        except httpx.InvalidURL as error:
            raise Unavailable(f"{shown(url)} is no address that can be asked: {error}.") from None

    @contextmanager
    def _followed(self, url: httpx.URL, headers: Mapping[str, str]) -> Iterator[Answer]:
        asked, stated, size = _origin(str(url)), "", None
        for _ in range(MOST_REDIRECTS + 1):
            request = self._http.build_request("GET", url, headers={**headers, **self._authorised(url)})
            response = self._http.send(request, stream=True)
            self._stream = response.extensions.get("network_stream")
            try:
                if _origin(str(url)) == asked:
                    stated, size = stated or _stated(response), size or _size(response)
                if not response.has_redirect_location:
                    yield Answer(response, stated, size)
                    return
                url = target(url, response.headers["Location"])
            finally:
                self._stream = None
                response.close()
        raise Unavailable(f"{asked[1]} redirects more than {MOST_REDIRECTS} times; the last time to {url.host}.")

    def _authorised(self, url: httpx.URL) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token and _origin(str(url)) == self._origin else {}


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that Mozilla trusts, and those of the environment (SSL_CERT_FILE, SSL_CERT_DIR)."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def _origin(url: str) -> tuple[str, str, int | None]:
    parsed = httpx.URL(url)
    return parsed.scheme, parsed.host, parsed.port


def target(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads.

    Raises:
        Unavailable: to no web server, or from an encrypted connection to one that is not.
    """
    leads = url.join(location)
    if leads.scheme not in ("http", "https") or not leads.host:
        raise Unavailable(f"{url.host} redirects to {location[:100]!r}, where no file can be fetched from.")
    if url.scheme == "https" and leads.scheme == "http":
        raise Unavailable(f"{url.host} redirects to {leads.host} without encryption (http), which is refused.")
    return leads


def _stated(response: httpx.Response) -> str:
    """A checksum among the headers; entity tags of other kinds say nothing about the content."""
    names = ["X-Linked-ETag"] if response.has_redirect_location else ["X-Linked-ETag", "ETag"]
    for name in names:
        tag = response.headers.get(name, "").removeprefix("W/").strip('"').lower()
        if len(tag) in (SHA256, GIT) and all(digit in "0123456789abcdef" for digit in tag):
            return str(tag)
    return ""


def _size(response: httpx.Response) -> int | None:
    value = response.headers.get("X-Linked-Size", "")
    return int(value) if value.isdecimal() else None
