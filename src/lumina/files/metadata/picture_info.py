"""`Picture Info`: the text that Olympus, Agfa, Epson and Sanyo cameras of the nineties put into JPEG's APP12."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from lumina.files.metadata.convert import integer, number
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.text import decode

_LIMIT = 65_536
_PAIR = re.compile(rb"([\w#-]{2,24})=([^\r\n\0\[]{1,200})")


def read_picture_info(body: bytes, tags: Tags) -> None:
    """Read `[camera info]`, `[picture info]` and their `Key=Value` lines."""
    if b"[picture info]" not in body and not body.startswith((b"[", b"OLYMPUS", b"Type=")):
        return
    found = {decode(k): decode(v) for k, v in _PAIR.findall(body[:_LIMIT])}
    for key, value in found.items():
        tags.put(f"PictureInfo:{key}", value.lstrip("F") if key == "FNumber" else value)
    if found.get("Serial#", "").strip("#0"):
        tags.put("PictureInfo:SerialNumber", found["Serial#"].lstrip("#"))
    seconds = integer(found.get("TimeDate"))
    if seconds is not None and seconds > 0:
        time = datetime.fromtimestamp(seconds, UTC)
        tags.put("PictureInfo:DateTimeOriginal", f"{time:%Y:%m:%d %H:%M:%S}")
    micros = number(found.get("Shutter"))
    if micros is not None and micros > 0:
        tags.put("PictureInfo:ExposureTime", micros / 1e6)
