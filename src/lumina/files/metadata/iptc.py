"""IPTC-IIM records and the Photoshop resources that carry them."""

from __future__ import annotations

import struct
from typing import Any

from lumina.files.metadata.tags import Tags
from lumina.files.metadata.text import TEXT_LIMIT, clean, decode

MAX_RECORDS = 4_096
_NAMES = {
    5: "ObjectName",
    7: "EditStatus",
    10: "Urgency",
    15: "Category",
    20: "SupplementalCategories",
    25: "Keywords",
    40: "SpecialInstructions",
    55: "DateCreated",
    60: "TimeCreated",
    62: "DigitalCreationDate",
    63: "DigitalCreationTime",
    65: "OriginatingProgram",
    80: "By-line",
    85: "By-lineTitle",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    100: "Country-PrimaryLocationCode",
    101: "Country-PrimaryLocationName",
    103: "OriginalTransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption-Abstract",
    122: "Writer-Editor",
}
_REPEATABLE = frozenset({"Keywords", "SupplementalCategories", "By-line", "By-lineTitle", "Writer-Editor"})


def read_photoshop(data: bytes, tags: Tags) -> None:
    """Photoshop image resources: the IPTC block (0x0404) among them."""
    at = 0
    for _ in range(MAX_RECORDS):
        at = data.find(b"8BIM", at)
        if at < 0 or at + 12 > len(data):
            return
        (number,) = struct.unpack_from(">H", data, at + 4)
        name = data[at + 6] + 1
        body = at + 6 + name + (name & 1)
        if body + 4 > len(data):
            return
        (size,) = struct.unpack_from(">L", data, body)
        if number == 0x0404:
            read_iptc(data[body + 4 : body + 4 + size], tags)
        at = body + 4 + size + (size & 1)


def read_iptc(data: bytes, tags: Tags) -> None:
    """IIM datasets of record 2 as `IPTC:Name`; repeatable ones as lists. Text by its coded character set."""
    if not tags.spend(len(data)):
        return
    at, utf8 = 0, False
    values: dict[str, list[str]] = {}
    for _ in range(MAX_RECORDS):
        if at + 5 > len(data) or data[at] != 0x1C:
            break
        record, dataset, size = data[at + 1], data[at + 2], struct.unpack_from(">H", data, at + 3)[0]
        at += 5
        if size & 0x8000:
            width = size & 0x7FFF
            size = int.from_bytes(data[at : at + width], "big") if width <= 4 else len(data)
            at += width
        body = data[at : at + min(size, 4 * TEXT_LIMIT)]
        at += size
        if (record, dataset) == (1, 90):
            utf8 = body[:3] == b"\x1b%G"
        elif record == 2 and dataset in _NAMES:
            values.setdefault(_NAMES[dataset], []).append(_text(body, utf8=utf8))
    for name, texts in values.items():
        tags.put(f"IPTC:{name}", _value(name, texts))


def _text(body: bytes, *, utf8: bool) -> str:
    return clean(body.decode("utf-8", "replace")) if utf8 else decode(body)


def _value(name: str, texts: list[str]) -> Any:
    return texts if name in _REPEATABLE and len(texts) > 1 else texts[0]
