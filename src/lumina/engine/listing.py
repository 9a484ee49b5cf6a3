"""What the disk shows of a scan's scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lumina.domain.scan import Seen
from lumina.files import names
from lumina.files.group import cluster
from lumina.files.ignore import Ignore
from lumina.files.judge import SHOWN
from lumina.files.walk import Entry, Folder, walk

SHOWN_UNREAD = 100
LONGEST = 2000
"""Bytes of a file's path, in stored form and UTF-8, that the database can index: a third of a page holds the path of
its folder, its name's key beside it, which may be longer than the name, and a folder that a source above it may add."""
TOO_LONG = "path too long"
MOST = 4 * 255
"""Bytes of one name: the system allows 255, and stored form may take four for each."""
_MASK = (1 << 64) - 1


@dataclass(slots=True)
class Listing:
    """Walks a source's folder, or the folder or file in it that the scope names, and counts.

    Attributes:
        root: the source's folder on this node.
        scope: relative, in stored form; empty for all of it.
        ignore: what to pass over.
        seen: files listed so far.
        skipped: what was passed over, by reason.
        left_out: files whose path is too long, with that reason, at most `SHOWN`.
        unread: folders that could not be listed, with the reason, at most `SHOWN_UNREAD` of `unread_total`.
    """

    root: Path
    scope: str
    ignore: Ignore
    seen: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    unread_total: int = 0

    def folders(self) -> Iterator[Folder]:
        """The folders of the scope; for a file, its folder with its cluster alone."""
        if self.scope and self._scope_is_ignored():
            return
        alone = bool(self.scope) and not (self.root / names.native(self.scope)).is_dir()
        start = names.native(names.parent(self.scope) if alone else self.scope)
        for folder in walk(self.root, start=start, ignore=self.ignore):
            if alone:
                key = cluster(names.base(self.scope))
                folder.entries = [entry for entry in folder.entries if cluster(names.stored(entry.name)) == key]
            self._leave_out_long(folder)
            self._note(folder)
            yield folder
            if alone:
                return

    def files(self, folder: Folder) -> Iterator[Seen]:
        """The folder's files, by name."""
        path = names.stored(folder.path)
        for entry in folder.entries:
            name = names.stored(entry.name)
            device = entry.device - (1 << 64) if entry.device >= 1 << 63 else entry.device
            yield Seen(
                names.join(path, name), path, cluster(name), entry.size, entry.modified_ns, device, entry.inode & _MASK
            )

    def clustered(self, folder: Folder) -> Iterable[Seen]:
        """The folder's files, those of one cluster next to each other."""
        return sorted(self.files(folder), key=lambda each: (each.key, each.path))

    def is_gone(self, folder: Folder) -> bool:
        """True where the scope itself is not there any more; any other folder was listed a moment ago: look again."""
        if not self.scope or not names.is_within(self.scope, names.stored(folder.path)):
            return False
        try:
            (self.root / folder.path).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return False

    def _scope_is_ignored(self) -> bool:
        parts = names.native(self.scope).split("/")
        return any(self.ignore.folder("/".join(parts[:end]), parts[end - 1]) for end in range(1, len(parts) + 1))

    def _leave_out_long(self, folder: Folder) -> None:
        path = names.stored(folder.path)
        room = LONGEST - len(names.join(path, "").encode())
        if room >= MOST:
            return
        kept: list[Entry] = []
        for entry in folder.entries:
            name = names.stored(entry.name)
            if len(name.encode()) <= room:
                kept.append(entry)
            elif len(self.left_out) < SHOWN:
                self.left_out.append((names.join(path, name), TOO_LONG))
        self.skipped[TOO_LONG] += len(folder.entries) - len(kept)
        folder.entries = kept

    def _note(self, folder: Folder) -> None:
        self.skipped.update(folder.skipped)
        self.seen += len(folder.entries)
        if folder.error is not None and not self.is_gone(folder):
            self.unread_total += 1
            if len(self.unread) < SHOWN_UNREAD:
                self.unread.append((names.stored(folder.path), folder.error))
