"""The proxies of the environment: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass, field

from yarl import URL

from lumina.domain.picture import PictureError


@dataclass(frozen=True, slots=True)
class Proxies:
    """What stands between this machine and the internet, as the environment says when this is made."""

    known: dict[str, str] = field(default_factory=urllib.request.getproxies)

    @property
    def places(self) -> tuple[str, ...]:
        """`host:port` of the proxies."""
        urls = [_parsed(text) for name, text in self.known.items() if name in ("http", "https", "all") and text]
        return tuple(f"{url.host}:{url.port}" for url in urls if url.host and url.port)

    def of(self, url: URL) -> URL | None:
        """The proxy that this address is asked through; None: none.

        Raises:
            PictureError: `proxy` (retryable): it is of a kind that images cannot be fetched through.
        """
        text = self.known.get(url.scheme) or self.known.get("all")
        if not text or not url.host or urllib.request.proxy_bypass(f"{url.host}:{url.port}"):
            return None
        proxy = _parsed(text)
        if proxy.scheme not in ("http", "https") or not proxy.host:
            reason = f"The proxy of the environment ({proxy.scheme}://...) is none that images can be fetched through."
            raise PictureError("proxy", f"{reason} HTTP proxies are.", retryable=True)
        return proxy


def _parsed(text: str) -> URL:
    return URL(text if "://" in text else f"http://{text}")
