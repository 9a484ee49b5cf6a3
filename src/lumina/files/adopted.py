"""Files of another program that Lumina uses where they are, or takes a copy of."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from lumina.domain.values import FileFormat
from lumina.files.trash import write

_FORMATS = {
    ".jpg": FileFormat.JPEG,
    ".jpeg": FileFormat.JPEG,
    ".jpe": FileFormat.JPEG,
    ".jfif": FileFormat.JPEG,
    ".png": FileFormat.PNG,
    ".webp": FileFormat.WEBP,
    ".gif": FileFormat.GIF,
    ".avif": FileFormat.AVIF,
    ".heic": FileFormat.HEIC,
    ".bmp": FileFormat.BMP,
    ".tif": FileFormat.TIFF,
    ".tiff": FileFormat.TIFF,
}


def claimed(name: str) -> FileFormat:
    """The format that a file's name claims: a million files are not opened for that; the stages will."""
    return _FORMATS.get("." + name.rpartition(".")[2].lower(), FileFormat.UNKNOWN)


def link(place: Path, file: Path) -> None:
    """Have a file known at a place of ours as well, without a copy where the system can.

    Raises:
        OSError: it cannot be.
    """
    try:
        place.symlink_to(file)
    except FileExistsError:
        with suppress(OSError):
            if place.samefile(file):
                return
        place.unlink()
        link(place, file)
    except FileNotFoundError:
        place.parent.mkdir(parents=True, exist_ok=True)
        link(place, file)
    except (OSError, NotImplementedError):
        take(file, place)


def take(file: Path, place: Path) -> os.stat_result:
    """Copy a file to a place of ours, durably, unless a copy of it, no link to it, lies there; returns what lies there.

    Raises:
        OSError: it cannot be copied.
    """
    there, given = None if place.is_symlink() else _stat(place), file.stat()
    if there is not None and (there.st_size, there.st_mtime_ns) == (given.st_size, given.st_mtime_ns):
        return there
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.{uuid4().hex[:12]}")
    try:
        write(file, beside, lambda: None)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    return place.stat()


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
