"""What a scan passes over: patterns in the language of `.gitignore`, after built-in ones."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec

from lumina.errors import BadInput

DEFAULT_FOLDERS = (
    "@eaDir",
    "#recycle",
    "#snapshot",
    "$RECYCLE.BIN",
    "System Volume Information",
    "RECYCLER",
    "lost+found",
    "__MACOSX",
    "Lightroom * Previews.lrdata",
    "*.lrdata",
    "*.lrcat-data",
    "*.photoslibrary",
    "*.aplibrary",
    "*.cocatalog",
    ".*",
)
"""Folders of systems and programs that hold no masters; `.*` covers `.thumbnails`, `.Trash-1000`, `.git`."""
DEFAULT_FILES = (
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "SYNOFILE_THUMB*",
    "SYNOPHOTO_*",
    "Icon\r",
    "*.*_original",
    ".*",
)
"""Files; `IMG_1.jpg_original` is ExifTool's backup, `.*` covers `.DS_Store` and the `._*` twins that macOS leaves on
foreign disks."""


class Ignore:
    """Decides by name alone, before anything is read.

    Args:
        patterns: lines as in `.gitignore`, relative to the source; `!pattern` takes back a built-in or earlier one.

    Raises:
        BadInput: a pattern is malformed.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self.patterns = tuple(patterns)
        self._spec = _compiled(self.patterns) if self.patterns else None
        self._folders = _any_of(DEFAULT_FOLDERS)
        self._files = _any_of(DEFAULT_FILES)

    def folder(self, path: str, name: str) -> bool:
        """True where nothing below this folder counts. `path` is relative with `/`, `name` its last part."""
        return self._decide(path + "/", name, self._folders)

    def file(self, path: str, name: str) -> bool:
        """True where this file does not count."""
        return self._decide(path, name, self._files)

    def _decide(self, path: str, name: str, defaults: re.Pattern[str]) -> bool:
        if self._spec is not None and (said := self._spec.check_file(path).include) is not None:
            return said
        return defaults.match(name) is not None


def _compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise BadInput(f"ignore pattern: {error}") from error


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(name) for name in names), re.IGNORECASE)
