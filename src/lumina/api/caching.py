"""ETags, and answers that the client already has."""

from __future__ import annotations

import hashlib

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"


def matches(request: Request, etag: str) -> bool:
    """True where the request's If-None-Match names the tag."""
    given = request.headers.get("if-none-match", "")
    return given == "*" or etag in (tag.strip().removeprefix("W/") for tag in given.split(","))


def answer(request: Request, body: BaseModel) -> Response:
    """JSON with an ETag of its content; 304 where the client has it."""
    content = body.model_dump_json(by_alias=True).encode()
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": REVALIDATE}
    if matches(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="application/json")
