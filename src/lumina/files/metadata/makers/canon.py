"""Canon's maker notes."""

from __future__ import annotations

from lumina.files.metadata.makers.handlers import Table, read_directory, text
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.tiff import Field, Tiff

_CAMERA_ISO = {16: 50, 17: 100, 18: 200, 19: 400, 20: 800}


def read_canon(tiff: Tiff, offset: int, tags: Tags) -> None:
    """Read the directory at `offset`; ISO is put together from the parts that older models give."""
    read_directory(tiff, offset, _TABLE, tags)
    values = tags.values
    base, auto = values.get("MakerNotes:BaseISO"), values.get("MakerNotes:AutoISO")
    iso = values.get("MakerNotes:CameraISO")
    if iso is None and base and auto:
        iso = round(base * auto / 100)
    if iso:
        tags.put("MakerNotes:ISO", iso)


def _settings(tiff: Tiff, field: Field, tags: Tags) -> None:
    """CameraSettings: ISO at 16, lens type at 22, longest and shortest focal length and their unit at 23-25."""
    numbers = tiff.integers(field, 64)
    if len(numbers) <= 25:
        return
    iso = numbers[16]
    if iso & 0x4000 and iso not in (0x7FFF, 0xFFFF, -1):
        tags.put("MakerNotes:CameraISO", iso & 0x3FFF)
    elif iso in _CAMERA_ISO:
        tags.put("MakerNotes:CameraISO", _CAMERA_ISO[iso])
    tags.put("MakerNotes:LensType", numbers[22])
    unit = numbers[25] or 1
    longest, shortest = numbers[23] & 0xFFFF, numbers[24] & 0xFFFF
    if 0 < shortest <= longest and longest / unit < 5000:
        tags.put("MakerNotes:LensInfo", [round(shortest / unit, 1), round(longest / unit, 1), None, None])


def _shot(tiff: Tiff, field: Field, tags: Tags) -> None:
    """ShotInfo: auto ISO at 1 and base ISO at 2, in steps of 1/32 EV."""
    numbers = tiff.integers(field, 8)
    if len(numbers) > 2 and abs(numbers[1]) < 640 and 0 < numbers[2] < 640:
        tags.put("MakerNotes:AutoISO", 2 ** (numbers[1] / 32) * 100)
        tags.put("MakerNotes:BaseISO", 2 ** (numbers[2] / 32) * 100 / 32)


def _serial(tiff: Tiff, field: Field, tags: Tags) -> None:
    """Ten digits, as printed on the camera; the EOS D30 has four hexadecimal ones before five decimal ones."""
    number = tiff.integer(field)
    if number <= 0:
        return
    model = str(tags.values.get("EXIF:Model", ""))
    d30 = model.endswith("EOS D30")
    tags.put("MakerNotes:SerialNumber", f"{number >> 16:04x}{number & 0xFFFF:05}" if d30 else f"{number:010}")


def _zone(tiff: Tiff, field: Field, tags: Tags) -> None:
    """TimeInfo: minutes east of UTC at 1, summer time at 3; whether the first holds the second is not certain."""
    numbers = tiff.integers(field, 4)
    if len(numbers) == 4 and not numbers[3]:
        signed = numbers[1] - 2**32 if numbers[1] >= 2**31 else numbers[1]
        tags.put("MakerNotes:TimeZone", signed)


_TABLE: Table = {
    0x0001: _settings,
    0x0004: _shot,
    0x0006: text("ImageType"),
    0x0007: text("FirmwareVersion"),
    0x0009: text("OwnerName"),
    0x000C: _serial,
    0x0035: _zone,
    0x0095: text("LensModel"),
    0x0096: text("InternalSerialNumber"),
}
