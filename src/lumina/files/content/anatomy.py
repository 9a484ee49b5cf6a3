"""What makes up the picture in a file, apart from what only describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, overload

Span = tuple[int, int]
"""First byte, and the byte after the last."""


class Bytes(Protocol):
    """Bytes of a file, in memory or read piece by piece."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Where the image data lies.

    Attributes:
        spans: stretches of the file that hold image data and what is needed to decode it; empty where the structure
            is unknown.
        colour: what else decides about colours: ICC profile, gamma; part of the render key, not of the content.
    """

    spans: list[Span] = field(default_factory=list)
    colour: bytes = b""
