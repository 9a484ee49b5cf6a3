"""The server's folders, to choose a source from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lumina.errors import BadInput, NotFound, Unavailable
from lumina.files import names

MOST = 2000
"""Folders of one answer."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; both in stored form (`lumina.files.names`)."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The folders in a folder; hidden ones are left out."""

    path: str
    parent: str | None
    folders: tuple[Folder, ...]


def listing(path: str | None) -> Listing:
    """What lies in a folder (the home folder without a path).

    Raises:
        BadInput: not an absolute path. NotFound: no such folder. Unavailable: it cannot be read.
    """
    folder = given(path) if path else Path.home()
    try:
        found = sorted(_subfolders(folder), key=str.casefold)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"{path!r} is no folder on this server.") from None
    except OSError as error:
        raise Unavailable(f"{path!r} cannot be read: {error.strerror}.") from None
    parent = names.stored(str(folder.parent)) if folder.parent != folder else None
    folders = tuple(Folder(names.stored(name), names.stored(str(folder / name))) for name in found[:MOST])
    return Listing(names.stored(str(folder)), parent, folders)


def given(path: str) -> Path:
    """A folder as a request names it; it need not be there.

    Args:
        path: absolute, in stored form (`lumina.files.names`).

    Raises:
        BadInput: not an absolute path.
    """
    folder = Path(names.native(path))
    if not folder.is_absolute() or "\0" in str(folder):
        raise BadInput(f"path: {path!r} is not an absolute path.")
    return Path(os.path.normpath(folder))


def readable(folder: Path) -> Path:
    """The folder itself, if it is there and what lies in it can be listed.

    Raises:
        BadInput: it is not, or cannot.
    """
    try:
        with os.scandir(folder):
            return folder
    except FileNotFoundError:
        raise BadInput(f"{folder} is not there.") from None
    except NotADirectoryError:
        raise BadInput(f"{folder} is no folder.") from None
    except OSError as error:
        raise BadInput(f"{folder} cannot be read: {error.strerror or error}.") from None


def _subfolders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if not entry.name.startswith(".") and _is_folder(entry)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
