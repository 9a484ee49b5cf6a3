"""Files that move to another disk: copied, read back, and only then taken away."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from uuid import uuid4

from lumina.domain.resolution import Proof
from lumina.errors import BadInput
from lumina.files import names
from lumina.files.trash import CHANGED, Refused, into_place, nothing, read, sync, write

MARK = "lumina-backup.json"
"""A file in a backup folder by which it is known again: where its disk is not mounted, it is not there."""


def copy(source: Path, target: Path, file_id: int, checksum: bytes, tick: Callable[[], None] = nothing) -> Proof:
    """Make a complete, durable copy that has been read back; the file itself stays.

    What an earlier try has copied is recognised. Nothing is overwritten.

    Args:
        source: the file.
        target: where to.
        file_id: the file's number, by which halves are found again.
        checksum: BLAKE3 that the file must have.
        tick: called now and then; may raise.

    Returns:
        The file as it was read.

    Raises:
        Refused: this file must stay where it is; says why.
        BadInput: the other disk cannot be written to: it is full, read-only or gone.
    """
    proof = read(source, tick)
    if proof.checksum != checksum:
        raise Refused(CHANGED)
    _sweep(target.parent, file_id)
    if _one_place(source, target):
        raise Refused("Its place on the other disk is the place where it lies.")
    if os.path.lexists(target):
        _expect(target, checksum, tick)
        return proof
    beside = target.with_name(f"{_half(file_id)}{uuid4().hex[:12]}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(source, beside, tick)
        _forget(beside)
        if read(beside, tick).checksum != checksum:
            raise Refused("The copy is not what the file was: it changed meanwhile, or the disk is bad.")
        into_place(beside, target)
        for folder in (target.parent, target.parent.parent):
            sync(folder)
    except OSError as error:
        raise BadInput(f"{target.parent} cannot be written to: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return proof


def places(path: str, checksum: bytes) -> tuple[str, str]:
    """Where a file may go: its stored path, and where another file stands there, one that no other file has."""
    pure = PurePosixPath(path)
    return path, str(pure.with_name(f"{pure.stem}-{checksum.hex()[:16]}{pure.suffix}"))


def free_place(root: Path, path: str, checksum: bytes, tick: Callable[[], None] = nothing) -> str:
    """The first of a file's places, as a stored path, that is free or holds the same bytes already."""
    for place in places(path, checksum):
        target = root / names.native(place)
        if not os.path.lexists(target):
            return place
        with suppress(Refused):
            _expect(target, checksum, tick)
            return place
    return path


def mark(folder: Path, text: dict[str, object]) -> None:
    """Make a folder known as one that files are moved to.

    Args:
        folder: made where it is not there.
        text: `source`, the number by which it is known again, and `of`, whose number that is.

    Raises:
        BadInput: it cannot be written to, or somebody else moves files to it.
    """
    if _marked(folder).get("of", text.get("of")) != text.get("of"):
        raise BadInput(f"{folder} belongs to another Lumina: name a folder of your own on that disk.")
    try:
        folder.mkdir(exist_ok=True)
        with (folder / MARK).open("w", encoding="utf-8") as file:
            file.write(json.dumps(text) + "\n")
            file.flush()
            os.fsync(file.fileno())
        sync(folder)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written to: {error.strerror or error}.") from error


def check_mark(folder: Path, source_id: int) -> None:
    """Make sure that a folder is the one that files were moved to.

    Raises:
        BadInput: it is not; nothing may be removed then.
    """
    if not is_marked(folder, source_id):
        raise BadInput(f"{folder} is not the folder that images were moved to: is its disk there? Nothing was removed.")


def is_marked(folder: Path, source_id: int) -> bool:
    """Whether a folder is the one that files were moved to: where its disk is away, an empty one may be there."""
    return _marked(folder).get("source") == source_id


def _marked(folder: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        found = json.loads((folder / MARK).read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _one_place(source: Path, target: Path) -> bool:
    """Whether both are one name of one file, by a link, a second mount or another spelling: no copy, then."""
    with suppress(OSError):
        return source.name.lower() == target.name.lower() and source.parent.samefile(target.parent)
    return False


def _half(file_id: int) -> str:
    return f".lumina-{file_id}-back-"


def _sweep(folder: Path, file_id: int) -> None:
    """Remove the halves that killed predecessors have left of a copy."""
    with suppress(OSError):
        for left in list(folder.iterdir()):
            if left.name.startswith(_half(file_id)):
                left.unlink(missing_ok=True)


def _expect(target: Path, checksum: bytes, tick: Callable[[], None]) -> None:
    if target.is_symlink() or read(target, tick).checksum != checksum:
        raise Refused("Another file stands in its place there.")
    with target.open("rb") as file, suppress(OSError):
        os.fsync(file.fileno())


def _forget(path: Path) -> None:
    """Have the copy read from the disk, not from memory, where the system can."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file, suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
