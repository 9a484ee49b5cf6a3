"""How a picture is encoded, read from its file."""

from __future__ import annotations

from collections.abc import Callable

from lumina.domain.encoding import Encoding, Family
from lumina.domain.values import FileFormat
from lumina.files.content.anatomy import Anatomy
from lumina.files.content.boxes import picture_kinds
from lumina.files.content.jpeg import segments
from lumina.files.content.riff import chunks

_DQT = 0xDB
_PNG_COLOUR, _PNG_PALETTE = 25, 3
_BMP_BITS, _BMP_PALETTE = 28, 8
_ZIGZAG = (
    *(0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21),
    *(28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61),
    *(54, 47, 55, 62, 63),
)
"""Where the n-th step of a table stands, row by row: ITU-T T.81, figure A.6."""


def encoding(data: bytes, format: FileFormat, anatomy: Anatomy) -> Encoding:  # noqa: A002
    """How the picture in a file's bytes is encoded. Never raises: what cannot be read is left out."""
    size = sum(stop - start for start, stop in anatomy.spans)
    family = _FAMILIES.get(format)
    if format.is_raw:
        return Encoding(Family.RAW, size)
    if format.is_video:
        return Encoding(Family.VIDEO, size)
    if format in (FileFormat.JPEG, FileFormat.THM):
        return Encoding(Family.JPEG, size, _steps(data))
    return Encoding(family(data) if family else Family.WEB, size)


def _steps(data: bytes) -> tuple[int, ...]:
    """The luma table (number 0) of a JPEG; empty where there is none."""
    try:
        tables = [segment for segment in segments(data) if segment.marker == _DQT]
    except ValueError:
        return ()
    for segment in tables:
        at = segment.start + 4
        while at < segment.stop:
            width = 2 if data[at] >> 4 else 1
            number, body = data[at] & 15, data[at + 1 : at + 1 + 64 * width]
            if number == 0 and len(body) == 64 * width:
                return _in_rows([int.from_bytes(body[n : n + width], "big") for n in range(0, len(body), width)])
            at += 1 + 64 * width
    return ()


def _in_rows(steps: list[int]) -> tuple[int, ...]:
    placed = [0] * 64
    for step, place in zip(steps, _ZIGZAG, strict=True):
        placed[place] = max(1, step)
    return tuple(placed)


def _png(data: bytes) -> Family:
    return Family.PALETTE if data[_PNG_COLOUR : _PNG_COLOUR + 1] == bytes([_PNG_PALETTE]) else Family.LOSSLESS


def _bmp(data: bytes) -> Family:
    bits = int.from_bytes(data[_BMP_BITS : _BMP_BITS + 2], "little")
    return Family.PALETTE if 0 < bits <= _BMP_PALETTE else Family.LOSSLESS


def _webp(data: bytes) -> Family:
    kinds = {kind for kind, _, _ in chunks(data, 12, len(data))}
    return Family.LOSSLESS if b"VP8L" in kinds else Family.WEB


def _heic(data: bytes) -> Family:
    return Family.PHONE if b"grid" in picture_kinds(data) else Family.WEB


_FAMILIES: dict[FileFormat, Callable[[bytes], Family]] = {
    FileFormat.PNG: _png,
    FileFormat.BMP: _bmp,
    FileFormat.WEBP: _webp,
    FileFormat.HEIC: _heic,
    FileFormat.TIFF: lambda _: Family.LOSSLESS,
    FileFormat.GIF: lambda _: Family.PALETTE,
}
