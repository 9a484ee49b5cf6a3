"""List a folder tree: without recursion, without reading a file, without giving up at what cannot be read."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lumina.files.ignore import Ignore

_UNREADABLE_DETAIL = "cannot be read"


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file as its folder lists it.

    Attributes:
        name: as `os` gives it.
        size: bytes.
        modified_ns: time of last change, nanoseconds since 1970.
        device, inode: the file's identity on this machine; hard links share it.
    """

    name: str
    size: int
    modified_ns: int
    device: int
    inode: int


@dataclass(slots=True)
class Folder:
    """One folder's files.

    Attributes:
        path: relative to the root, as `os` gives it, with `/`; empty at the top.
        entries: files that count, by name.
        skipped: how many were passed over, by reason: `pattern`, `symlink`, `special`, `loop`.
        error: why the listing is not complete; None where it is. What an incomplete listing lacks may still exist.
        device: of the folder itself, 0 where unknown.
        empty: True where there is nothing at all in it, not even what does not count.
    """

    path: str
    entries: list[Entry] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    error: str | None = None
    device: int = 0
    empty: bool = True


def walk(root: Path, *, start: str = "", ignore: Ignore | None = None) -> Iterator[Folder]:
    """Every folder at or below `root/start`, parents first, in the order of their names.

    Symbolic links are not followed: one that leads into the tree would list a file twice, one that leads out of it
    would let a link in a vault expose any file of the machine. Folders that turn up twice
    (bind mounts) are listed once.

    Args:
        root: the source's folder.
        start: where to begin, relative, as `os` gives it.
        ignore: what to pass over; the built-in patterns by default.
    """
    ignore = ignore or Ignore()
    pending = [start]
    seen: set[tuple[int, int]] = set()
    while pending:
        folder, below = _list(root, pending.pop(), ignore, seen)
        yield folder
        pending.extend(reversed(below))


def _list(root: Path, path: str, ignore: Ignore, seen: set[tuple[int, int]]) -> tuple[Folder, list[str]]:
    folder = Folder(path)
    below: list[str] = []
    where = root / path
    try:
        own = where.stat()
        folder.device = own.st_dev
        if (own.st_dev, own.st_ino) in seen:
            folder.skipped["loop"] += 1
            return folder, below
        seen.add((own.st_dev, own.st_ino))
        with os.scandir(where) as listing:
            for item in listing:
                folder.empty = False
                _sort_in(item, f"{path}/{item.name}" if path else item.name, folder, below, ignore)
    except OSError as error:
        folder.error = error.strerror or _UNREADABLE_DETAIL
    folder.entries.sort(key=lambda entry: entry.name)
    return folder, sorted(below)


def _sort_in(item: os.DirEntry[str], path: str, folder: Folder, below: list[str], ignore: Ignore) -> None:
    if item.is_symlink():
        folder.skipped["symlink"] += 1
    elif item.is_dir(follow_symlinks=False):
        if ignore.folder(path, item.name):
            folder.skipped["pattern"] += 1
        else:
            below.append(path)
    elif ignore.file(path, item.name):
        folder.skipped["pattern"] += 1
    else:
        _add(item, folder)


def _add(item: os.DirEntry[str], folder: Folder) -> None:
    try:
        found = item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return  # gone since it was listed
    except OSError as error:
        folder.error = f"{item.name}: {error.strerror or _UNREADABLE_DETAIL}"
        return
    if not stat.S_ISREG(found.st_mode):
        folder.skipped["special"] += 1
        return
    folder.entries.append(Entry(item.name, found.st_size, found.st_mtime_ns, found.st_dev, found.st_ino))
