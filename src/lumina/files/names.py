"""Any name the operating system can hold, as text that any database, JSON or browser can hold, and back.

Python shows a byte that is not UTF-8 as a lone surrogate U+DC80..U+DCFF, which no database accepts. Stored names carry
U+10DC80..U+10DCFF (private use, never seen in real names) in their place. A genuine character of that range is stored
as the escapes of its UTF-8 bytes, so nothing is ambiguous: stored -> native is one-to-one.
"""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath

_SHIFT = 0x100000
_TO_STORED = {code: code + _SHIFT for code in range(0xD800, 0xE000)}
_TO_NATIVE = {code + _SHIFT: code for code in range(0xD800, 0xE000)}
_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPES = re.compile("[\U0010d800-\U0010dfff]")
_GENUINE_BYTES = re.compile("[\U0010dc80-\U0010dcff]")


def stored(native: str) -> str:
    """The text form of a path as `os` gives it; `/` separates folders on every system."""
    if os.name == "nt":
        return _windows_stored(native.replace("\\", "/"))
    if native.isascii():
        return native
    escaped = _GENUINE_BYTES.sub(lambda found: _as_byte_surrogates(found[0]), native)
    return escaped.translate(_TO_STORED) if _SURROGATES.search(escaped) else escaped


def native(text: str) -> str:
    """The path for `os` of a stored one."""
    if os.name == "nt":
        return _windows_native(text)
    if text.isascii() or not _GENUINE_BYTES.search(text):
        return text
    return (
        _GENUINE_BYTES.sub(lambda found: chr(ord(found[0]) - _SHIFT), text)
        .encode("utf-8", "surrogateescape")
        .decode("utf-8", "surrogateescape")
    )


def parent(path: str) -> str:
    """The folder of a stored relative path; empty at the top."""
    return path.rpartition("/")[0]


def base(path: str) -> str:
    """The last part of a stored relative path."""
    return path.rpartition("/")[2]


def join(folder: str, name: str) -> str:
    """A stored path below a stored folder."""
    return f"{folder}/{name}" if folder else name


def is_within(path: str, folder: str) -> bool:
    """True where `path` is `folder` or lies below it; everything lies below the empty folder."""
    folder = folder.rstrip("/")
    return not folder or path == folder or path.startswith(folder + "/")


def relative(path: str, folder: str) -> str:
    """`path` as seen from `folder`, which holds it.

    Raises:
        ValueError: it does not.
    """
    if not is_within(path, folder):
        raise ValueError(f"{path!r} is not within {folder!r}")
    return str(PurePosixPath(path).relative_to(folder)) if path != folder else ""


def _as_byte_surrogates(character: str) -> str:
    return character.encode("utf-8").decode("ascii", "surrogateescape")


def _windows_stored(name: str) -> str:
    """UTF-16 names: lone surrogates are shifted, a genuine character of the shifted range becomes its two units."""
    split = _ESCAPES.sub(lambda found: _units(found[0]), name)
    return _SURROGATES.sub(lambda found: chr(ord(found[0]) + _SHIFT), split)


def _windows_native(text: str) -> str:
    shifted = text.translate(_TO_NATIVE)
    return shifted.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _units(character: str) -> str:
    code = ord(character) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))
