"""A master once it is open: a still held in memory, or a film read piece by piece."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Protocol

from blake3 import blake3

from lumina.domain.values import Checksums, FileFormat
from lumina.files import content
from lumina.files.decode import Source, open_source
from lumina.files.read import master_size, read_master
from lumina.files.sniff import HEAD, sniff
from lumina.files.video import check_film, described_part, open_film
from lumina.files.window import FileWindow

_AT_ONCE = 64 << 20
"""Bytes up to which any file is read whole before its format is known."""
_CHUNK = 4 << 20


class Master(Protocol):
    """One opened master.

    Attributes:
        format: what the content is.
    """

    format: FileFormat

    @property
    def data(self) -> bytes:
        """All bytes."""

    @property
    def described(self) -> bytes:
        """The part of them that may hold metadata."""

    @property
    def checksums(self) -> Checksums:
        """Of the bytes and of the image data."""

    @property
    def anatomy(self) -> content.Anatomy:
        """Where the image data lies."""

    def source(self, max_pixels: int) -> Source:
        """The decoder, its header read; see `lumina.files.decode.open_source` for the errors."""


def open_master(path: Path) -> Master:
    """Opens and, unless it is a large film, reads a master.

    Raises:
        PictureError: `empty`, `vanished`, `unreadable`, `changed`, `no-memory`.
    """
    if master_size(path) <= _AT_ONCE:
        data = read_master(path)
        kind = sniff(data[:HEAD], path.name)
        return Film(path, kind, data) if kind.is_video else Still(data, kind)
    window = FileWindow(path)
    kind = sniff(window[:HEAD], path.name)
    if kind.is_video:
        return Film(path, kind, window)
    window.close()
    return Still(read_master(path), kind)


class Still:
    """A picture, in memory."""

    def __init__(self, data: bytes, kind: FileFormat) -> None:
        self.data, self.described, self.format = data, data, kind

    @cached_property
    def anatomy(self) -> content.Anatomy:
        """Where the image data lies."""
        return content.anatomy(self.data, self.format)

    @cached_property
    def checksums(self) -> Checksums:
        """Of the bytes and of the image data."""
        return Checksums(blake3(self.data).digest(), content.digest(self.data, self.anatomy))

    def source(self, max_pixels: int) -> Source:
        """The decoder, its header read and checked."""
        return open_source(self.data, self.format, max_pixels)


class Film:
    """A video; `bytes` is the file, in memory where it is small."""

    def __init__(self, path: Path, kind: FileFormat, film: content.Bytes) -> None:
        self.path, self.format, self.film = path, kind, film

    @property
    def data(self) -> bytes:
        """All bytes, however many."""
        return self.film[0 : len(self.film)]

    @cached_property
    def described(self) -> bytes:
        """The boxes or chunks around the streams."""
        return described_part(self.film, self.format)

    @cached_property
    def anatomy(self) -> content.Anatomy:
        """Where the streams lie."""
        return content.anatomy(self.film, self.format)

    @cached_property
    def checksums(self) -> Checksums:
        """Of the bytes and of the streams."""
        hasher, length = blake3(), len(self.film)
        for at in range(0, length, _CHUNK):
            hasher.update(self.film[at : min(length, at + _CHUNK)])
        return Checksums(hasher.digest(), content.digest(self.film, self.anatomy))

    def source(self, max_pixels: int) -> Source:
        """The poster frame of a film whose structure is whole."""
        check_film(self.film, self.format)
        return open_film(self.path, max_pixels)
