"""The bounded collection that every reader fills."""

from __future__ import annotations

import json
from typing import Any

MAX_TAGS = 8_192
MAX_NOTES = 32
RAW_LIMIT = 65_536
"""Bytes of JSON that are kept of all tags together."""
_ITEM_LIMIT = 8_192
BUDGET = 24 * 1024 * 1024
"""Bytes of metadata that are decoded of one file and its sidecars: whatever its tables claim, reading ends soon."""


class Tags:
    """Values keyed `Group:Tag`, all of them JSON-ready; the first value of a key wins unless replaced.

    Attributes:
        values: what was read. Numbers are finite; a fraction over zero is None.
        notes: remarks for a person, at most `MAX_NOTES`.
        width, height: pixels as stored, once a reader has found them.
        size_from: where the dimensions were found.
        duration: seconds of a video.
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.left = BUDGET
        self.notes: list[str] = []
        self.width: int | None = None
        self.height: int | None = None
        self.size_from = "File"
        self.duration: float | None = None

    def put(self, key: str, value: Any) -> None:
        """Keep `value` unless the key is taken or there are too many tags."""
        if key not in self.values and len(self.values) < MAX_TAGS:
            self.values[key] = value

    def replace(self, key: str, value: Any) -> None:
        """Keep `value` in place of an earlier one, unless it is empty: of a tag given twice the last one counts."""
        if value is not None and value != "":
            self.values.pop(key, None)
        self.put(key, value)

    def spend(self, size: int) -> bool:
        """Take `size` bytes from the budget; False, and nothing more may be decoded, once it is used up."""
        if size > self.left:
            self.note("more metadata than can be meant: the rest was left")
            self.left = 0
            return False
        self.left -= max(size, 1)
        return True

    def note(self, text: str) -> None:
        """Keep a remark once."""
        if text not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(text)

    def size(self, width: int, height: int, source: str = "File") -> None:
        """Record the picture's dimensions; the first plausible ones stand."""
        if self.width is None and 0 < width < 2**31 and 0 < height < 2**31:
            self.width, self.height, self.size_from = width, height, source

    def raw(self) -> dict[str, Any]:
        """All tags, within `RAW_LIMIT` bytes of JSON; what does not fit is counted in a note."""
        if len(json.dumps(self.values, ensure_ascii=False).encode()) <= RAW_LIMIT:
            return self.values
        return self._trimmed()

    def _trimmed(self) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        room, left_out = RAW_LIMIT - 2, 0
        for key, value in self.values.items():
            size = len(json.dumps({key: value}, ensure_ascii=False).encode())
            if size > _ITEM_LIMIT or size > room:
                left_out += 1
                continue
            kept[key] = value
            room -= size
        self.note(f"{left_out} large tags were left out of the raw tags")
        return kept
