"""A file that is on its way: its bytes so far, and what is known of the whole."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

from lumina.errors import Unavailable
from lumina.inference import manifest
from lumina.inference.manifest import Stored

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PIECE = 1 << 20


class Part:
    """`NAME.part` beside the place where the file is to lie, and `NAME.part.json` with the server's mark of it.

    Every byte is on its way to the disk when `write` returns, so that a process that is killed loses none of them.

    Args:
        place: where the file is to lie.
        url: where it comes from; what another address has brought goes on without that server's mark.

    Attributes:
        size: bytes so far.
        tag: the server's mark of the content ("" where it gave none), to be sent back as `If-Range`.
        stated: checksum that the server states, as in `Answer`.
    """

    def __init__(self, place: Path, url: str) -> None:
        self.place, self.url = place, url
        self.path = place.with_name(f"{place.name}.part")
        self._note = place.with_name(f"{place.name}.part.json")
        self.tag = self.stated = ""
        self._recall()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._sha = hashlib.sha256()
        self.size = 0
        while piece := os.pread(self._handle, PIECE, self.size):
            self._sha.update(piece)
            self.size += len(piece)

    def close(self) -> None:
        """Let go of the file; what has arrived stays."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def begin(self, tag: str, stated: str) -> None:
        """Note what the server says of the content whose bytes are to come."""
        if (tag, stated) != (self.tag, self.stated) or not self._note.exists():
            self.tag, self.stated = tag, stated
            values = {"url": self.url, "tag": tag, "stated": stated}
            try:
                manifest.put(self._note, json.dumps(values).encode())
            except OSError as error:
                raise self._refused(error) from error

    def write(self, data: bytes) -> None:
        """Append.

        Raises:
            Unavailable: the disk is full (then what has arrived is removed, since others need the room), or broken.
        """
        view = memoryview(data)
        while view:
            try:
                count = os.write(self._handle, view)
            except OSError as error:
                raise self._refused(error) from error
            self._sha.update(view[:count])
            self.size += count
            view = view[count:]

    def clear(self) -> None:
        """Begin anew."""
        os.ftruncate(self._handle, 0)
        self.size, self._sha = 0, hashlib.sha256()
        self.tag = self.stated = ""
        self._note.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """Of the bytes so far."""
        return self._sha.hexdigest()

    def sha1s(self) -> tuple[str, str]:
        """SHA-1 as git counts it for a file of these bytes, which hubs state of small files; and the plain one."""
        git = hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)
        plain = hashlib.sha1(usedforsecurity=False)
        offset = 0
        while piece := os.pread(self._handle, PIECE, offset):
            git.update(piece)
            plain.update(piece)
            offset += len(piece)
        return git.hexdigest(), plain.hexdigest()

    def finish(self) -> Stored:
        """All is here: flush it to the disk and put it in its place."""
        os.fsync(self._handle)
        self.close()
        self.path.replace(self.place)
        self._note.unlink(missing_ok=True)
        return Stored(self.size, self.sha256)

    def _recall(self) -> None:
        try:
            values = json.loads(self._note.read_bytes())
            if values["url"] == self.url:
                self.tag, self.stated = str(values["tag"]), str(values["stated"])
        except (OSError, ValueError, KeyError, TypeError):
            return

    def _refused(self, error: OSError) -> Unavailable:
        folder = self.path.parent
        if error.errno not in FULL:
            return Unavailable(f"{self.path} cannot be written: {error.strerror}.")
        had = self.size
        self.clear()
        free = shutil.disk_usage(folder).free
        return Unavailable(
            f"The disk of {folder} is full: {self.place.name} stopped after {had:,} bytes, which are removed again "
            f"({free / 1e6:,.0f} MB are free now). Make room, then download the model again."
        )
