"""Photographs by their addresses, as a content delivery network hands them out."""

from __future__ import annotations

import re
from email.utils import formatdate, parsedate_to_datetime

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from lumina.demo.asking import market
from lumina.demo.photographs import SIZES
from lumina.demo.world import Image, Listing

router = APIRouter()

_NAME = re.compile(r"il_([0-9A-Za-z]+)\.(\d+)_([0-9a-z]+)\.jpg")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@router.get("/{shop}/r/il/{token}/{image_id}/{name}")
async def photograph(request: Request, shop: int, token: str, image_id: int, name: str) -> Response:
    """A photograph; 304 where the client has it already, 206 where it asks for the rest of it."""
    pictured, size = _pictured(request, shop, token, image_id, name), _size(name)
    if pictured is None or size is None:
        return Response("Not Found", 404, media_type="text/plain")
    listing, image = pictured
    headers = {
        "ETag": f'"{image.token}{image.suffix}{size}"',
        "Last-Modified": formatdate(listing.created, usegmt=True),
        "Cache-Control": "public, max-age=31536000",
        "Accept-Ranges": "bytes",
    }
    if _fresh(request, headers["ETag"], listing.created):
        return Response(status_code=304, headers=headers)
    photographs = market(request).photographs
    held = photographs.held(image, size)
    data = held if held is not None else await run_in_threadpool(photographs.jpeg, listing, image, size)
    return _whole_or_rest(request, data, headers)


def _pictured(request: Request, shop: int, token: str, image_id: int, name: str) -> tuple[Listing, Image] | None:
    found = market(request).world.image(image_id)
    if found is None or image_id in market(request).trouble.gone:
        return None
    listing, image = found
    right = (listing.shop.shop_id, image.token) == (shop, token)
    return found if right and name.endswith(f".{image_id}_{image.suffix}.jpg") else None


def _size(name: str) -> str | None:
    parts = _NAME.fullmatch(name)
    return parts[1] if parts and parts[1] in SIZES else None


def _fresh(request: Request, etag: str, modified: int) -> bool:
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        return wanted.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in wanted.split(","))
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and parsedate_to_datetime(since).timestamp() >= modified
    except ValueError:
        return False


def _whole_or_rest(request: Request, data: bytes, headers: dict[str, str]) -> Response:
    wanted = _RANGE.fullmatch(request.headers.get("range", ""))
    condition = request.headers.get("if-range", headers["ETag"])
    if wanted is None or condition not in (headers["ETag"], headers["Last-Modified"]):
        return Response(data, headers=headers, media_type="image/jpeg")
    start, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
    if start > last:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{last}/{len(data)}"
    return Response(data[start : last + 1], 206, headers=headers, media_type="image/jpeg")
