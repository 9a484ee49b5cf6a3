"""ETags, and answers that the client already has."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
MOST = 100
"""Shared answers that are kept."""
T = TypeVar("T")


def matches(request: Request, etag: str) -> bool:
    """True where the request's If-None-Match names the tag."""
    given = request.headers.get("if-none-match", "")
    return given == "*" or etag in (tag.strip().removeprefix("W/") for tag in given.split(","))


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished body of JSON with the ETag of its content."""

    content: bytes
    etag: str

    @classmethod
    def of(cls, body: BaseModel) -> Answer:
        """Write a body down."""
        content = body.model_dump_json(by_alias=True).encode()
        return cls(content, f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"')

    def response(self, request: Request) -> Response:
        """The body; 304 where the client has it."""
        headers = {"ETag": self.etag, "Cache-Control": REVALIDATE}
        if matches(request, self.etag):
            return Response(status_code=304, headers=headers)
        return Response(self.content, headers=headers, media_type="application/json")


class Shared:
    """Costly answers: asked for at the same time they are computed once, and each is kept for as long as it took."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returns now, or returned just now."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            until, value = self._kept.get(key, (0.0, None))
            began = self._clock()
            if began < until:
                return cast(T, value)
            made = make()
            ended = self._clock()
            self._keep(key, 2 * ended - began, made)
            return made

    def _keep(self, key: Hashable, until: float, value: Any) -> None:
        with self._lock:
            if len(self._kept) > MOST:
                self._kept.clear()
                self._locks = {key: self._locks[key]}
            self._kept[key] = (until, value)
