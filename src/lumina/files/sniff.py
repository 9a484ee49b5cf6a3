"""Tell a file's format from its first bytes; the extension only decides where the content cannot."""

from __future__ import annotations

import struct
from pathlib import PurePath

from lumina.domain.values import FileFormat
from lumina.files.extensions import SIDECAR_BY_EXTENSION, STRANGERS, is_media_name
from lumina.files.tiff import sniff_tiff

HEAD = 4096
"""Bytes of the beginning that `sniff` wants to see; fewer only where the file is shorter."""

_F = FileFormat
_MAGIC: tuple[tuple[bytes, FileFormat], ...] = (
    (b"\xff\xd8\xff", _F.JPEG),
    (b"\x89PNG\r\n\x1a\n", _F.PNG),
    (b"GIF87a", _F.GIF),
    (b"GIF89a", _F.GIF),
    (b"FUJIFILMCCD-RAW", _F.RAF),
    (b"IIRO", _F.ORF),
    (b"IIRS", _F.ORF),
    (b"MMOR", _F.ORF),
    (b"IIU\x00", _F.RW2),
    (b"FOVb", _F.RAW),  # Sigma X3F
    (b"\x00MRM", _F.RAW),  # Minolta MRW
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", _F.JXL),
    (b"\x00\x00\x01\xba", _F.MPEG),
    (b"\x00\x00\x01\xb3", _F.MPEG),
)
_RIFF = {b"WEBP": _F.WEBP, b"AVI ": _F.AVI, b"AVIX": _F.AVI}
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_AUDIO_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
_QUICKTIME_BOXES = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def sniff(head: bytes, name: str) -> FileFormat:
    """The format of a file.

    Args:
        head: its first 4096 bytes, or all of them.
        name: its name; only the extension is looked at, and only as a hint.

    Returns:
        The format; `UNKNOWN` where the content is none that Lumina knows, whatever the name says.
    """
    extension = PurePath(name).suffix.lower()
    found = _by_content(head, extension)
    if extension == ".thm" and found in (FileFormat.JPEG, None):
        return FileFormat.THM
    if found is not None:
        return found
    return SIDECAR_BY_EXTENSION.get(extension, FileFormat.UNKNOWN)


def stranger(head: bytes, name: str) -> str:
    """Why a file that is no picture and no video is left out: `audio`, `text`, `document`, `archive`, `empty`, `other`.

    Args:
        head: its first bytes.
        name: its name.
    """
    extension = PurePath(name).suffix.lower()
    if not head:
        return "empty"
    if _is_audio(head):
        return "audio"
    if extension in STRANGERS:
        return STRANGERS[extension]
    if head.startswith((b"%PDF", b"{\\rtf")):
        return "document"
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        return "archive"
    return "text" if _is_text(head) else "other"


def _by_content(head: bytes, extension: str) -> FileFormat | None:
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return sniff_tiff(head, extension)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head.startswith(b"\x1aE\xdf\xa3"):
        return FileFormat.WEBM if b"webm" in head[:128] else FileFormat.MKV
    return _by_structure(head, extension)


def _by_structure(head: bytes, extension: str) -> FileFormat | None:
    """Formats whose signature is weak or not at the beginning."""
    if head[6:14] == b"HEAPCCDR":
        return FileFormat.RAW  # Canon CRW
    if head.startswith(b"\xff\x0a") and (is_media_name("x" + extension) or not extension):
        return FileFormat.JXL
    if _is_bmp(head, extension):
        return FileFormat.BMP
    if _is_transport_stream(head):
        return FileFormat.MPEG
    if _is_xmp(head):
        return FileFormat.XMP
    return _boxes(head)


def _boxes(head: bytes) -> FileFormat | None:
    """ISO base media files, by their brands; QuickTime of old has none."""
    if len(head) < 8:
        return None
    size, kind = struct.unpack(">I4s", head[:8])
    if kind == b"ftyp":
        return _branded(head[8:12], head[16 : max(16, min(size, HEAD))])
    if kind in _QUICKTIME_BOXES and (size >= 8 or size in (0, 1)):
        return FileFormat.MOV
    return None


def _branded(major: bytes, rest: bytes) -> FileFormat | None:
    brands = {major, *(rest[i : i + 4] for i in range(0, len(rest) - 3, 4))}
    if major in _AUDIO_BRANDS or major in (b"jp2 ", b"jpx "):
        return None
    if major == b"crx ":
        return FileFormat.CR3
    if major == b"jxl ":
        return FileFormat.JXL
    if major in _HEIF_BRANDS | _AVIF_BRANDS:
        return FileFormat.AVIF if brands & _AVIF_BRANDS else FileFormat.HEIC
    return FileFormat.MOV if major == b"qt  " else FileFormat.MP4


def _is_bmp(head: bytes, extension: str) -> bool:
    if not head.startswith(b"BM"):
        return False
    if extension in (".bmp", ".dib"):
        return True
    return len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS


def _is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes that begin with 0x47; in M2TS each with 4 bytes before it."""
    return any(
        len(head) > start + 3 * step and all(head[start + i * step] == 0x47 for i in range(4))
        for start, step in ((0, 188), (4, 192))
    )


def _is_xmp(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith((b"<?xpacket", b"<x:xmpmeta")) or (start.startswith(b"<?xml") and b"<x:xmpmeta" in start)


def _is_audio(head: bytes) -> bool:
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return True
    if head[4:8] == b"ftyp" and head[8:12] in _AUDIO_BRANDS:
        return True
    return head.startswith((b"ID3", b"fLaC", b"OggS", b"FORM")) and head[8:12] not in (b"ILBM", b"PBM ")


def _is_text(head: bytes) -> bool:
    """Free of control characters, and UTF-8 but for a character cut in half at the end."""
    if any(byte < 9 or 13 < byte < 27 for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3
    return True
