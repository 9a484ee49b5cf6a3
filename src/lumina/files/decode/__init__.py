"""From a file's bytes to pixels: one decoder per family of formats, chosen by what the content is."""

from __future__ import annotations

from collections.abc import Callable

from lumina.domain.picture import PictureError
from lumina.domain.values import FileFormat
from lumina.files.decode.heif import HeifSource
from lumina.files.decode.jpeg import open_jpeg
from lumina.files.decode.jxl import JxlSource
from lumina.files.decode.pillow import PillowSource
from lumina.files.decode.raw import RawSource
from lumina.files.decode.reasons import no_memory
from lumina.files.decode.source import Decoded, Source
from lumina.files.decode.strangers import unknown
from lumina.files.decode.vips import VipsSource

__all__ = ["Decoded", "Source", "open_source"]

_OPENERS: dict[FileFormat, Callable[[bytes], Source]] = {
    FileFormat.JPEG: open_jpeg,
    FileFormat.THM: open_jpeg,
    FileFormat.PNG: lambda data: VipsSource(data, "PNG"),
    FileFormat.WEBP: lambda data: VipsSource(data, "WebP"),
    FileFormat.TIFF: lambda data: VipsSource(data, "TIFF"),
    FileFormat.GIF: lambda data: VipsSource(data, "GIF"),
    FileFormat.AVIF: lambda data: VipsSource(data, "AVIF", upright=True),
    FileFormat.BMP: lambda data: PillowSource(data, "BMP"),
    FileFormat.HEIC: HeifSource,
    FileFormat.JXL: JxlSource,
}


def open_source(data: bytes, format: FileFormat, max_pixels: int) -> Source:  # noqa: A002
    """A source whose header has been read and found sane.

    Raises:
        PictureError: `not-an-image`, `unsupported`, `too-large`, `truncated`, `corrupt` or `no-memory`.
    """
    opener = _OPENERS.get(format, RawSource if format.is_raw else None)
    if opener is None:
        raise unknown(data, format)
    try:
        source = opener(data)
    except MemoryError as error:
        raise no_memory() from error
    _check(source.size, max_pixels)
    return source


def _check(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise PictureError("corrupt", f"The header claims a picture of {width} x {height} pixels.")
    if width * height > max_pixels:
        reason = f"The header claims {width} x {height} = {width * height / 1e6:,.0f} megapixels"
        raise PictureError("too-large", f"{reason}; at most {max_pixels / 1e6:,.0f} are read.")
