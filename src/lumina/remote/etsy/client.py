"""Requests to the API: at the pace that all processes share, again where an answer is bad, and clear about refusals."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from lumina.domain.rate import TOO_MANY, Said, read_headers
from lumina.errors import BadInput, BadSetting, Later, NotFound, Refused, Unavailable
from lumina.remote.client import trusted
from lumina.remote.etsy import deadline
from lumina.remote.etsy.key import VARIABLE, Key
from lumina.remote.etsy.text import clean

PATH = "/v3/application"
TRIES = 5
"""Requests for one answer, before it is given up for a while."""
REFUSALS = 30
"""Answers "too often" to one question, each slower than the one before, until it is left for a while."""
MOST_BYTES = 64 * 1024 * 1024
MOST_SECONDS = 20.0
"""For one request, from the look-up of the name to the last byte: what trickles keeps no kill file waiting."""
REST = 600.0
"""Seconds until it makes sense to ask a marketplace again that gave no good answer."""
CONNECTIONS = 16
_PACKED = ("", "identity", "gzip", "x-gzip", "deflate")
_SHORT = 6
"""Characters that are a word rather than a key."""
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Pace(Protocol):
    """When requests may go."""

    def wait(self) -> None:
        """Return when one may. `Later`, `Interrupted`."""

    def heard(self, status: int, said: Said) -> None:
        """Learn from an answer."""

    def sleep(self, seconds: float) -> object:
        """Wait without a request. `Interrupted`."""


class _Bad(Exception):
    """An answer that may be better the next time; `str(error)` is part of a sentence."""


class Client:
    """Asks one marketplace; safe to share between threads.

    Args:
        address: of the API, `https://openapi.etsy.com`.
        key: the owner's.
        pace: when requests may go.
        stall: seconds without a byte, after which a request is given up.
        first_pause: seconds before the second try; doubled for each that follows.

    Raises:
        BadSetting: the proxies of the environment make no sense.
    """

    def __init__(self, address: str, key: Key, pace: Pace, *, stall: float = 15.0, first_pause: float = 1.0) -> None:
        self._root = address.rstrip("/").removesuffix(PATH) + PATH
        self._pace, self._first_pause, self._key = pace, first_pause, key
        url = httpx.URL(self._root)
        self.host = url.host
        headers = {
            "User-Agent": "lumina",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "x-api-key": key.header,
        }
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=20)
        try:
            self._http = httpx.Client(
                timeout=stall,
                headers=headers,
                limits=limits,
                verify=trusted() if url.scheme == "https" else False,
                trust_env=url.host not in _LOCAL,
                follow_redirects=False,  # the key is for this host alone
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise BadSetting(f"The proxy of the environment (HTTPS_PROXY, ALL_PROXY) cannot be used: {error}") from None
        deadline.keep(self._http)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(self, path: str, **parameters: str | int | float | None) -> Mapping[str, Any]:
        """The answer to one question.

        Args:
            path: after the API's base path, with a slash at its beginning.
            parameters: of the query; those that are None are left out.

        Raises:
            NotFound: 404 or 410. BadInput: 400. Refused: the key is no good. Later: not now. Interrupted: told to stop.
        """
        query = {name: value for name, value in parameters.items() if value is not None}
        for attempt in range(TRIES):
            if attempt:
                self._pace.sleep(self._first_pause * 2 ** (attempt - 1))
            try:
                return self._once(path, query)
            except _Bad as error:
                reason = str(error)
        raise Later(f"{self.host} gives no good answer: {reason}. It is asked again later.", REST)

    def _once(self, path: str, query: Mapping[str, str | int | float]) -> Mapping[str, Any]:
        """One good answer; refusals because of the rate do not count as tries."""
        for _ in range(REFUSALS):
            self._pace.wait()
            status, headers, body = self._ask(path, query)
            text = self._hidden(_error(body)) if status != 200 else ""
            self._pace.heard(status, read_headers(headers, time.time(), daily="daily" in text.lower()))
            if status == TOO_MANY:
                continue
            if status == 200:
                return _object(body, headers.get("content-type", ""))
            raise self._no(status, text)
        raise Later(f"{self.host} says again and again that it is asked too often. It is asked again later.", REST)

    def _ask(self, path: str, query: Mapping[str, str | int | float]) -> tuple[int, Mapping[str, str], bytes]:
        try:
            with (
                deadline.within(MOST_SECONDS),
                self._http.stream("GET", self._root + path, params=query) as response,
            ):
                return response.status_code, response.headers, _body(response)
        except httpx.TimeoutException:
            raise _Bad("it does not answer in time") from None
        except httpx.ProxyError as error:
            raise _Bad(f"the proxy does not let us through ({error})") from None
        except (httpx.TransportError, httpx.StreamError, httpx.DecodingError) as error:
            raise _Bad(f"the connection failed ({error or type(error).__name__})") from None
        except httpx.InvalidURL as error:
            raise Unavailable(f"{self._root} is no address that can be asked: {error}.") from None

    def _hidden(self, text: str) -> str:
        """Without the key, should a server say it back to us."""
        for part in (self._key.secret, self._key.keystring):
            text = text.replace(part, "...") if len(part) > _SHORT else text
        return text

    def _no(self, status: int, text: str) -> Exception:
        said = f": {text}" if text else ""
        if status in (401, 403):
            hint = f"Check {VARIABLE}: it should be keystring:shared_secret of an app that is not revoked."
            return Refused(f"{self.host} refuses the key ({status}{said}). {hint}")
        if status in (404, 410):
            return NotFound(f"{self.host} does not know this{said}.")
        if status in (408, 425) or status >= 500 or status < 400:
            return _Bad(f"it answers {status}{said}")
        return BadInput(f"{self.host} does not understand the question ({status}{said}).")


def _body(response: httpx.Response) -> bytes:
    """All of it, if that is not too much.

    Packed once at most: what is packed several times may become a million times as long within one step.
    """
    if (packed := response.headers.get("content-encoding", "identity").strip().lower()) not in _PACKED:
        raise _Bad(f"the answer is packed in a way that was not asked for ({packed[:50]})")
    size, parts = 0, []
    for part in response.iter_bytes():
        size += len(part)
        parts.append(part)
        if size > MOST_BYTES:
            raise _Bad(f"the answer is longer than {MOST_BYTES // 1024**2} MB")
    return b"".join(parts)


def _object(body: bytes, kind: str) -> Mapping[str, Any]:
    try:
        value = clean(json.loads(body, parse_constant=lambda _: None, parse_float=_finite), body)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, Mapping):
        return value
    if "html" in kind or body.lstrip()[:1] == b"<":
        raise _Bad("a web page came instead of an answer; a proxy's or a network's login may be between")
    raise _Bad("the answer is no JSON, or was cut off")


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _error(body: bytes) -> str:
    """What the body says of an error, as part of a sentence."""
    try:
        value = json.loads(body)
        text = value.get("error_description") or value.get("error") if isinstance(value, dict) else ""
    except (ValueError, RecursionError):
        return ""
    return text.strip().rstrip(".")[:200] if isinstance(text, str) else ""
