"""One `ImageMetadata` out of all tags that were read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lumina.domain.metadata import ImageMetadata
from lumina.files.metadata import gps
from lumina.files.metadata.convert import integer
from lumina.files.metadata.fields import DESCRIPTIVE, TECHNICAL, Source
from lumina.files.metadata.keywords import keywords
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.when import moment
from lumina.files.metadata.where import place

_FLASH_BITS = (("Fired", 1, 1), ("Return", 3, 2), ("Mode", 3, 8), ("Function", 1, 32), ("RedEyeMode", 1, 64))


def merge(tags: Tags) -> ImageMetadata:
    """Pick each field from its best source; `provenance` says which that was."""
    values = tags.values
    fields: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, sources in (*TECHNICAL.items(), *DESCRIPTIVE.items()):
        _choose(name, sources, values, fields, origin)
    _add_flash(values, fields, origin)
    _add_moment(tags, fields, origin)
    _add_place(tags, fields, origin)
    words, key = keywords(values)
    if key:
        fields["keywords"], origin["keywords"] = words, key
    _add_size(tags, fields, origin)
    raw = tags.raw()
    return ImageMetadata(**fields, raw=raw, provenance=origin, notes=tuple(tags.notes))


def _choose(
    name: str, sources: tuple[Source, ...], values: Mapping[str, Any], fields: dict[str, Any], origin: dict[str, str]
) -> None:
    for key, convert in sources:
        value = values.get(key)
        if value is not None and (usable := convert(value)) is not None:
            fields[name], origin[name] = usable, key
            return


def _add_flash(values: Mapping[str, Any], fields: dict[str, Any], origin: dict[str, str]) -> None:
    """XMP spells the bits of EXIF's flash tag as a structure."""
    if "flash" in fields or "XMP:exif:Flash/exif:Fired" not in values:
        return
    bits = 0
    for name, mask, factor in _FLASH_BITS:
        text = values.get(f"XMP:exif:Flash/exif:{name}")
        part = 1 if text in ("True", "true") else integer(text) or 0
        bits |= (part & mask) * factor
    fields["flash"], origin["flash"] = bits, "XMP:exif:Flash"


def _add_moment(tags: Tags, fields: dict[str, Any], origin: dict[str, str]) -> None:
    found = moment(tags.values)
    for note in found.notes:
        tags.note(note)
    if found.time is not None:
        fields["taken_at"], origin["taken_at"] = found.time, found.time_key
    if found.offset is not None:
        fields["utc_offset"], origin["utc_offset"] = found.offset, found.offset_key


def _add_place(tags: Tags, fields: dict[str, Any], origin: dict[str, str]) -> None:
    found = place(tags.values)
    if found.note:
        tags.note(found.note)
    if found.altitude is not None:
        fields["altitude"], origin["altitude"] = found.altitude, found.key.replace("Latitude", "Altitude")
    if found.latitude is not None and found.longitude is not None:
        fields["latitude"], fields["longitude"] = found.latitude, found.longitude
        origin["latitude"], origin["longitude"] = found.key, found.key.replace("Latitude", "Longitude")
        fields["geohash"], origin["geohash"] = gps.geohash(found.latitude, found.longitude), found.key


def _add_size(tags: Tags, fields: dict[str, Any], origin: dict[str, str]) -> None:
    if tags.width is None:
        _stated_size(tags)
    if tags.width is not None:
        fields["width"], fields["height"] = tags.width, tags.height
        origin["width"] = origin["height"] = tags.size_from
    if tags.duration is not None:
        fields["duration"], origin["duration"] = tags.duration, tags.size_from


def _stated_size(tags: Tags) -> None:
    """Where the picture itself says nothing readable, the tags may."""
    for wide, high in (
        ("EXIF:ExifImageWidth", "EXIF:ExifImageHeight"),
        ("XMP:exif:PixelXDimension", "XMP:exif:PixelYDimension"),
        ("XMP:tiff:ImageWidth", "XMP:tiff:ImageLength"),
    ):
        width, height = integer(tags.values.get(wide)), integer(tags.values.get(high))
        if width and height:
            tags.size(width, height, wide)
            return
