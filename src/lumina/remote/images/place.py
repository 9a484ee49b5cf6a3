"""Files that have arrived, put where they belong: all of one or nothing of it."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from lumina.domain.market import Downloaded, RemoteImage
from lumina.domain.picture import PictureError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PART = ".part"
OLD_SECONDS = 3600
"""A file that nobody has finished for so long was left behind by a process that was killed."""

Examine = Callable[[bytes], str]
"""Looks at a whole file and says of which format it is; raises `PictureError` for what is no whole picture."""


def put(image: RemoteImage, data: bytes, examine: Examine, etag: str | None, last_modified: str | None) -> Downloaded:
    """Look at a file, and put it into its place: beside it first, flushed to the disk, then renamed.

    A file that is there already and has the same bytes stays as it is.

    Raises:
        PictureError: it is no whole picture; or `disk-full`, `unwritable` (retryable; nothing is left behind).
    """
    found = examine(data)
    path = place_of(image, found)
    try:
        changed = not _same(image.root / path, data)
        if changed:
            _write(image.root, image.root / path, data)
            _remove_other(image, path)
        state = (image.root / path).stat()
    except OSError as error:
        raise _explained(error, image.root) from error
    return Downloaded(
        path=path,
        format=found,
        size=state.st_size,
        modified_ns=state.st_mtime_ns,
        device=state.st_dev,
        inode=state.st_ino,
        etag=etag,
        last_modified=last_modified,
        changed=changed,
    )


def place_of(image: RemoteImage, content: str) -> str:
    """Where the file goes, relative to the source: what its content is decides about the end of its name.

    Raises:
        PictureError: `bad-name`: this would lie outside the source's folder, or be hidden in it.
    """
    asked = PurePosixPath(image.path)
    name = asked.stem if image.size is not None else asked.name
    path = asked.with_name(f"{name}.{'jpg' if content == 'jpeg' else content}") if name else asked
    odd = any(part in ("", ".", "..") or part.startswith(".") or set(part) & set("\\\0:") for part in path.parts)
    if not name or odd or path.is_absolute():
        raise PictureError("bad-name", f"{image.path!r} is no name that a download may have.")
    return str(path)


def there(image: RemoteImage) -> bool:
    """Whether the file that was downloaded before still lies there as it was."""
    if image.size is None:
        return False
    with suppress(OSError):
        return (image.root / image.path).stat().st_size == image.size
    return False


def sweep(root: Path) -> int:
    """Remove what downloads have left behind that were killed long ago; returns how many files."""
    removed = 0
    with suppress(OSError):
        for path in (root / PART).iterdir():
            if path.stat().st_mtime < time.time() - OLD_SECONDS:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except (FileNotFoundError, NotADirectoryError):
        return False


def _write(root: Path, path: Path, data: bytes) -> None:
    """`PART` lies in the same folder of the source, so that the file is renamed, never copied."""
    beside = root / PART / f"{os.getpid()}-{path.name}-{time.monotonic_ns()}"
    try:
        _write_through(beside, data)
        try:
            beside.replace(path)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def _write_through(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_other(image: RemoteImage, path: str) -> None:
    """The picture came in another format the last time: its file has another name."""
    if image.size is not None and image.path != path:
        with suppress(OSError):
            (image.root / image.path).unlink()


def _explained(error: OSError, root: Path) -> PictureError:
    if error.errno in FULL:
        return PictureError("disk-full", f"The disk is full: nothing can be written to {root}.", retryable=True)
    return PictureError("unwritable", f"Cannot write to {root}: {error.strerror or error}.", retryable=True)
