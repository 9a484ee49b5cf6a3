"""What does not fit together in another program's folder, and a summary of what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Odd(StrEnum):
    """Kinds of disagreement. What is listed under one is never guessed at: it is left, or made again."""

    BAD_ID = "bad-id"
    """A listing's or an image's number that is none."""
    DUPLICATE_ROW = "duplicate-row"
    """Two rows for one image; it counts as done only what all of them say is."""
    ODD_FLAG = "odd-flag"
    """A flag that says neither yes nor no; it counts as no."""
    FILE_MISSING = "file-missing"
    """Marked as downloaded, but the file is not there."""
    FILE_EMPTY = "file-empty"
    """The file is there, with 0 bytes."""
    FILE_UNMARKED = "file-unmarked"
    """A file of an image that is not marked as downloaded."""
    FILE_TWICE = "file-twice"
    """A second file of an image."""
    FILE_WITHOUT_IMAGE = "file-without-image"
    """A file of an image that no row knows."""
    CUTOUT_MISSING = "cutout-missing"
    """Marked as cut out, but the file is not there."""
    CUTOUT_UNMARKED = "cutout-unmarked"
    """A cut-out of an image that is not marked so."""
    VECTOR_MISSING = "vector-missing"
    """Marked as embedded, but there is no vector."""
    VECTOR_UNMARKED = "vector-unmarked"
    """A vector of an image that is not marked as embedded."""
    VECTOR_WITHOUT_IMAGE = "vector-without-image"
    """A vector of an image that no row knows."""
    VECTOR_WITHOUT_FILE = "vector-without-file"
    """A vector of an image whose file is not there."""
    VECTOR_TWICE = "vector-twice"
    """Two rows of the index for one image; neither is taken."""
    VECTOR_BAD = "vector-bad"
    """A vector with numbers that are not finite, or of zeros."""
    VECTOR_BEYOND = "vector-beyond"
    """A row of the index beyond the end of the file, or a vector that no row of the index tells of."""
    FILE_UNREADABLE = "vector-file"
    """A file of vectors that cannot be used: damaged, of another kind, of other dimensions, of no known model."""
    HISTORY_WITHOUT = "history-without"
    """History or a review of what no row knows, or of no time."""


SAID = 5
"""Sentences about files that a message has."""


@dataclass(slots=True)
class Summary:
    """What a folder holds and what of it is taken over.

    Attributes:
        rows: rows of images. images: different ones. downloaded, cut_out: of these with file and mark.
        embedded: model (`clip-vit-b32`, `clip-vit-b32:text`) -> images.
        listings, shops, reviews, history: rows.
        odd: kind of disagreement -> how many. report: where each is listed.
        troubles: sentences about whole files that are damaged, absent or do not fit the others.
        strange: table -> columns that were not understood. absent: tables that are not there.
    """

    rows: int = 0
    images: int = 0
    downloaded: int = 0
    cut_out: int = 0
    embedded: dict[str, int] = field(default_factory=dict)
    listings: int = 0
    shops: int = 0
    reviews: int = 0
    history: int = 0
    odd: dict[str, int] = field(default_factory=dict)
    report: str = ""
    strange: dict[str, list[str]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        """One sentence for a person."""
        odd = sum(self.odd.values())
        found = f"{self.images:,} images of {self.listings:,} listings, {self.downloaded:,} with their files"
        vectors = ", ".join(f"{model} {count:,}" for model, count in self.embedded.items())
        said = found + (f"; vectors: {vectors}" if vectors else "") + (f"; {odd:,} disagreements" if odd else "")
        return ". ".join([said, *(trouble.rstrip(".") for trouble in self.troubles[:SAID])])

    def document(self) -> Mapping[str, Any]:
        """As JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__}
