"""The files of another program's folder: pictures and cut-outs, and whose they are by their names."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from lumina.files import names
from lumina.files.extensions import STILL_EXTENSIONS
from lumina.files.predecessor.values import LARGEST

IMAGES, VECTORS = "images", "embeddings"
_CUTOUTS = re.compile(r"no.?bg|no.?background|cut.?outs?|bg.?removed|rembg|transparent|foreground", re.IGNORECASE)
"""In the name of a folder or of a file that holds what was cut out."""
_NUMBERS = re.compile(r"\d+")
_AS_SERVED = re.compile(r"il_[0-9A-Za-z]+\.(\d+)_")
"""The name under which Etsy serves an image; its other numbers name nothing."""


class Kind(IntEnum):
    """What a file is."""

    PICTURE = 0
    CUTOUT = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A file that belongs to an image by its name.

    Attributes:
        listing: number of the listing; 0 where the name does not say. remote: of the image.
        path: stored form, relative to the folder. size: bytes.
    """

    kind: Kind
    listing: int
    remote: int
    path: str
    size: int
    modified_ns: int
    device: int
    inode: int


def tabulate(connection: sqlite3.Connection, folder: Path, tick: Callable[[], None]) -> list[Found]:
    """Write all files into tables of our copy, `lumina_file` and `lumina_path`.

    Args:
        connection: to the copy.
        folder: the other program's.
        tick: called now and then; may raise.

    Returns:
        Files that belong to an image which has another file of that kind already.
    """
    connection.execute("DROP TABLE IF EXISTS lumina_file")
    connection.execute(
        """CREATE TABLE lumina_file (kind INTEGER, remote INTEGER, listing INTEGER, path TEXT, size INTEGER,
        modified_ns INTEGER, device INTEGER, inode INTEGER, PRIMARY KEY (kind, remote, listing)) WITHOUT ROWID"""
    )
    twice = []
    for number, found in enumerate(_paired(_files(folder))):
        if number % 1_000 == 0:
            tick()
        done = connection.execute(
            "INSERT OR IGNORE INTO lumina_file VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (found.kind, found.remote, found.listing, found.path, found.size, found.modified_ns,
             min(found.device, LARGEST), min(found.inode, LARGEST)),
        )  # fmt: skip
        if not done.rowcount:
            twice.append(found)
    connection.execute("DROP TABLE IF EXISTS lumina_path")
    connection.execute(
        """CREATE TABLE lumina_path AS SELECT path AS lumina_at, kind AS lumina_kind, remote AS lumina_remote,
        listing AS lumina_listing FROM lumina_file"""
    )
    connection.execute("CREATE INDEX lumina_path_at ON lumina_path (lumina_at)")
    connection.commit()
    return twice


