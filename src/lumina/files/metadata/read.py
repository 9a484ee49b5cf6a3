"""The two ways in: everything about a file, or just its moment."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from lumina.domain.metadata import ImageMetadata
from lumina.domain.values import FileFormat
from lumina.files.metadata.containers import READERS, Reader
from lumina.files.metadata.context import Context
from lumina.files.metadata.convert import name as short
from lumina.files.metadata.merge import merge
from lumina.files.metadata.sidecar import read_sidecar
from lumina.files.metadata.text import clean
from lumina.files.metadata.when import moment

_BROKEN = (ValueError, LookupError, struct.error, ArithmeticError, TypeError, AttributeError, RecursionError)
"""What a reader may stumble over in hostile bytes; such a stumble is a note, never the file's failure."""


def _guarded(reader: Reader | None, data: bytes, context: Context, name: str) -> None:
    if reader is None:
        return
    try:
        reader(data, context)
    except _BROKEN as error:
        context.tags.note(f"{name}: reading stopped at broken data ({type(error).__name__}: {clean(str(error))[:100]})")


class Capture(NamedTuple):
    """What grouping needs: wall-clock time, minutes east of UTC, `Make Model`; each None where unknown."""

    taken_at: datetime | None
    utc_offset: int | None
    camera: str | None


def read_metadata(
    data: bytes,
    *,
    format: FileFormat,  # noqa: A002
    name: str,
    sidecars: Sequence[bytes] = (),
) -> ImageMetadata:
    """Read all metadata of a file in memory (bytes, or an mmap of it) and of its sidecars, best first.

    Never raises for what the bytes hold: what is broken is left out and noted. `name` is only for messages.
    """
    context = Context()
    for sidecar in sidecars:
        _guarded(read_sidecar, sidecar, context, "Sidecar")
    _guarded(READERS.get(format), data, context, name)
    try:
        return merge(context.tags)
    except _BROKEN as error:
        return ImageMetadata(notes=(*context.tags.notes, f"{name}: tags could not be merged, {type(error).__name__}"))


def read_capture(head_or_data: bytes, format: FileFormat) -> Capture:  # noqa: A002
    """The moment and camera of a file, from all of its bytes or from its first ones (64 KiB serve most camera files).

    Only EXIF and the formats' own dates are looked at, no XMP and no maker notes.
    """
    context = Context(brief=True)
    _guarded(READERS.get(format), head_or_data, context, "head")
    values = context.tags.values
    if context.tags.notes:  # a directory lies beyond the head: the date of the last change is no substitute for it
        values.pop("EXIF:ModifyDate", None)
    try:
        found = moment(values)
    except _BROKEN:
        return Capture(None, None, None)
    make, model = short(values.get("EXIF:Make")), short(values.get("EXIF:Model"))
    return Capture(found.time, found.offset, " ".join(part for part in (make, model) if part) or None)
