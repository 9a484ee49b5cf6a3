"""Reading a master once, and saying plainly why it cannot be read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from lumina.domain.picture import PictureError

_LARGEST_SIDECAR = 16 << 20


def read_master(path: Path) -> bytes:
    """All bytes of a file that must not change meanwhile.

    Raises:
        PictureError: `empty`; `vanished`, `unreadable`, `changed` (all three retryable); `no-memory`.
    """
    try:
        with path.open("rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            data = file.readall()
            after = os.fstat(file.fileno())
    except OSError as error:
        raise explained(error) from error
    except MemoryError as error:
        raise PictureError(
            "no-memory", "The file is larger than the memory a worker may use (worker_memory)."
        ) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise PictureError("changed", "The file changed while it was being read.", retryable=True)
    if not data:
        raise PictureError("empty", "The file is empty (0 bytes).")
    return data


def read_sidecar(path: Path) -> bytes:
    """All bytes of a sidecar; none where it is gone or far too large to be one.

    Raises:
        PictureError: `unreadable`, retryable: what it says must not be lost because a drive was away.
    """
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST_SIDECAR else b""
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise explained(error) from error


def master_size(path: Path) -> int:
    """Bytes of a file.

    Raises:
        PictureError: `vanished` or `unreadable`; a pipe or a device counts as unreadable, since reading may never end.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise explained(error) from error
    if not stat.S_ISREG(found.st_mode):
        raise PictureError("unreadable", "Something that is no file stands where the file was.", retryable=True)
    return found.st_size


def explained(error: OSError) -> PictureError:
    """What an operating system's error means for a master; all of these lie outside the file."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return PictureError("vanished", "The file is no longer there.", retryable=True)
    if isinstance(error, PermissionError):
        return PictureError("unreadable", "Lumina is not allowed to read the file.", retryable=True)
    return PictureError("unreadable", f"The file cannot be read: {error.strerror or error}.", retryable=True)