class Files:
    """Where each image's file and cut-out are.

    Args:
        connection: to the copy, after `tabulate`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, kind: Kind, listing: int, remote: int) -> tuple[Any, ...] | None:
        """Path, size, time, device and inode."""
        found: tuple[Any, ...] | None = self._connection.execute(
            """SELECT path, size, modified_ns, device, inode FROM lumina_file
            WHERE kind = ? AND remote = ? AND listing IN (?, 0) ORDER BY listing DESC""",
            (int(kind), remote, listing),
        ).fetchone()
        return found


def tail(path: bytes | None) -> str | None:
    """A path as the other program has written it, relative to its folder as we walk it; None where it says nothing."""
    said = (path or b"").decode("utf-8", "replace").strip()
    if not said:
        return None
    parts = [part for part in said.replace("\\", "/").split("/") if part not in ("", ".")]
    for place in range(len(parts) - 1, -1, -1):
        if parts[place] == IMAGES or (place < len(parts) - 1 and _CUTOUTS.search(parts[place])):
            return "/".join(parts[place:])
    return "/".join((IMAGES, *parts))


def linked(folder: Path, path: str) -> tuple[Path, str]:
    """Where a walked path really lies: below which folder, and how it is called from there.

    Owners spread what they gather over several disks: a folder below `folder` may be a link to one elsewhere.

    Args:
        folder: the other program's, resolved.
        path: native, relative to it.
    """
    parts = path.split("/")
    for count in range(1, len(parts)):
        place = folder.joinpath(*parts[:count])
        if place.is_symlink() and _elsewhere(place, folder):
            return place.resolve(), "/".join(parts[count:])
    return folder, path


def _elsewhere(place: Path, folder: Path) -> bool:
    """Whether a link leads to another place, not to one above or below."""
    real = place.resolve()
    return not real.is_relative_to(folder) and not folder.is_relative_to(real)


def _files(folder: Path) -> Iterator[tuple[str, os.DirEntry[str], bool]]:
    """Path, entry and whether it lies among cut-outs; in order, so that of two the same is always the second."""
    folder = folder.resolve()
    tops = [entry for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=True)]
    for top in sorted(tops, key=lambda entry: (entry.name != IMAGES, entry.name)):
        if (top.name == IMAGES or _CUTOUTS.search(top.name)) and (root := _root(top, folder, folder)):
            yield from _below(top.path, top.name, folder, root, cutouts=bool(_CUTOUTS.search(top.name)))


def _root(entry: os.DirEntry[str], folder: Path, root: Path) -> Path | None:
    """Out of which nothing below an entry that is a folder may lead; None where it is not gone into."""
    if not entry.is_dir(follow_symlinks=True):
        return None
    if not entry.is_symlink():
        return root
    place = Path(entry.path)
    return place.resolve() if root == folder and _elsewhere(place, folder) else None


def _below(
    path: str, name: str, folder: Path, root: Path, *, cutouts: bool
) -> Iterator[tuple[str, os.DirEntry[str], bool]]:
    with os.scandir(path) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        below, cut = f"{name}/{entry.name}", cutouts or bool(_CUTOUTS.search(entry.name))
        if inner := _root(entry, folder, root):
            yield from _below(entry.path, below, folder, inner, cutouts=cut)
        elif _suffix(entry.name) in STILL_EXTENSIONS and entry.is_file() and _stays(entry, root):
            yield below, entry, cut


def _stays(entry: os.DirEntry[str], root: Path) -> bool:
    """A link to some file elsewhere is none that could be opened later."""
    return not entry.is_symlink() or Path(entry.path).resolve().is_relative_to(root)


def _suffix(name: str) -> str:
    """As `lumina.files.extensions.extension`, a million times."""
    return "." + name.rpartition(".")[2].lower()


def _paired(files: Iterator[tuple[str, os.DirEntry[str], bool]]) -> Iterator[Found]:
    """A PNG right after a picture of the same name is what was cut out of it."""
    before = ""
    for path, entry, cutouts in files:
        stem = path.rpartition(".")[0]
        beside = stem == before and _suffix(entry.name) == ".png"
        before = stem
        who = _whose(path)
        if who is not None:
            stat = entry.stat()
            yield Found(
                Kind.CUTOUT if cutouts or beside else Kind.PICTURE,
                *who,
                names.stored(path),
                stat.st_size,
                stat.st_mtime_ns,
                stat.st_dev,
                stat.st_ino,
            )


def _whose(path: str) -> tuple[int, int] | None:
    """Listing and image by the numbers in a path: `LISTING_IMAGE.jpg`, `LISTING/IMAGE.jpg` or `IMAGE.jpg`."""
    parts = path.rpartition(".")[0].split("/")
    served = _AS_SERVED.match(parts[-1])
    numbers = [int(found) for found in ([served[1]] if served else _NUMBERS.findall(parts[-1]))]
    if not numbers or max(numbers) > LARGEST:
        return None
    if len(numbers) > 1:
        return numbers[0], numbers[1]
    above = next((part for part in reversed(parts[:-1]) if part.isdecimal()), "0")
    return (int(above) if int(above) <= LARGEST else 0), numbers[0]
