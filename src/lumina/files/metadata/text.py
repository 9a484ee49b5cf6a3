"""Text out of bytes that may hold anything."""

from __future__ import annotations

TEXT_LIMIT = 16_384
"""Characters kept of any one text."""


def decode(data: bytes) -> str:
    """UTF-8 where it is valid, else Latin-1; cut at the first NUL, outer blanks stripped, capped."""
    end = data.find(b"\0")
    if end >= 0:
        data = data[:end]
    data = data[: 4 * TEXT_LIMIT]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _nearly_utf8(data)
    return text.strip()[:TEXT_LIMIT]


def _nearly_utf8(data: bytes) -> str:
    """A cap or a careless writer may cut the last character; anything else that is not UTF-8 is taken for Latin-1."""
    try:
        return (
            data[:-3].decode("utf-8") + data[-3:].decode("utf-8", "ignore")
            if len(data) > 16
            else data.decode("latin-1")
        )
    except UnicodeDecodeError:
        return data.decode("latin-1")


def decode_utf16(data: bytes, encoding: str = "utf-16-le") -> str:
    """UTF-16 as Windows writes it; damaged pairs become U+FFFD."""
    return clean(data[: 4 * TEXT_LIMIT].decode(encoding, "replace"))


def clean(text: str) -> str:
    """Text that PostgreSQL can store: no NUL, no lone surrogates; stripped and capped."""
    text = text[: 2 * TEXT_LIMIT]
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.strip()[:TEXT_LIMIT]
