"""Whether what has arrived from elsewhere is a whole picture; nothing of it is decoded."""

from __future__ import annotations

from lumina.domain.picture import PictureError
from lumina.domain.values import FileFormat
from lumina.files.content import jpeg
from lumina.files.decode import open_source
from lumina.files.sniff import HEAD, sniff

STILLS = frozenset(
    {
        FileFormat.JPEG,
        FileFormat.PNG,
        FileFormat.WEBP,
        FileFormat.GIF,
        FileFormat.BMP,
        FileFormat.TIFF,
        FileFormat.HEIC,
        FileFormat.AVIF,
        FileFormat.JXL,
    }
)
"""What pictures on web pages are."""
_IEND = b"IEND\xaeB`\x82"


def examine(data: bytes, max_pixels: int) -> str:
    """The format of a file that was sent to us (`FileFormat`'s value).

    Args:
        data: the whole file.
        max_pixels: pictures whose header claims more are refused.

    Raises:
        PictureError: `not-an-image`, `too-large`, what `open_source` says of a broken header; `incomplete` (retryable)
            where the picture's end is missing.
    """
    found = sniff(data[:HEAD], "")
    if found not in STILLS:
        raise PictureError("not-an-image", f"What was sent is no picture: {_described(data)}.")
    if not _ends(data, found):
        raise PictureError("incomplete", f"The {found.value.upper()} ends too early.", retryable=True)
    open_source(data, found, max_pixels)
    return found.value


def _ends(data: bytes, found: FileFormat) -> bool:
    """Whether the picture's end has arrived, for formats that mark it."""
    if found is FileFormat.JPEG:
        return data.rfind(b"\xff\xd9", _first_scan(data)) >= 0
    if found is FileFormat.PNG:
        return data.rfind(_IEND) >= 0
    if found is FileFormat.GIF:
        return data.rstrip(b"\0").endswith(b"\x3b")
    if found is FileFormat.WEBP:
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    return True


def _first_scan(data: bytes) -> int:
    """Where the picture itself begins: a preview among the metadata has an end of its own."""
    try:
        return max((segment.stop for segment in jpeg.segments(data)), default=len(data))
    except ValueError:
        return len(data)


def _described(data: bytes) -> str:
    start = data[:512].lstrip()
    if start[:1] == b"<":
        return "a web page, or other text with tags"
    if start[:1] in (b"{", b"["):
        return "JSON"
    return f"it begins with {data[:8].hex(' ')}"
