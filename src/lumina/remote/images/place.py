"""Files that have arrived, put where they belong: all of one or nothing of it."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lumina.domain.market import Downloaded, RemoteImage
from lumina.domain.picture import PictureError
from lumina.remote.images.lasting import Lasting

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PART = ".part"
OLD_SECONDS = 3600
"""A file that nobody has finished for so long was left behind by a process that was killed."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole file, in memory. `content`: of which format it is. `etag`, `last_modified`: as the server gave them."""

    image: RemoteImage
    data: bytes
    content: str
    etag: str | None
    last_modified: str | None


def put(arrived: Sequence[Arrived], lasting: Lasting) -> list[Downloaded | PictureError]:
    """Put files into their places: beside them first, flushed to the disk, then renamed, and the names flushed as well.

    Several at once cost little more than one: all are on their way to the disk before any is waited for. A file that
    is there already and has the same bytes stays as it is.

    Returns:
        One outcome per file, in order. Errors: `bad-name`; `disk-full`, `unwritable` (retryable; of such a file nothing
        is left behind, unless the disk refuses at the very end).
    """
    begun = [_begun(each) for each in arrived]
    lasting.together(_flush, [writing for writing in begun if writing.handle >= 0])
    for writing in begun:
        if writing.error is None and writing.beside is not None:
            _name(writing)
    named = [writing for writing in begun if writing.error is None and not writing.known]
    try:
        lasting.names({writing.place.rpartition(os.sep)[0] for writing in named})
    except OSError as error:
        for writing in named:
            writing.error = _explained(error, writing.arrived.image.root)
    for writing in begun:
        if writing.error is None:
            _remove_other(writing.arrived.image, writing.path)
    return [_outcome(writing) for writing in begun]


@dataclass(slots=True)
class _Writing:
    """A file on its way to `place`, which is `path` below the source's folder.

    `beside` is None where the same one is there; `known`: the catalog knows that. `handle` is closed when it is below
    0. Names are plain text: to take them apart and put them together costs as much as writing a small file does.
    """

    arrived: Arrived
    path: str = ""
    place: str = ""
    beside: str | None = None
    known: bool = False
    handle: int = -1
    state: os.stat_result | None = None
    error: PictureError | None = None


def _begun(each: Arrived) -> _Writing:
    """Write beside the place; the disk begins with it, and nobody waits yet."""
    writing, image, root = _Writing(each), each.image, str(each.image.root)
    try:
        writing.path = place_of(image, each.content)
        writing.place = f"{root}{os.sep}{writing.path}"
        writing.state = _same(writing.place, each.data)
        if writing.state is not None:
            writing.known = image.size is not None and image.path == writing.path
            return writing
        name = f"{os.getpid()}-{image.image_id}-{time.monotonic_ns()}"
        writing.beside = f"{root}{os.sep}{PART}{os.sep}{name}"
        writing.handle = _opened(writing.beside)
        view = memoryview(each.data)
        while view:
            view = view[os.write(writing.handle, view) :]
        if hasattr(os, "posix_fadvise"):  # starts writing what is written
            os.posix_fadvise(writing.handle, 0, 0, os.POSIX_FADV_DONTNEED)
    except PictureError as error:
        writing.error = error
    except OSError as error:
        _give_up(writing, error)
    return writing


def _flush(writing: _Writing) -> None:
    """Wait until it is on the disk."""
    try:
        os.fsync(writing.handle)
        writing.state = os.fstat(writing.handle)
        _close(writing)
    except OSError as error:
        _give_up(writing, error)


def _name(writing: _Writing) -> None:
    """Give it its name."""
    assert writing.beside is not None
    try:
        _rename(writing.beside, writing.place)
    except OSError as error:
        _give_up(writing, error)


def _outcome(writing: _Writing) -> Downloaded | PictureError:
    if writing.error is not None:
        return writing.error
    state = writing.state
    assert state is not None
    return Downloaded(
        path=writing.path,
        format=writing.arrived.content,
        size=state.st_size,
        modified_ns=state.st_mtime_ns,
        device=state.st_dev,
        inode=state.st_ino,
        etag=writing.arrived.etag,
        last_modified=writing.arrived.last_modified,
        changed=writing.beside is not None,
    )


def place_of(image: RemoteImage, content: str) -> str:
    """Where the file goes, relative to the source: what its content is decides about the end of its name.

    Raises:
        PictureError: `bad-name`: this would lie outside the source's folder, or be hidden in it.
    """
    folder, _, name = image.path.rpartition("/")
    if image.size is not None:
        name = name.rpartition(".")[0] or name
    parts = [*folder.split("/"), name] if folder or image.path.startswith("/") else [name]
    if any(not part or part.startswith(".") or _ODD & set(part) for part in parts):
        raise PictureError("bad-name", f"{image.path!r} is no name that a download may have.")
    name = f"{name}.{'jpg' if content == 'jpeg' else content}"
    return f"{folder}/{name}" if folder else name


_ODD = frozenset("\\\0:")


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


def _same(path: str, data: bytes) -> os.stat_result | None:
    """The file that is there, if it has these bytes."""
    try:
        state = os.stat(path)  # noqa: PTH116
        return state if state.st_size == len(data) and Path(path).read_bytes() == data else None
    except (FileNotFoundError, NotADirectoryError):
        return None


def _opened(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, flags, 0o644)
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o644)


def _rename(beside: str, place: str) -> None:
    try:
        os.replace(beside, place)  # noqa: PTH105
    except FileNotFoundError:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        os.replace(beside, place)  # noqa: PTH105


def _close(writing: _Writing) -> None:
    handle, writing.handle = writing.handle, -1
    if handle >= 0:
        os.close(handle)


def _give_up(writing: _Writing, error: OSError) -> None:
    writing.error = _explained(error, writing.arrived.image.root)
    with suppress(OSError):
        _close(writing)
    if writing.beside is not None:
        with suppress(OSError):
            os.unlink(writing.beside)  # noqa: PTH108


def _remove_other(image: RemoteImage, path: str) -> None:
    """The picture came in another format the last time: its file has another name."""
    if image.size is not None and image.path != path:
        with suppress(OSError):
            (image.root / image.path).unlink()


def _explained(error: OSError, root: Path) -> PictureError:
    if error.errno in FULL:
        return PictureError("disk-full", f"The disk is full: nothing can be written to {root}.", retryable=True)
    return PictureError("unwritable", f"Cannot write to {root}: {error.strerror or error}.", retryable=True)
