"""Proxies, thumbnails and cut-outs on fast disk, named by what they show."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from lumina.domain.picture import PictureError
from lumina.domain.values import RenditionKind

_SUFFIX = {RenditionKind.PROXY: ".jpg", RenditionKind.THUMBNAIL: ".webp", RenditionKind.CUTOUT: ".webp"}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class DerivedStore:
    """Files under `root/KIND/ab/cd/abcd....suffix`.

    The key is made from the picture, so moving, renaming and retagging masters leaves these files valid, and two
    writers of one key write the same bytes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, kind: RenditionKind, key: bytes) -> Path:
        """Where the file is or would be."""
        name = key.hex()
        return self.root / kind.value / name[:2] / name[2:4] / (name + _SUFFIX[kind])

    def exists(self, kind: RenditionKind, key: bytes) -> bool:
        """True where it has been written."""
        return self.path(kind, key).is_file()

    def read(self, kind: RenditionKind, key: bytes) -> bytes:
        """The file's bytes.

        Raises:
            FileNotFoundError: it was never written, or has been cleared away.
        """
        return self.path(kind, key).read_bytes()

    def write(self, kind: RenditionKind, key: bytes, data: bytes, check: Callable[[bytes], None] | None = None) -> None:
        """Temporary file, fsync, rename: there is the whole file or none, whatever happens in between.

        Args:
            kind: of the file.
            key: its name.
            data: its bytes.
            check: is given what has been written, read back, before it takes its place; may raise `PictureError`.

        Raises:
            PictureError: `disk-full` or `unwritable`, retryable, or what `check` says; nothing is left behind.
        """
        path = self.path(kind, key)
        with suppress(OSError):
            if path.stat().st_size == len(data):
                return
        # One name per writer: a killed one leaves at most one file, which `sweep` removes.
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_through(beside, data)
            if check is not None:
                check(beside.read_bytes())
            beside.replace(path)
        except PictureError:
            beside.unlink(missing_ok=True)
            raise
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise _explained(error, path.parent) from error

    def sweep(self) -> int:
        """Removes what killed writers left behind; to be called while no worker runs. Returns how many files."""
        left = [path for kind in RenditionKind for path in (self.root / kind.value).glob("*/*/.*") if path.is_file()]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _explained(error: OSError, folder: Path) -> PictureError:
    if error.errno in _FULL:
        return PictureError("disk-full", f"The disk is full: nothing can be written to {folder}.", retryable=True)
    return PictureError("unwritable", f"Cannot write to {folder}: {error.strerror or error}.", retryable=True)
