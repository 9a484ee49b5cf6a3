"""Keywords, flat and hierarchical, from the best source that has any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lumina.files.metadata.text import clean

MAX_KEYWORDS = 1_000
KEYWORD_LIMIT = 500
_FLAT = ("dc:subject",)
_HIERARCHICAL = ("lr:hierarchicalSubject", "mediapro:CatalogSets", "expressionmedia:CatalogSets")
_SLASHED = ("digiKam:TagsList", "MicrosoftPhoto:LastKeywordXMP")


def keywords(values: Mapping[str, Any]) -> tuple[tuple[str, ...], str | None]:
    """The keywords and the tag they come from: sidecar, else embedded XMP, else IPTC, else Windows' own.

    Levels of a hierarchy are joined by `|`; flat and hierarchical keywords of one source stand side by side.
    """
    for group in ("Sidecar", "XMP"):
        found, key = _from_xmp(values, group)
        if found:
            return found, key
    for key in ("IPTC:Keywords", "EXIF:XPKeywords", "PNG:Keywords", "QuickTime:Keywords", "RIFF:Keywords"):
        found = _unique(_split(values.get(key), iptc=key.startswith("IPTC")))
        if found:
            return found, key
    return (), None


def _from_xmp(values: Mapping[str, Any], group: str) -> tuple[tuple[str, ...], str | None]:
    words: list[str] = []
    first: str | None = None
    for name in (*_FLAT, *_HIERARCHICAL, *_SLASHED):
        key = f"{group}:{name}"
        found = list(_texts(values.get(key)))
        if found:
            first = first or key
            words += [w.replace("/", "|") for w in found] if name in _SLASHED else found
    return _unique(iter(words)), first


def _texts(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, (str, int, float)):
            yield str(item)


def _split(value: Any, *, iptc: bool) -> Iterator[str]:
    for words in _texts(value):
        if iptc:
            yield words
        else:
            yield from words.replace(",", ";").split(";")


def _unique(words: Iterator[str]) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for word in words:
        levels = [clean(level) for level in word[:KEYWORD_LIMIT].split("|")]
        text = "|".join(level for level in levels if level)
        if text and len(kept) < MAX_KEYWORDS:
            kept[text] = None
    return tuple(kept)
