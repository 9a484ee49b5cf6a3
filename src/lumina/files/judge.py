"""Which of a folder's files are taken in, and as what; each is opened once, for its first 4096 bytes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lumina.domain.values import FileFormat
from lumina.files import names
from lumina.files.extensions import SIDECAR_BY_EXTENSION, STRANGERS, extension, is_media_name
from lumina.files.sniff import HEAD, sniff, stranger

MISSES = 1000
"""After so many files of one foreign extension that are no media, the rest is left out by name: opening 100,000 `.json`
on a network drive at every scan finds nothing."""

SHOWN = 100
"""Files left out that are named."""


class Judge:
    """Decides file by file and counts what it leaves out.

    Args:
        root: the source's folder on this node.

    Attributes:
        ignored: files left out, by reason (`audio`, `text`, `document`, `archive`, `empty`, `other`).
        left_out: the first of them (stored form) with their reasons.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ignored: Counter[str] = Counter()
        self.left_out: list[tuple[str, str]] = []
        self._misses: Counter[str] = Counter()

    def look(self, path: str, size: int) -> FileFormat | None:
        """The format under which the file is taken in; None where it is left out.

        A file named like media is always taken in: as `UNKNOWN` where its content says nothing or cannot be read, so
        that it gets a verdict of its own.

        Args:
            path: relative to the root, as `os` gives it.
            size: bytes.

        Raises:
            FileNotFoundError: it is gone since it was listed.
        """
        if is_media_name(path):
            return self._media(path, size)
        claimed = extension(path)
        if size == 0:
            self._leave_out(path, "empty")
            return None
        if self._misses[claimed] >= MISSES:
            self._leave_out(path, STRANGERS.get(claimed, "other"))
            return None
        return self._foreign(path, claimed)

    def _media(self, path: str, size: int) -> FileFormat:
        claimed = SIDECAR_BY_EXTENSION.get(extension(path))
        try:
            found = sniff(self._head(path), path) if size else FileFormat.UNKNOWN
        except FileNotFoundError:
            raise
        except OSError:
            found = FileFormat.UNKNOWN
        if found is FileFormat.UNKNOWN or found.is_sidecar:
            return claimed or FileFormat.UNKNOWN
        return found

    def _foreign(self, path: str, claimed: str) -> FileFormat | None:
        try:
            head = self._head(path)
        except FileNotFoundError:
            raise
        except OSError:
            self._leave_out(path, "other")
            return None
        found = sniff(head, path)
        if found is FileFormat.UNKNOWN or found.is_sidecar:
            self._leave_out(path, stranger(head, path))
            return None
        self._misses[claimed] = 0
        return found

    def _leave_out(self, path: str, reason: str) -> None:
        self.ignored[reason] += 1
        self._misses[extension(path)] += 1
        if len(self.left_out) < SHOWN:
            self.left_out.append((names.stored(path), reason))

    def _head(self, path: str) -> bytes:
        with (self.root / path).open("rb", buffering=0) as file:
            return file.read(HEAD)
