"""Look at files before their image leaves: is the keeper whole, is the copy what it was, is it another file at all?"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lumina.domain.duplicates import Tier
from lumina.domain.resolution import TRASH, Proof
from lumina.errors import NotFound
from lumina.files import names, trash
from lumina.files.trash import Refused, Trash
from lumina.files.vault import Vault
from lumina.store.resolutions import FileRow, Leaving, State

SAME = "It is the same file as the one that is to be kept: a hard link, a symbolic link or a second path to it."
OTHER_BYTES = "Its bytes are no longer those of the image that is to be kept."
ROTTEN = "Its bytes are not those that were read when it was taken in: scan it again, or look at the disk."
LINK = "It is a symbolic link; only files go to the trash."


@dataclass
class Item:
    """An image that is to leave.

    Attributes:
        row: its row when the batch began. files: all its files.
        state: how far it is by now.
        reason: why it stays, None where it doesn't.
        copies: file -> its path in the trash.
        proofs: file -> how it was when it was read.
        in_vault: files that lie in the vault as well and have to be taken away.
        leftovers: what a worker that died had set aside, beside the file that it is.
    """

    row: Leaving
    files: Sequence[FileRow]
    state: State = State.DUE
    reason: str | None = None
    copies: dict[int, str] = field(default_factory=dict)
    proofs: dict[int, Proof] = field(default_factory=dict)
    in_vault: list[FileRow] = field(default_factory=list)
    leftovers: list[tuple[FileRow, Path]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.row.state


class Look:
    """Reads files; keepers once per batch.

    Args:
        trash: Lumina's trash.
        vault: the masters.
        action_id: the action that images leave under.
        files: image -> its files, the original that is there first.
        doubles: file -> another image that is the very same file on disk.
        tick: called now and then; may raise.

    Attributes:
        learned: checksums of originals that had none.
    """

    def __init__(
        self,
        trash: Trash,
        vault: Vault,
        action_id: int,
        files: Mapping[int, Sequence[FileRow]],
        doubles: Mapping[int, int],
        tick: Callable[[], None],
    ) -> None:
        self.trash = trash
        self.vault = vault
        self.action_id = action_id
        self.files = files
        self.doubles = doubles
        self.tick = tick
        self.learned: dict[int, bytes] = {}
        self._keepers: dict[int, Proof | Refused] = {}

    def path(self, file: FileRow) -> Path:
        """Where a file lies. Raises `Refused` where this node cannot see that."""
        try:
            return self.vault.path(file.source_id, file.path)
        except NotFound as error:
            raise Refused(str(error)) from None

    def leaving(self, item: Item) -> None:
        """Check an image that is due, and put copies of its files into the trash where they are to go there."""
        self.tick()
        try:
            keeper = self._keeper(item.row.keeper_id)
            original = _original(item.files)
            if original is None:
                raise Refused(trash.GONE)
            self._distinct(item, keeper)
            if item.row.operation == TRASH:
                self._take(item)
            checksum = self._checksum(item, original)
            if item.row.tier is Tier.BYTES and checksum != keeper.checksum:
                raise Refused(OTHER_BYTES)
        except Refused as error:
            item.reason = str(error)

    def _keeper(self, image_id: int) -> Proof:
        if image_id not in self._keepers:
            try:
                self._keepers[image_id] = self._whole(image_id)
            except Refused as error:
                self._keepers[image_id] = Refused(f"The image that is to be kept: {error}")
        found = self._keepers[image_id]
        if isinstance(found, Refused):
            raise found
        return found

    def _whole(self, image_id: int) -> Proof:
        original = _original(self.files.get(image_id, ()))
        if original is None:
            raise Refused(trash.GONE)
        return self._read(original)

    def _read(self, file: FileRow) -> Proof:
        """Read a file that must be as it is known."""
        path = self.path(file)
        self._unchanged(path, file)
        proof = trash.read(path, self.tick)
        if (proof.size, proof.modified_ns) != (file.size, file.modified_ns):
            raise Refused(trash.CHANGED)
        if file.role == "original":
            if file.checksum is None:
                self.learned[file.id] = proof.checksum
            elif file.checksum != proof.checksum:
                raise Refused(ROTTEN)
        return proof

    def _unchanged(self, path: Path, file: FileRow) -> None:
        try:
            found = path.stat()
        except OSError:
            raise Refused(trash.GONE) from None
        if (found.st_size, found.st_mtime_ns) != (file.size, file.modified_ns):
            raise Refused(trash.CHANGED)

    def _distinct(self, item: Item, keeper: Proof) -> None:
        """Refuse what is the keeper itself under another name."""
        kept = _original(self.files[item.row.keeper_id])
        assert kept is not None
        files = _present(item.files)
        for file in files if item.row.operation == TRASH else files[:1]:
            path = self.path(file)
            self._unchanged(path, file)
            found = path.stat()
            if (found.st_dev, found.st_ino) == (keeper.device, keeper.inode):
                raise Refused(SAME)
            if os.path.realpath(path) == os.path.realpath(self.path(kept)):
                raise Refused(SAME)

    def _take(self, item: Item) -> None:
        for file in _present(item.files):
            path = self.path(file)
            if path.is_symlink():
                raise Refused(LINK)
            if (other := self.doubles.get(file.id)) is not None:
                raise Refused(f"Its file {names.base(file.path)} is the very same as one of image {other}.")
            if not os.access(path.parent, os.W_OK):
                raise Refused("Lumina is not allowed to take files out of its folder.")
        for file in _present(item.files):
            proof = self._read(file)
            copy = self.trash.name(self.action_id, file.id, file.path)
            item.copies[file.id] = copy
            self.trash.take(self.path(file), copy, proof, self.tick)
            item.proofs[file.id] = proof
            item.in_vault.append(file)

    def _checksum(self, item: Item, original: FileRow) -> bytes:
        """Of the original that leaves; read only where nobody has done so."""
        if original.id in item.proofs:
            return item.proofs[original.id].checksum
        return original.checksum or self._read(original).checksum

    def left(self, item: Item) -> None:
        """Look at an image that a worker had begun to take away: what of it lies where.

        What stands in a file's place but is not the file that was put into the trash is none of ours.
        """
        for file in item.files:
            if file.trash_path is None or file.trash_checksum is None:
                continue
            item.copies[file.id] = file.trash_path
            try:
                self.trash.check(file.trash_path, file.trash_checksum, self.tick)
            except Refused as error:
                item.reason = str(error)
            self._what_is_left(item, file)

    def _what_is_left(self, item: Item, file: FileRow) -> None:
        try:
            path = self.path(file)
        except Refused as error:
            item.reason = str(error)
            return
        for place in (path, *trash.asides(path, file.id)):
            with suppress(Refused):
                proof = trash.read(place, self.tick)
                if proof.checksum != file.trash_checksum:
                    continue
                if place == path:
                    item.proofs[file.id] = proof
                    item.in_vault.append(file)
                else:
                    item.leftovers.append((file, place))


def _present(files: Sequence[FileRow]) -> list[FileRow]:
    return [file for file in files if not file.missing]


def _original(files: Sequence[FileRow]) -> FileRow | None:
    return next((file for file in files if not file.missing and file.role == "original"), None)
