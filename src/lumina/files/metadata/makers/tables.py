"""Which entries of which maker's directory are read."""

from __future__ import annotations

import re
from typing import Final

from lumina.files.metadata.makers.handlers import Handler, Table, nested, text, value
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.tiff import Field, Tiff


def _nikon_serial(tiff: Tiff, field: Field, tags: Tags) -> None:
    """`NO= 1005a431` -> `1005a431`."""
    found = re.sub(r"^N[oO]=?\s*", "", str(tiff.value(field) or "")).strip()
    if found and found.isprintable():
        tags.put("MakerNotes:SerialNumber", found)


def _nikon_zone(tiff: Tiff, field: Field, tags: Tags) -> None:
    """WorldTime: minutes east of UTC, then whether summer time adds an hour."""
    body = tiff.bytes(field)
    if len(body) >= 3:
        minutes = int.from_bytes(body[:2], "little" if tiff.order == "<" else "big", signed=True)
        tags.put("MakerNotes:TimeZone", minutes + (60 if body[2] == 1 else 0))


def _nikon_iso(tiff: Tiff, field: Field, tags: Tags) -> None:
    numbers = tiff.integers(field, 2)
    if len(numbers) == 2 and numbers[1] > 0:
        tags.put("MakerNotes:ISO", numbers[1])


def _sony_serial(tiff: Tiff, field: Field, tags: Tags) -> None:
    """Eight digits, in pairs from the last to the first."""
    digits = str(tiff.value(field) or "")
    if re.fullmatch(r"\d{8}", digits):
        tags.put("MakerNotes:SerialNumber", digits[6:] + digits[4:6] + digits[2:4] + digits[:2])


def _panasonic_serial(tiff: Tiff, field: Field, tags: Tags) -> None:
    body = tiff.bytes(field)[:16].rstrip(b"\0 ")
    if body.isalnum():
        tags.put("MakerNotes:InternalSerialNumber", body.decode("ascii", "ignore"))


def _casio_iso(tiff: Tiff, field: Field, tags: Tags) -> None:
    """A speed, or the code of one."""
    number = tiff.integer(field)
    if number > 0:
        tags.put("MakerNotes:ISO", {3: 50, 4: 64, 6: 100, 9: 200}.get(number, number))


_serial: Handler = text("SerialNumber")
_internal: Handler = text("InternalSerialNumber")

NIKON: Final[Table] = {
    0x0002: _nikon_iso,
    0x001D: _nikon_serial,
    0x0024: _nikon_zone,
    0x0084: value("LensInfo"),
    0x00A0: _nikon_serial,
}
NIKON_OLD: Final[Table] = {0x0006: value("CCDSensitivity")}
OLYMPUS: Final[Table] = {
    0x0207: text("CameraType"),
    0x0404: _serial,
    0x101A: _serial,
    0x2010: nested(
        {
            0x0101: _serial,
            0x0102: _internal,
            0x0202: text("LensSerialNumber"),
            0x0203: text("LensModel"),
        }
    ),
}
PANASONIC: Final[Table] = {0x0025: _panasonic_serial, 0x0051: text("Lens"), 0x0052: text("LensSerialNumber")}
FUJIFILM: Final[Table] = {0x0010: _internal, 0x1404: value("MinFocalLength"), 0x1405: value("MaxFocalLength")}
SONY: Final[Table] = {0x2031: _sony_serial, 0xB027: value("LensType")}
PENTAX: Final[Table] = {0x003F: value("LensRec"), 0x0229: _serial}
APPLE: Final[Table] = {0x000A: value("HDRImageType"), 0x000B: text("BurstUUID"), 0x0011: text("ContentIdentifier")}
SAMSUNG: Final[Table] = {0xA001: text("FirmwareName"), 0xA002: _serial, 0xA003: value("LensType")}
SIGMA: Final[Table] = {0x0002: _serial}
RICOH: Final[Table] = {0x0005: _serial}
CASIO: Final[Table] = {0x0014: _casio_iso, 0x3014: _casio_iso}
KODAK: Final[Table] = {0xFA19: _serial, 0xFC00: nested({0xFA19: _serial}), 0xFC01: nested({0xFA19: _serial})}
MOTOROLA: Final[Table] = {0x5501: _serial}
LEICA: Final[Table] = {0x0303: value("LensType"), 0x0305: value("SerialNumber")}
