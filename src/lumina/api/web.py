"""The built web interface: files by exact name, and its page for every other address."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lumina.api import caching, problems

FOLDER = Path(__file__).parent / "static"
PAGE = "index.html"
_COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/manifest+json")
_OURS = ("api/", "health/", "metrics/")


@dataclass
class Asset:
    """One file of the web interface, kept in memory."""

    name: str
    path: Path

    @cached_property
    def content(self) -> bytes:
        """Its bytes."""
        return self.path.read_bytes()

    @cached_property
    def compressed(self) -> bytes:
        """Its bytes by gzip."""
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def etag(self) -> str:
        """Of the content."""
        return f'"{hashlib.blake2b(self.content, digest_size=12).hexdigest()}"'

    @property
    def media_type(self) -> str:
        """By the name's extension."""
        return _TYPES.get(self.path.suffix) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def response(self, request: Request) -> Response:
        """The file, compressed where that helps; names under assets/ carry a hash and never change."""
        control = caching.IMMUTABLE if self.name.startswith("assets/") else caching.REVALIDATE
        headers = {"ETag": self.etag, "Cache-Control": control, "Vary": "Accept-Encoding"}
        if caching.matches(request, self.etag):
            return Response(status_code=304, headers=headers)
        body = self.content
        if "gzip" in request.headers.get("accept-encoding", "") and self.media_type.startswith(_COMPRESSED):
            body, headers["Content-Encoding"] = self.compressed, "gzip"
        return Response(body, headers=headers, media_type=self.media_type)


_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}


class Web:
    """Answers whatever no route of the API does. Only files that were there at the start are ever served."""

    def __init__(self, folder: Path = FOLDER) -> None:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        self.assets = {name: Asset(name, path) for path in files if (name := path.relative_to(folder).as_posix())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request that no route has taken."""
        assert scope["type"] == "http", "there are no web sockets here"
        await self.response(Request(scope))(scope, receive, send)

    def response(self, request: Request) -> Response:
        """A file, the page, or a problem."""
        if request.method not in ("GET", "HEAD"):
            return _nothing(request)
        name = request.url.path.removeprefix("/") or PAGE
        if asset := self.assets.get(name):
            return asset.response(request)
        if page := self.assets.get(PAGE):
            return _nothing(request) if _is_no_page(name) else page.response(request)
        if name != PAGE and _is_no_page(name):
            return _nothing(request)
        return problems.response(
            503, "Not available", "The web interface has not been built; `make install` does it. The API works."
        )


def _is_no_page(name: str) -> bool:
    """True for addresses of the API and for names of files."""
    return f"{name}/".startswith(_OURS) or "." in name.rpartition("/")[2]


def _nothing(request: Request) -> Response:
    return problems.response(404, "Not found", f"There is nothing at {request.url.path[:200]}.")
