"""Images come back: their files go from Lumina's trash to where they lay, and never over another file.

Steps, each of which can be done again after a crash: look at the copies; write that the files are there (a scan that
looks in between marks them missing at worst); put them into place; write how they lie there; drop the copies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lumina.domain.resolution import Proof
from lumina.domain.work import Batch
from lumina.engine.leave import tick_of, vault_of
from lumina.errors import NotFound
from lumina.files import names, trash
from lumina.files.trash import Refused, Trash
from lumina.files.vault import Vault
from lumina.store import Store, Transaction, intake, ledger, resolutions
from lumina.store.resolutions import FileRow, Leaving, State

TAKEN = "Another file stands in its place."
NO_SOURCE = "The folder of its source is not there, or empty: not mounted?"
EMPTIED = "Its file has been removed from the trash for good."


class BringBack:
    """Runs batches of images that are to come back."""

    def __init__(self, store: Store, trash: Trash, node: str) -> None:
        self.store = store
        self.trash = trash
        self.node = node

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """See a leased batch through; `payload["action"]` is the action that is undone.

        Raises:
            LeaseLost: somebody else has the batch by now.
            Interrupted: told to stop; nothing was written yet.
        """
        action_id = int(batch.payload["action"])
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            rows = resolutions.of_images(tx, action_id, batch.items)
            files = resolutions.files(tx, [row.image_id for row in rows])
            vault = vault_of(tx, self.node)
        returns = [_Return(row, files.get(row.image_id, [])) for row in rows]
        work = _Batch(batch, action_id, self.trash, vault, tick_of(stop), returns)
        work.look()
        with self.store.transaction() as tx:
            work.announce(tx)
        work.place()
        with self.store.transaction() as tx:
            work.write(tx)
        work.drop()
        with self.store.transaction() as tx:
            work.end(tx)


@dataclass
class _Return:
    """An image that is to come back.

    Attributes:
        reason: why it stays away, or a part of it.
        announced: the database says that its files are there.
        proofs: file -> its copy in the trash as it was read. back: file -> how it lies in the vault again.
    """

    row: Leaving
    all_files: Sequence[FileRow]
    reason: str | None = None
    announced: bool = False
    proofs: dict[int, Proof] = field(default_factory=dict)
    back: dict[int, Proof] = field(default_factory=dict)

    @property
    def files(self) -> list[FileRow]:
        """Those with a copy in the trash, the original first."""
        return sorted((f for f in self.all_files if f.trash_path), key=lambda f: (f.role != "original", f.path))

    @property
    def due(self) -> bool:
        """Whether it still is to be brought back and can be."""
        return self.row.state in (State.MOVED, State.DONE) and self.reason is None


@dataclass
class _Batch:
    batch: Batch
    action_id: int
    trash: Trash
    vault: Vault
    tick: Callable[[], None]
    images: Sequence[_Return]

    def look(self) -> None:
        """Read the copies and see whether their places are free."""
        for image in self.images:
            if image.due:
                try:
                    self._look(image)
                except Refused as error:
                    image.reason = str(error)

    def _look(self, image: _Return) -> None:
        if not image.files:
            raise Refused(EMPTIED)
        for file in image.files:
            assert file.trash_path is not None
            path = self._path(file)
            if not os.path.lexists(path):
                image.proofs[file.id] = self.trash.check(file.trash_path, file.trash_checksum or b"", self.tick)
                continue
            found = trash.read(path, self.tick)
            if found.checksum != file.trash_checksum:
                raise Refused(f"{names.base(file.path)}: {TAKEN}")
            image.back[file.id] = found

    def _path(self, file: FileRow) -> Path:
        """Where a file lay; its source must be mounted."""
        try:
            root = self.vault.root(file.source_id)
            path = self.vault.path(file.source_id, file.path)
        except NotFound as error:
            raise Refused(str(error)) from None
        try:
            found = root.stat()
            empty = next(root.iterdir(), None) is None
        except OSError:
            raise Refused(NO_SOURCE) from None
        device = found.st_dev - (1 << 64) if found.st_dev >= 1 << 63 else found.st_dev
        if empty and device != file.device:
            raise Refused(NO_SOURCE)
        return path

    def announce(self, tx: Transaction) -> None:
        """From now on the files count as there."""
        ledger.hold(tx, self.batch)
        resolutions.lock(tx, [image.row.image_id for image in self.images])
        taken = resolutions.occupied(tx, [file.id for image in self.images for file in image.files])
        for image in self.images:
            if image.due and any(file.id in taken for file in image.files):
                image.reason = TAKEN
        due = [image for image in self.images if image.due]
        for image in due:
            image.announced = True
        resolutions.present_again(tx, [file.id for image in due for file in image.files])
        resolutions.set_states(tx, self.action_id, {image.row.image_id: (State.MOVED, None) for image in due})

    def place(self) -> None:
        """Put the files into their places; after one that fails the image's others stay where they are."""
        for image in self.images:
            for file in image.files if image.announced else ():
                if file.id in image.back or file.trash_path is None:
                    continue
                try:
                    path, proof = self._path(file), image.proofs[file.id]
                    image.back[file.id] = self.trash.bring_back(
                        file.trash_path, path, proof, file.modified_ns, self.tick
                    )
                except Refused as error:
                    image.reason = f"{names.base(file.path)}: {error}"
                    break

    def write(self, tx: Transaction) -> None:
        """Write what came back, and what did not."""
        ledger.hold(tx, self.batch)
        announced = [image for image in self.images if image.announced]
        resolutions.lock(tx, [image.row.image_id for image in announced])
        for image in announced:
            intake.mark_missing(tx, [file.id for file in image.files if file.id not in image.back])
            resolutions.came_back(tx, image.back)
            resolutions.note_copies(tx, dict.fromkeys(image.back, None))
        states = {image.row.image_id: (_state(image), image.reason) for image in self.images}
        resolutions.set_states(tx, self.action_id, states)

    def drop(self) -> None:
        """Copies of what is in the vault are no longer needed; also those that a worker that died has left."""
        for image in self.images:
            for file in image.all_files:
                undone = image.row.state is State.UNDONE and file.trash_path is None
                if undone or (image.announced and file.id in image.back):
                    self.trash.drop(Trash.name(self.action_id, file.id, file.path))
                    if image.row.state in (State.UNDONE, State.MOVED):
                        self._sweep(image, file)

    def _sweep(self, image: _Return, file: FileRow) -> None:
        checksum = image.back[file.id].checksum if file.id in image.back else file.checksum
        with suppress(Refused):
            trash.sweep(self._path(file), file.id, checksum or b"")

    def end(self, tx: Transaction) -> None:
        """The end of the batch."""
        back = sum(_state(image) is State.UNDONE for image in self.images)
        ledger.end(tx, self.batch, done=back, failed=len(self.images) - back)


def _state(image: _Return) -> State:
    if not image.announced:
        return image.row.state
    whole = all(file.id in image.back for file in image.files)
    return State.UNDONE if image.back and whole else State.DONE  # what is still away can be asked for once more
