"""Formats that Lumina tells apart from rubbish, though it does not decode them."""

from __future__ import annotations

from lumina.domain.picture import PictureError
from lumina.domain.values import FileFormat

_KNOWN = (
    (b"8BPS", "a Photoshop document"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\x01\xda", "an SGI picture"),
    (b"DDS ", "a DirectDraw texture"),
    (b"BLP1", "a Blizzard texture"),
    (b"BLP2", "a Blizzard texture"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\x00\x00\x02\x00", "a Windows cursor"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"gimp xcf", "a GIMP document"),
    (b"<svg", "an SVG drawing"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"RIFF", "a RIFF file, but neither WebP nor AVI"),
    (b"qoif", "a QOI picture"),
    *((b"P%d" % number, "a Netpbm picture") for number in range(1, 8)),
)


def unknown(data: bytes, format: FileFormat) -> PictureError:  # noqa: A002
    """Why a file of a format without decoder is refused: `unsupported` or `not-an-image`."""
    if format is not FileFormat.UNKNOWN:
        return PictureError("unsupported", f"Lumina cannot decode {format.value.upper()} files.")
    named = next((what for magic, what in _KNOWN if data.startswith(magic)), None)
    if named is not None:
        return PictureError("unsupported", f"The content is {named}, which Lumina does not decode.")
    return PictureError("not-an-image", "Named like a picture or a film, but the content is neither.")
