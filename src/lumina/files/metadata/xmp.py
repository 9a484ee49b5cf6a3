"""XMP packets: RDF/XML flattened to `prefix:Property` paths."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from lumina.files.metadata.tags import Tags
from lumina.files.metadata.text import clean

MAX_PACKET = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 4_096
MAX_TEXT = 16_384
_COST = 400
"""What an element costs of the budget: elements take time, not bytes."""

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://ns.adobe.com/xmp/note/": "xmpNote",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://ns.microsoft.com/photo/1.0": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.0/": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.2/": "MP",
    "http://www.digikam.org/ns/1.0/": "digiKam",
    "http://ns.acdsee.com/iptc/1.0/": "acdsee",
    "http://ns.acdsee.com/sgm/1.0/": "acdsee-sgm",
    "http://ns.camerabits.com/photomechanic/1.0/": "photomechanic",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
    "http://www.metadataworkinggroup.com/schemas/keywords/": "mwg-kw",
    "http://ns.apple.com/faceinfo/1.0/": "apple-fi",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
    "http://ns.google.com/photos/1.0/container/": "Container",
    "http://ns.google.com/photos/1.0/panorama/": "GPano",
    "http://darktable.sf.net/": "darktable",
}


class _Stop(Exception):
    """A cap is reached: what was read so far stands."""


class _Flattener:
    """Target of the parser: collects texts and attributes under the path of their property names."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.path: list[str | None] = []
        self.text: list[str] = []
        self.length = 0
        self.count = 0
        self.default_language = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.path) >= MAX_DEPTH:
            raise _Stop(f"XMP is nested deeper than {MAX_DEPTH} levels")
        self.path.append(_short(tag))
        self.text, self.length = [], 0
        if tag == f"{_RDF}li":
            self.default_language = attributes.get(_XML_LANG) == "x-default"
        for name, value in attributes.items():
            if not name.startswith(("{http://www.w3.org/", "xmlns")) and name.startswith("{"):
                self.keep((*self.path, _short(name)), value)
        resource = attributes.get(f"{_RDF}resource")
        if resource:
            self.keep(tuple(self.path), resource)

    def data(self, text: str) -> None:
        if self.length < MAX_TEXT:
            self.text.append(text[:MAX_TEXT])
            self.length += len(text)

    def end(self, tag: str) -> None:
        text = "".join(self.text)
        self.text, self.length = [], 0
        if text and not text.isspace():
            self.keep(tuple(self.path), text, listed=tag == f"{_RDF}li")
        self.path.pop()

    def close(self) -> None:
        """Nothing is left to do."""

    def keep(self, path: tuple[str | None, ...], text: str, *, listed: bool = False) -> None:
        key = "/".join(part for part in path if part)
        if not key:
            return
        self.count += 1
        if self.count > MAX_VALUES:
            raise _Stop(f"XMP holds more than {MAX_VALUES} values")
        value = clean(text[:MAX_TEXT])
        known = self.values.get(key)
        if listed and isinstance(known, list):
            self._append(known, value)
        elif listed:
            self.values[key] = [value]
        elif known is None:
            self.values[key] = value
        elif "/" in key:
            self.values[key] = [*known, value] if isinstance(known, list) else [known, value]

    def _append(self, known: list[str], value: str) -> None:
        if self.default_language:
            known.insert(0, value)
        else:
            known.append(value)


def _short(tag: str) -> str | None:
    """`{uri}Name` -> `prefix:Name`; None for the scaffolding of RDF and of the packet."""
    uri, _, name = tag[1:].rpartition("}")
    if not uri or uri == _RDF[1:-1] or uri == "adobe:ns:meta/":
        return None
    prefix = _PREFIXES.get(uri)
    if prefix is None:
        prefix = uri.rstrip("/#").rpartition("/")[2][:32] or "ns"
    return f"{prefix}:{name[:64]}"


def read_xmp(packet: bytes, tags: Tags, group: str = "XMP") -> None:
    """Flatten a packet into `group:prefix:Property`; lists become lists, structures `a/b` paths.

    No DTD, no entities, `MAX_PACKET` bytes, `MAX_DEPTH` levels. A damaged packet counts as far as it is whole.
    """
    if not tags.spend(min(len(packet), MAX_PACKET) + _COST * packet.count(b"<", 0, MAX_PACKET)):
        return
    target = _Flattener()
    if len(packet) > MAX_PACKET:
        tags.note(f"{group}: a packet of {len(packet)} bytes is cut at {MAX_PACKET}")
    try:
        parser = DefusedXMLParser(target=target, forbid_dtd=True)
        parser.feed(_trim(packet[:MAX_PACKET]))
        parser.close()
    except DefusedXmlException as error:
        tags.note(f"{group}: refused, {type(error).__name__}")
    except ParseError as error:
        tags.note(f"{group}: broken XML, {error}")
    except _Stop as error:
        tags.note(f"{group}: {error}; the rest was left")
    except (ValueError, LookupError, UnicodeError) as error:
        tags.note(f"{group}: unreadable, {clean(str(error))[:100]}")
    for key, value in target.values.items():
        tags.put(f"{group}:{key}", value[0] if isinstance(value, list) and len(value) == 1 else value)


def _trim(packet: bytes) -> bytes:
    """Drop what writers leave around a packet: blanks, NULs, the wrapper with its often damaged byte order mark."""
    if packet[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in packet[:4]:
        return packet
    start = packet.find(b"<")
    if packet[start : start + 9] == b"<?xpacket":
        start = packet.find(b"?>", start) + 2
    packet = packet[max(start, 0) :]
    end = packet.rfind(b">")
    return packet[: end + 1] if end >= 0 else packet
