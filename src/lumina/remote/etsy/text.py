"""Text that a database takes."""

from __future__ import annotations

import re
from typing import Any

_SUSPECT = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|\x00")


def clean(value: Any, body: bytes) -> Any:
    """A value read from JSON without what no database keeps: zero characters, halves of characters.

    Args:
        value: what was read.
        body: from what; where nothing in it is suspect, the value is left as it is.
    """
    return _cleaned(value) if _SUSPECT.search(body) else value


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(part) for name, part in value.items()}
    return value
