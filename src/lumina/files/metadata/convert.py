"""From tag values to fields: each function takes anything and gives a usable value or None."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from lumina.files.metadata.text import clean

NAME_LIMIT = 200
"""Characters of a name that stands in an index (camera, lens, serial)."""
_FRACTION = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)(?:\s*/\s*([+-]?\d+(?:\.\d+)?))?\s*(?:mm|m)?\s*$", re.ASCII)


def first(value: Any) -> Any:
    """The first of a list, or the value itself."""
    if isinstance(value, list):
        return value[0] if value else None
    return value


def text(value: Any) -> str | None:
    """A non-empty text; numbers are spelt out."""
    value = first(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return clean(str(value)) or None


def name(value: Any) -> str | None:
    """A short text of one line with at least one letter or digit; `----` names nothing."""
    words = text(value)
    if not words or not any(letter.isalnum() for letter in words):
        return None
    return " ".join(words[: 4 * NAME_LIMIT].splitlines())[:NAME_LIMIT].strip() or None


def number(value: Any) -> float | None:
    """A finite number; XMP's `1/60` is divided."""
    value = first(value)
    if isinstance(value, str):
        value = _divide(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    number = float(value)
    return number if math.isfinite(number) and (number == 0 or 1e-12 < abs(number) < 1e12) else None


def _divide(words: str) -> float | None:
    match = _FRACTION.match(words[:64])
    if not match:
        return None
    bottom = float(match[2]) if match[2] else 1.0
    return float(match[1]) / bottom if bottom else None


def positive(value: Any) -> float | None:
    """A number above zero."""
    found = number(value)
    return found if found is not None and found > 0 else None


def f_number(value: Any) -> float | None:
    """N of f/N; 0 and what no lens has are unknown."""
    found = positive(value)
    return found if found is not None and found < 1000 else None


def bias(value: Any) -> float | None:
    """Exposure values; beyond +-50 it is no exposure bias."""
    found = number(value)
    return found if found is not None and abs(found) <= 50 else None


def integer(value: Any) -> int | None:
    """A whole number that fits 32 bits."""
    found = number(value)
    return int(found) if found is not None and abs(found) < 2**31 else None


def iso(value: Any) -> int | None:
    """An ISO speed; 0 and EXIF's 65535 (see the other sensitivity tags) are unknown."""
    if isinstance(value, list):
        value = next((v for v in value if v), None)
    found = integer(value)
    return found if found is not None and 0 < found < 10_000_000 and found != 65_535 else None


def flash(value: Any) -> int | None:
    """EXIF's flash bits."""
    found = integer(value)
    return found if found is not None and 0 <= found <= 0x7FFF else None


def orientation(value: Any) -> int | None:
    """EXIF 1-8."""
    found = integer(value)
    return found if found is not None and 1 <= found <= 8 else None


def shutter_apex(value: Any) -> float | None:
    """APEX time value -> seconds; 0 is what cameras write that do not know it."""
    found = number(value)
    return 2.0**-found if found and -20 <= found <= 30 else None


def aperture_apex(value: Any) -> float | None:
    """APEX aperture value -> f-number."""
    found = number(value)
    return round(2.0 ** (found / 2), 2) if found is not None and 0 < found <= 20 else None


def stars(value: Any) -> int | None:
    """A rating of 0-5, or -1 for rejected."""
    found = number(value)
    return round(found) if found is not None and -1 <= found <= 5 else None


def percent_stars(value: Any) -> int | None:
    """Windows' percentage (1, 25, 50, 75, 99) -> stars."""
    found = number(value)
    if found is None or not 0 <= found <= 100:
        return None
    return 0 if found == 0 else 1 + sum(found >= step for step in (13, 38, 63, 87))


def lens_range(value: Any) -> str | None:
    """Shortest and longest focal length with their f-numbers -> `18-70mm f/3.5-4.5`."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 4:
        return None
    short, long, wide, narrow = (positive(part) for part in value)
    if short is None or short > 10_000:
        return None
    zoom = f"{short:g}-{long:g}mm" if long is not None and long != short else f"{short:g}mm"
    if wide is None or wide > 100:
        return zoom
    stops = f"{wide:g}-{narrow:g}" if narrow is not None and narrow != wide else f"{wide:g}"
    return f"{zoom} f/{stops}"


def caption(value: Any) -> str | None:
    """A text that a person wrote: what cameras put there by themselves is no caption."""
    words = text(value)
    return None if words is None or _BOILERPLATE.fullmatch(words) else words


_BOILERPLATE = re.compile(
    r"OLYMPUS DIGITAL CAMERA|SONY DSC|MINOLTA DIGITAL CAMERA|KONICA MINOLTA DIGITAL CAMERA|SAMSUNG|"
    r"(?:SAMSUNG )?DIGIMAX.*|Exif_JPEG_PICTURE|Exif JPEG|DCF.*IMAGE|Digital StillCamera|<?Digimax.*|DIGITAL CAMERA|"
    r"[A-Z]:?\\DCIM\\.*|DCIM\\.*|default|untitled|charset=.*|\.|-",
    re.IGNORECASE,
)
