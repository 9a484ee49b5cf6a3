"""What has arrived of a file so far, in memory: images are small, and a half one never reaches the disk."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from lumina.domain.picture import PictureError
from lumina.remote.patience import Passing

if TYPE_CHECKING:
    from aiohttp import ClientResponse

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)$")


class Part:
    """Bytes so far, and the server's mark of the file that they belong to.

    Attributes:
        data: bytes so far.
        total: of the whole file; None where the server does not say.
        etag, last_modified: as the server gave them.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.data = bytearray()
        self.total: int | None = None
        self.etag: str | None = None
        self.last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What asks for the rest; empty where nothing would tell whether the rest belongs to what is there."""
        mark = self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified
        if not self.data or not mark:
            return {}
        return {"Range": f"bytes={len(self.data)}-", "If-Range": mark}

    def begin(self, response: ClientResponse) -> None:
        """Take note of the headers of an answer that has the file or the rest of it.

        Raises:
            Passing: it is not the rest that was asked for.
            PictureError: `too-large`.
        """
        length = response.content_length
        if response.status == HTTPStatus.PARTIAL_CONTENT:
            found = _RANGE.match(response.headers.get("Content-Range", ""))
            if found is None or int(found[1]) != len(self.data):
                self.clear()
                raise Passing("it goes on with another part than was asked for")
            self.total = int(found[2]) if found[2] != "*" else None
        else:
            self.clear()
            self.total = length
            self.etag = response.headers.get("ETag")
            self.last_modified = response.headers.get("Last-Modified")
        self._check(self.total or 0)

    def add(self, piece: bytes) -> None:
        """More bytes. Raises `PictureError` (`too-large`)."""
        self.data += piece
        self._check(len(self.data))

    def end(self) -> bytes:
        """The whole file.

        Raises:
            Passing: the rest is missing.
            PictureError: `empty`.
        """
        if self.total is not None and len(self.data) != self.total:
            raise Passing(f"it broke off after {len(self.data):,} of {self.total:,} bytes")
        if not self.data:
            raise PictureError("empty", "The server gives a file of 0 bytes.")
        return bytes(self.data)

    def _check(self, size: int) -> None:
        if size > self._largest:
            self.clear()
            have = f"{size:,} bytes" if size > self._largest else f"more than {self._largest:,} bytes"
            raise PictureError("too-large", f"The file has {have}; at most {self._largest:,} are fetched.")
