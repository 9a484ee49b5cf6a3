"""Who may ask, and what browsers may do with the answers."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lumina.api import problems
from lumina.errors import BadSetting

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the component library sets sizes and colours as style elements
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
MOST_BYTES = 1_000_000
"""Of a request's body."""
UPLOADS = {"/api/search": 51_000_000, "/api/listings/search": 51_000_000, "/api/taxonomy/import": 20_000_000}
"""Bytes where pictures, or whole trees, are sent."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_binding(host: str) -> None:
    """Without a password, Lumina answers only the machine it runs on.

    Raises:
        BadSetting: others could reach this address.
    """
    if not is_loopback(host):
        raise BadSetting(
            f"host: {host!r} can be reached from other machines, and Lumina has no password yet; use 127.0.0.1 "
            "(from elsewhere, an SSH tunnel reaches it: ssh -L 8765:127.0.0.1:8765 this-machine)."
        )


def is_loopback(host: str) -> bool:
    """True for addresses and names of this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Security:
    """Refuses foreign hosts (DNS rebinding), requests made by other sites, and large bodies; sets the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers, _most(scope))
        if refusal is not None:
            status, title, detail = refusal
            await problems.response(status, title, detail)(scope, receive, with_headers)
            return
        await self.app(scope, _limited(receive, _most(scope)), with_headers)

    def _refusal(self, method: str, headers: Headers, most: int) -> tuple[int, str, str] | None:
        host = _name(headers.get("host", ""))
        if not is_loopback(host):
            return 421, "Wrong host", f"This server does not answer for {host[:100]!r}."
        if method in _SAFE:
            return None
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "Forbidden", "Another site asked for this change."
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
            return 403, "Forbidden", "Another site asked for this change."
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            return 413, "Too large", f"A request may have at most {most} bytes."
        return None


def _most(scope: Scope) -> int:
    """Bytes that the body of this request may have."""
    return UPLOADS.get(scope["path"], MOST_BYTES)


def _name(host: str) -> str:
    """The host without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _limited(receive: Receive, most: int) -> Receive:
    """Cut bodies that grow beyond what they may have, whatever they said."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            return {"type": "http.disconnect"}
        return message

    return limited
