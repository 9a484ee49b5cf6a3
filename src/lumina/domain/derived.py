"""The port through which stages keep derived files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lumina.domain.values import RenditionKind


class DerivedFiles(Protocol):
    """Content-addressed files on fast disk."""

    def write(self, kind: RenditionKind, key: bytes, data: bytes, check: Callable[[bytes], None] | None = None) -> None:
        """Keeps `data` under its key, whole or not at all; a second time changes nothing.

        Args:
            kind: of the file.
            key: its name.
            data: the file's bytes.
            check: is given what has been written, read back, before the file takes its place; may raise `PictureError`.

        Raises:
            PictureError: `disk-full` or `unwritable`, retryable.
        """
