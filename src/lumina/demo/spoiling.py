"""Bad answers as values, and how a good one becomes bad."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from lumina.demo.trouble import Kind

PAGE = b"<!doctype html><html><head><title>Just a moment...</title></head><body><h1>Checking</h1></body></html>"
GARBAGE = bytes(range(1, 200)) * 40
ERRORS = {
    404: "Resource not found",
    410: "Gone",
    429: "Exceeded per second rate limit",
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service temporarily unavailable",
}


@cache
def vast() -> bytes:
    """A PNG of 20,000 x 10,000 black pixels, some 25 kB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width, height = 20_000, 10_000
    squeezed, row = zlib.compressobj(9), bytes(1 + width // 8)
    rows = b"".join(squeezed.compress(row * 100) for _ in range(height // 100)) + squeezed.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _strings(value: Any) -> Any:
    """Numbers as strings, prices as one string each."""
    if isinstance(value, dict):
        if {"amount", "divisor"} <= value.keys():
            return f"{value['amount'] / value['divisor']:.2f}"
        return {name: part if name.endswith("_id") else _strings(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_strings(part) for part in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _unknown(value: Any) -> Any:
    """Fields and values of a version that is not out yet; what may be missing is null."""
    if isinstance(value, dict):
        told = {name: _unknown(part) for name, part in value.items()}
        if "listing_id" in told and "title" in told:
            new = {"when_made": "2031_2034", "state": "hibernating", "hologram": {"url": None}}
            told |= new | dict.fromkeys(("num_favorers", "views", "tags", "materials", "description"))
        return told
    return [_unknown(part) for part in value] if isinstance(value, list) else value


def _duplicates(value: Any) -> Any:
    """Each result of a list twice."""
    if isinstance(value, dict) and isinstance(value.get("results"), list):
        return value | {"results": [part for part in value["results"] for _ in range(2)]}
    return value


CHANGES: dict[Kind, Callable[[Any], Any]] = {
    Kind.STRINGS: _strings,
    Kind.UNKNOWN: _unknown,
    Kind.DUPLICATES: _duplicates,
}
"""How a good JSON answer becomes a bad one."""
