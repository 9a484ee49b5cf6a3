"""The port through which stages keep derived files."""

from __future__ import annotations

from typing import Protocol

from lumina.domain.values import RenditionKind


class DerivedFiles(Protocol):
    """Content-addressed files on fast disk."""

    def write(self, kind: RenditionKind, key: bytes, data: bytes) -> None:
        """Keeps `data` under its key, whole or not at all; a second time changes nothing.

        Raises:
            PictureError: `disk-full` or `unwritable`, retryable.
        """
