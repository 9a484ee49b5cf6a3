"""EXIF: the directories of a TIFF structure, walked within bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lumina.files.metadata import names
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.text import decode, decode_utf16
from lumina.files.metadata.tiff import MAX_BYTES, SRATIONAL, Field, Tiff, TiffError

MAX_DIRECTORIES = 48
_SUB_IFDS, _EXIF, _GPS, _INTEROP = 0x014A, 0x8769, 0x8825, 0xA005
_XMP, _IPTC, _PHOTOSHOP, _MAKER_NOTE = 0x02BC, 0x83BB, 0x8649, 0x927C
_DNG_PRIVATE, _PADDING = 0xC634, 0xEA1C
_SILENT = frozenset({0x0111, 0x0117, 0x0144, 0x0145, 0x0201, 0x0202, 0x8773, _DNG_PRIVATE, _PADDING})
"""Offsets, lengths, padding: they describe the file's build, not the picture."""

Block = Callable[[Tiff, Field], None]


class Frame(NamedTuple):
    """A picture that a directory describes: width and height, and whether it is a reduced copy of another."""

    size: tuple[int, int]
    reduced: bool


class ExifReader:
    """Walks IFD0, its sub-directories and its successors into `tags`, each directory once.

    `blocks` takes what stands inside as bytes: tag number -> handler (XMP, IPTC). `group` names the first directory.
    """

    def __init__(self, tags: Tags, blocks: Mapping[int, Block], *, brief: bool = False, group: str = "EXIF") -> None:
        self.tags, self.blocks, self.brief, self.group = tags, blocks, brief, group
        self.seen: set[int] = set()
        self.maker_note: tuple[Tiff, Field] | None = None
        self.frames: list[Frame] = []

    def read(self, tiff: Tiff) -> None:
        """IFD0 as `EXIF`, a second one (the thumbnail's) as `IFD1`, further pages not at all."""
        following = self._directory(tiff, tiff.first, self.group)
        if following and not self.brief and self.group == "EXIF":
            self._directory(tiff, following, "IFD1")

    def _directory(self, tiff: Tiff, offset: int, group: str) -> int:
        if offset in self.seen:
            self.tags.note(f"{group}: a directory points back to one that was read already")
            return 0
        if len(self.seen) >= MAX_DIRECTORIES:
            self.tags.note("too many directories: the rest was left")
            return 0
        self.seen.add(offset)
        try:
            fields, following = tiff.fields(offset)
        except TiffError as error:
            self.tags.note(f"{group}: {error}")
            return 0
        for field in fields:
            self._field(tiff, field, group)
        if group != "GPS":
            self._frame(tiff, fields)
        return following

    def _field(self, tiff: Tiff, field: Field, group: str) -> None:
        tag = field.tag
        if self.brief and tag not in names.BRIEF:
            return
        if tag in (_EXIF, _GPS, _INTEROP, _SUB_IFDS) and group != "GPS":
            self._descend(tiff, field, group)
        elif tag == _MAKER_NOTE and group == "EXIF":
            self.maker_note = self.maker_note or (tiff, field)
        elif tag in self.blocks and group == "EXIF":
            self.blocks[tag](tiff, field)
        elif tag not in _SILENT and tag not in (_XMP, _IPTC, _PHOTOSHOP, _MAKER_NOTE):
            self._keep(tiff, field, group)

    def _descend(self, tiff: Tiff, field: Field, group: str) -> None:
        if field.tag == _SUB_IFDS:
            for pointer in tiff.integers(field, 8):
                self._directory(tiff, pointer, "SubIFD")
            return
        inner = {_GPS: "GPS", _EXIF: group, _INTEROP: "Interop"}[field.tag]
        pointer = tiff.integer(field)
        if pointer > 0 and not (self.brief and inner == "Interop"):
            self._directory(tiff, pointer, inner)

    def _keep(self, tiff: Tiff, field: Field, group: str) -> None:
        table = names.GPS if group == "GPS" else names.EXIF
        name = table.get(field.tag)
        if group == "SubIFD" and name in _PER_FRAME:
            return
        if field.size < 0:
            self.tags.note(f"{group}: {name or hex(field.tag)} lies outside the file")
            return
        if not self.tags.spend(min(field.size, MAX_BYTES)):
            return
        if field.tag in names.RATIONALS and (field.type, field.number) == (3, 4):
            field = field._replace(type=SRATIONAL, number=1)
        value = _special(tiff, field, group) if field.tag in _SPECIAL.get(group, ()) else tiff.value(field)
        self.tags.replace(f"{group}:{name or f'0x{field.tag:04x}'}", value)

    def _frame(self, tiff: Tiff, fields: list[Field]) -> None:
        """Remember the size of the picture that a directory describes."""
        numbers = {f.tag: tiff.integer(f) for f in fields if f.tag in (0x00FE, 0x0100, 0x0101)}
        if numbers.get(0x0100, 0) > 0 and numbers.get(0x0101, 0) > 0:
            reduced = bool(max(numbers.get(0x00FE, 0), 0) & 1)
            self.frames.append(Frame((numbers[0x0100], numbers[0x0101]), reduced))


_PER_FRAME = frozenset({"BitsPerSample", "Compression", "PhotometricInterpretation", "SamplesPerPixel"})
_SPECIAL: dict[str, frozenset[int]] = {
    "EXIF": names.XP_TEXTS | names.CHARSET_TEXTS,
    "GPS": names.CHARSET_TEXTS_GPS,
}


def _special(tiff: Tiff, field: Field, group: str) -> str:
    data = tiff.bytes(field)[:MAX_BYTES]
    if field.tag in names.XP_TEXTS and group == "EXIF":
        return decode_utf16(data)
    return charset_text(data, tiff.order)


def charset_text(data: bytes, order: str) -> str:
    """A text whose first 8 bytes name its character set (EXIF UserComment and its like)."""
    head, body = data[:8], data[8:]
    if head == b"UNICODE\0":
        return decode_utf16(body, utf16_order(body, order))
    if head in (b"ASCII\0\0\0", b"\0\0\0\0\0\0\0\0"):
        return decode(body)
    if head == b"JIS\0\0\0\0\0":
        return decode(body.decode("iso2022_jp", "replace").encode())
    return decode(data)


def utf16_order(data: bytes, order: str) -> str:
    """Writers disagree on the byte order of UNICODE texts: a mark decides, else where the zero bytes stand."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    high, low = data[0:64:2].count(0), data[1:64:2].count(0)
    if high == low:
        return "utf-16-le" if order == "<" else "utf-16-be"
    return "utf-16-le" if low > high else "utf-16-be"
