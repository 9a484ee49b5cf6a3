"""Small files made by hand, byte by byte, so that tests can say exactly what is wrong with them."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping

from PIL import Image

from lumina.domain.metadata import ImageMetadata
from lumina.domain.values import FileFormat
from lumina.files.metadata import read_metadata

ASCII, BYTE, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 2, 1, 3, 4, 5, 7, 10
Entry = tuple[int, object]
Entries = Mapping[int, Entry]


def ascii_(text: str) -> Entry:
    return ASCII, text.encode() + b"\0"


def rationals(*pairs: tuple[int, int]) -> Entry:
    return RATIONAL, pairs


def _payload(kind: int, value: object, order: str) -> tuple[int, bytes]:
    if isinstance(value, bytes):
        return len(value), value
    if kind in (RATIONAL, SRATIONAL):
        code = "LL" if kind == RATIONAL else "ll"
        pairs = list(value)  # type: ignore[call-overload]
        return len(pairs), b"".join(struct.pack(order + code, *pair) for pair in pairs)
    numbers = list(value) if isinstance(value, (list, tuple)) else [value]
    return len(numbers), struct.pack(
        f"{order}{len(numbers)}{'B' if kind == BYTE else 'H' if kind == SHORT else 'L'}", *numbers
    )


def directory(entries: Entries, at: int, order: str, following: int = 0) -> bytes:
    """A directory standing at `at`, with its values behind it."""
    head, tail = struct.pack(order + "H", len(entries)), b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag in sorted(entries):
        kind, value = entries[tag]
        count, body = _payload(kind, value, order)
        head += struct.pack(order + "HHL", tag, kind, count)
        if len(body) <= 4:
            head += body.ljust(4, b"\0")
        else:
            head += struct.pack(order + "L", behind + len(tail))
            tail += body + b"\0" * (len(body) & 1)
    return head + struct.pack(order + "L", following) + tail


def tiff(ifd0: Entries = {}, exif: Entries = {}, gps: Entries = {}, *, order: str = "<") -> bytes:  # noqa: B006
    """A TIFF structure with up to three directories."""
    first = dict(ifd0)
    if exif:
        first[0x8769] = (LONG, 0)
    if gps:
        first[0x8825] = (LONG, 0)
    exif_at = 8 + len(directory(first, 8, order))
    block = directory(exif, exif_at, order) if exif else b""
    gps_at = exif_at + len(block)
    if exif:
        first[0x8769] = (LONG, exif_at)
    if gps:
        first[0x8825] = (LONG, gps_at)
        block += directory(gps, gps_at, order)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "L", 8) + directory(first, 8, order) + block


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments: bytes, size: tuple[int, int] = (16, 8)) -> bytes:
    """A real JPEG with segments put in behind its start."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG")
    data = out.getvalue()
    return data[:2] + b"".join(segments) + data[2:]


def exif_segment(block: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + block)


def xmp_segment(packet: bytes) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)


NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "tiff": "http://ns.adobe.com/tiff/1.0/",
        "lr": "http://ns.adobe.com/lightroom/1.0/",
        "digiKam": "http://www.digikam.org/ns/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
        "xmpNote": "http://ns.adobe.com/xmp/note/",
        "aux": "http://ns.adobe.com/exif/1.0/aux/",
    }.items()
)


def xmp(body: str = "", attributes: str = "") -> bytes:
    """An XMP packet around properties."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {NAMESPACES} {attributes}>{body}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    ).encode()


def bag(name: str, *items: str, kind: str = "Bag") -> str:
    listed = "".join(f"<rdf:li>{item}</rdf:li>" for item in items)
    return f"<{name}><rdf:{kind}>{listed}</rdf:{kind}></{name}>"


def iptc(**datasets: list[bytes]) -> bytes:
    """Photoshop's APP13 with an IPTC block; keywords are `d<dataset>`, or `charset` for 1:90."""
    block = b""
    for name, values in datasets.items():
        record, number = (1, 90) if name == "charset" else (2, int(name[1:]))
        for value in values:
            block += struct.pack(">BBBH", 0x1C, record, number, len(value)) + value
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">L", len(block)) + block + b"\0" * (len(block) & 1)
    return segment(0xED, b"Photoshop 3.0\0" + resource)


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">L4s", len(body) + 8, kind) + body


def read(data: bytes, format: FileFormat = FileFormat.JPEG, *sidecars: bytes) -> ImageMetadata:  # noqa: A002
    return read_metadata(data, format=format, name="picture", sidecars=sidecars)


def read_exif(ifd0: Entries = {}, exif: Entries = {}, gps: Entries = {}) -> ImageMetadata:  # noqa: B006
    """What is read of a JPEG that holds these directories."""
    return read(jpeg(exif_segment(tiff(ifd0, exif, gps))))
