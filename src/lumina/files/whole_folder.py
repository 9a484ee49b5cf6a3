"""A folder that is replaced as a whole: whoever opens its files sees the old ones or the new ones, never both."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from lumina.errors import BadInput
from lumina.files.trash import sync

_EXCHANGE = 2
"""Linux's RENAME_EXCHANGE and macOS's RENAME_SWAP."""
_HERE = {"linux": -100, "darwin": -2}
"""AT_FDCWD."""


class WholeFolder:
    """A folder whose files one manifest lists, and the new one that is filled beside it.

    Everything happens beside the folder, under names that begin with `.NAME.lumina-`. A folder is only ever replaced
    where it is empty, or holds nothing but what the manifest of an earlier time lists.

    Args:
        folder: need not exist; symbolic links are followed.
        manifest: name of the file in it that lists the others, as the keys of `files` and as `index`.
    """

    def __init__(self, folder: Path, manifest: str) -> None:
        self.folder, self.manifest = folder.resolve(), manifest
        self._prefix = f".{self.folder.name}.lumina-"
        self._old = self.folder.parent / f"{self._prefix}old"

    def check(self) -> None:
        """Put right what a killed predecessor has left.

        Raises:
            BadInput: the folder is none, cannot be looked at or written to, or holds what Lumina has not written.
        """
        try:
            self._check()
        except OSError as error:
            raise BadInput(f"{self.folder} cannot be looked at: {error.strerror or error}.") from error

    def _check(self) -> None:
        if self._old.is_dir() and not os.path.lexists(self.folder):
            self._old.rename(self.folder)
        if os.path.lexists(self.folder) and not self.folder.is_dir():
            raise BadInput(f"{self.folder} is no folder.")
        if self.folder.is_mount():
            raise BadInput(f"{self.folder} is a disk of its own, which cannot be replaced: name a folder in it.")
        above = next(each for each in self.folder.parents if os.path.lexists(each))
        if not above.is_dir():
            raise BadInput(f"{above} is no folder.")
        if not os.access(above, os.W_OK | os.X_OK):
            raise BadInput(f"{above} cannot be written to.")
        self._only_ours(self.folder)

    def _only_ours(self, folder: Path) -> None:
        strangers = sorted({each.name for each in _listed(folder)} - self._own(folder))
        if strangers:
            raise BadInput(
                f"{self.folder} holds other things ({', '.join(strangers[:3])}): name an empty folder, or one that was"
                " written by an earlier export."
            )

    def begin(self) -> Path:
        """A new, empty folder beside it; what killed predecessors have left is removed.

        Raises:
            BadInput: it cannot be made.
        """
        self.check()
        self.sweep()
        beside = self.folder.with_name(f"{self._prefix}{uuid4().hex[:12]}")
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            beside.mkdir()
        except OSError as error:
            raise BadInput(f"{self.folder.parent} cannot be written to: {error.strerror or error}.") from error
        return beside

    def sweep(self) -> None:
        """Remove halves that killed predecessors have left; an old folder only once the new one is in its place."""
        for left in _listed(self.folder.parent):
            ours = left.name.startswith(self._prefix) and left.is_dir() and not left.is_symlink()
            if ours and (left != self._old or os.path.lexists(self.folder)):
                shutil.rmtree(left, ignore_errors=True)

    def finish(self, beside: Path, manifest: dict[str, Any]) -> None:
        """Write the manifest, make everything last, and let the new folder take the old one's place.

        Raises:
            BadInput: it cannot, or somebody has put other things there meanwhile; the old folder is as it was.
        """
        self._only_ours(self.folder)
        try:
            _write(beside / self.manifest, json.dumps(manifest, indent=2) + "\n")
            sync(beside)
            self._switch(beside)
            sync(self.folder.parent)
        except OSError as error:
            raise BadInput(f"{self.folder} cannot be replaced: {error.strerror or error}.") from error

    def _switch(self, beside: Path) -> None:
        if not self.folder.exists():
            beside.rename(self.folder)
        elif _exchanged(beside, self.folder):
            shutil.rmtree(beside, ignore_errors=True)
        else:
            self.folder.rename(self._old)
            try:
                beside.rename(self.folder)
            except OSError:
                self._old.rename(self.folder)
                raise
            shutil.rmtree(self._old, ignore_errors=True)

    def _own(self, folder: Path) -> set[str]:
        found = read_manifest(folder / self.manifest)
        files: Sequence[str] = [*found.get("files", {}), found.get("index", ""), self.manifest]
        return set(files) if found else set()


def read_manifest(path: Path) -> dict[str, Any]:
    """A manifest; empty where there is none, or what stands there is none."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text("utf-8"))
        if isinstance(found, dict) and isinstance(found.get("files"), dict):
            return found
    return {}


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where this system or this disk cannot."""
    here = _HERE.get(sys.platform)
    if here is None:
        return False
    call = getattr(ctypes.CDLL(None), "renameat2" if sys.platform == "linux" else "renameatx_np", None)
    if call is None:
        return False
    return bool(call(here, os.fsencode(one), here, os.fsencode(other), ctypes.c_uint(_EXCHANGE)) == 0)
