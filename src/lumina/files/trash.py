"""Files that leave the vault for Lumina's trash, and come back.

Nothing here destroys what exists only once: a file is taken away only after a complete copy of it has been read back
from the trash, and it is first set aside under a name of its own, so that what is deleted in the end is what was
looked at and not what somebody has put in its place. Nothing is ever overwritten. Each step can be done again after a
crash. Where trash and vault are on one file system, the copy is a second name of the same file.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from blake3 import blake3

from lumina.domain.resolution import Proof
from lumina.errors import NotFound
from lumina.files import names
from lumina.files.read import explained

FOLDER = "trash"
"""In Lumina's home."""
_PIECE = 1 << 20
_PREFIX, _BACK = ".lumina-", "back-"
GONE = "It is no longer there."
CHANGED = "It has changed since."


class Refused(Exception):
    """A file is left where it is; `str()` is a sentence that says why."""


def nothing() -> None:
    """For who need not be told that time passes."""


def read(path: Path, tick: Callable[[], None] = nothing) -> Proof:
    """Read all of a regular file.

    Args:
        path: the file; symbolic links are followed.
        tick: called after each piece; may raise.

    Raises:
        Refused: it is gone, no file, cannot be read, or changed meanwhile.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Refused("Something that is no file stands there.")
        with path.open("rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            checksum = _hashed(file.fileno(), tick)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise _refused(error) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Refused("It changed while it was being read.")
    return Proof(checksum, after.st_size, after.st_mtime_ns, after.st_dev, after.st_ino)


class Trash:
    """The trash of one Lumina. Paths in it are relative, in stored form: `ACTION/FILE/NAME`.

    Args:
        home: Lumina's home.
    """

    def __init__(self, home: Path) -> None:
        self.root = home / FOLDER

    @staticmethod
    def name(action_id: int, file_id: int, path: str) -> str:
        """Where a file is put: the same for the same file and action, however often that is tried.

        Args:
            action_id: the action that takes it away.
            file_id: the file.
            path: its stored path in the source; the last part of it stays, so that people recognise it.
        """
        return f"{action_id}/{file_id}/{names.base(path)}"

    def path(self, relative: str) -> Path:
        """The place of a stored path.

        Raises:
            NotFound: it would lead out of the trash.
        """
        parts = names.native(relative).split("/")
        if len(parts) != 3 or any(part in ("", ".", "..") or "\0" in part for part in parts):
            raise NotFound(f"{relative!r} is no path within the trash.")
        return self.root.joinpath(*parts)

    def take(self, source: Path, relative: str, proof: Proof, tick: Callable[[], None] = nothing) -> None:
        """Make a complete, durable, verified copy in the trash; the file itself stays.

        Args:
            source: the file in the vault.
            relative: where to.
            proof: the file as it was read just now.
            tick: called now and then; may raise.

        Raises:
            Refused: the file has changed since, or the copy cannot be made.
        """
        target = self.path(relative)
        beside = target.with_name(f"{_PREFIX}{uuid4().hex}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(source, beside, proof, tick)
            beside.replace(target)
            _remove(beside)  # still there where both were names of one file
            for folder in (target.parent, target.parent.parent, self.root):
                sync(folder)
        except OSError as error:
            raise Refused(f"It cannot be copied to the trash: {error.strerror or error}.") from error
        finally:
            _remove(beside)

    def check(self, relative: str, checksum: bytes, tick: Callable[[], None] = nothing) -> Proof:
        """Make sure that what lies in the trash is what was put there.

        Raises:
            Refused: it is not, or cannot be read.
        """
        try:
            proof = read(self.path(relative), tick)
        except Refused as error:
            raise Refused(f"In the trash: {error}") from error
        if proof.checksum != checksum:
            raise Refused("What lies in the trash is no longer what was put there.")
        return proof

    def bring_back(
        self, relative: str, target: Path, proof: Proof, modified_ns: int, tick: Callable[[], None] = nothing
    ) -> Proof:
        """Put a file back into its place, durably; the copy in the trash stays.

        Where the same bytes stand there already, they are left so.

        Args:
            relative: the copy in the trash.
            target: the place in the vault.
            proof: the copy as it was read just now.
            modified_ns: when the file was last changed, as it shall say again.
            tick: called now and then; may raise.

        Returns:
            The file as it lies there now.

        Raises:
            Refused: another file stands there, or it cannot be written.
        """
        if os.path.lexists(target):
            return _same(target, proof, tick)
        beside = target.with_name(f"{_PREFIX}{relative.split('/')[1]}-{_BACK}{uuid4().hex[:12]}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(self.path(relative), beside, proof, tick)
            found = beside.stat()
            if found.st_mtime_ns != modified_ns:
                os.utime(beside, ns=(found.st_atime_ns, modified_ns))
            into_place(beside, target)
            sync(target.parent)
            found = target.stat()
        except FileExistsError:
            return _same(target, proof, tick)
        except OSError as error:
            raise Refused(f"It cannot be written to its place: {error.strerror or error}.") from error
        finally:
            _remove(beside)
        return Proof(proof.checksum, found.st_size, found.st_mtime_ns, found.st_dev, found.st_ino)

    def drop(self, relative: str) -> None:
        """Remove a copy, and the folders that it leaves empty. Nothing where there is none."""
        path = self.path(relative)
        _remove(path)
        with suppress(OSError):
            for left in path.parent.iterdir():  # by somebody who was killed
                if left.name.startswith(_PREFIX):
                    _remove(left)
        for folder in (path.parent, path.parent.parent):
            with suppress(OSError):
                folder.rmdir()


def set_aside(path: Path, file_id: int, proof: Proof) -> Path:
    """Take a file out of its place, under a name of its own beside it.

    Args:
        path: the file.
        file_id: its number, by which `asides` finds it after a crash.
        proof: the file as it was read.

    Returns:
        The new name.

    Raises:
        Refused: it is another file now, or has changed; it is where it was. Or it cannot be taken away.
    """
    aside = path.with_name(f"{_PREFIX}{file_id}-{uuid4().hex[:12]}")
    try:
        path.rename(aside)
        found = aside.lstat()
    except OSError as error:
        raise Refused(f"It cannot be taken away: {error.strerror or error}.") from error
    now = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    if now != (proof.device, proof.inode, proof.size, proof.modified_ns):
        put_back(aside, path)
        raise Refused(CHANGED)
    return aside


def put_back(aside: Path, path: Path) -> None:
    """Give a file that was set aside its name again; where another has taken it, it keeps the new one.

    Raises:
        Refused: it keeps the new one; says so.
    """
    try:
        into_place(aside, path)
    except OSError as error:
        raise Refused(f"Another file took its place; it lies beside it as {aside.name} ({error.strerror}).") from error
    sync(path.parent)


def asides(path: Path, file_id: int) -> list[Path]:
    """What a worker that died has set aside of a file."""
    with suppress(OSError):
        return sorted(each for each in path.parent.iterdir() if each.name.startswith(f"{_PREFIX}{file_id}-"))
    return []


def sweep(path: Path, file_id: int, checksum: bytes) -> None:
    """Remove what a worker that died has left beside a file that is in its place: halves, and the same once more."""
    for left in asides(path, file_id):
        with suppress(Refused):
            if left.name.startswith(f"{_PREFIX}{file_id}-{_BACK}") or read(left).checksum == checksum:
                discard(left)


def discard(aside: Path) -> None:
    """Remove a file that was set aside, of which a copy is safe."""
    _remove(aside)
    sync(aside.parent)


def _copy(source: Path, beside: Path, proof: Proof, tick: Callable[[], None]) -> None:
    """A second name of the file, or where that cannot be, a copy that is read back."""
    try:
        os.link(source, beside, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except OSError:
        write(source, beside, tick)
        copied = read(beside, tick)
    else:
        found = beside.lstat()
        copied = Proof(proof.checksum, found.st_size, found.st_mtime_ns, found.st_dev, found.st_ino)
        if copied != proof:
            raise Refused(CHANGED)
    if copied.checksum != proof.checksum:
        raise Refused("The copy is not what the file was: it changed meanwhile, or the disk is bad.")


def write(source: Path, beside: Path, tick: Callable[[], None]) -> None:
    """Copy a file with its times, durably; what is written to must not exist. Raises OSError."""
    with source.open("rb", buffering=0) as old, beside.open("xb", buffering=0) as new:
        while piece := old.read(_PIECE):
            view = memoryview(piece)
            while view:
                view = view[new.write(view) :]
            tick()
        os.fsync(new.fileno())
    with suppress(OSError):
        shutil.copystat(source, beside)
    with beside.open("rb") as new:
        os.fsync(new.fileno())


def into_place(beside: Path, target: Path) -> None:
    """Rename, but never over a file. Raises FileExistsError."""
    try:
        os.link(beside, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        if os.path.lexists(target):
            raise FileExistsError(17, "File exists") from None
        beside.rename(target)
    else:
        beside.unlink()


def _same(target: Path, proof: Proof, tick: Callable[[], None]) -> Proof:
    found = read(target, tick)
    if found.checksum != proof.checksum or target.is_symlink():
        raise Refused("Another file stands in its place.")
    return found


def _hashed(descriptor: int, tick: Callable[[], None]) -> bytes:
    hasher = blake3()
    for piece in _pieces(descriptor):
        hasher.update(piece)
        tick()
    return hasher.digest()


def _pieces(descriptor: int) -> Iterator[bytes]:
    while piece := os.read(descriptor, _PIECE):
        yield piece


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        path.unlink()


def sync(folder: Path) -> None:
    """Make names in a folder last through a power cut, where the system can."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refused(error: OSError) -> Refused:
    return Refused(GONE if isinstance(error, FileNotFoundError | NotADirectoryError) else explained(error).reason)
