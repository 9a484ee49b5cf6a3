"""Copies leave: they are hidden, or their files go to Lumina's trash. Everything that is doubtful stays.

A batch goes through five steps, each of which can be done again after a crash:

1. Look: keepers are read and hashed, leaving files compared with what is known of them, copies made in the trash.
2. Write: under locks, images that are still as they were leave, and their keepers take over what was said of them.
3. Set aside: files that have left get names of their own beside their place.
4. Make sure of the lease: whoever has lost it gives the files their names back. Then delete them.
5. Write that they are gone.

Between 2 and 5 such a file has a complete copy in the trash of which the database knows, and its row counts as there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lumina.domain.curation import Change, Field
from lumina.domain.merging import merged
from lumina.domain.resolution import READ_ONLY, TRASH
from lumina.domain.work import Batch
from lumina.engine.looking import Item, Look
from lumina.errors import Interrupted
from lumina.files import names, trash
from lumina.files.trash import Refused, Trash
from lumina.files.vault import Vault
from lumina.store import Store, Transaction, catalogs, intake, jobs, journal, ledger, proposals, resolutions
from lumina.store.resolutions import Leaving, Standing, State

CHANGED = "It has changed since that was decided."
KEEPER_CHANGED = "The image that is to be kept has changed since that was decided."
PUT_AWAY = "It has been put away since, or is no longer there."
KEEPER_AWAY = "The image that is to be kept has been put away since, or is no longer there."
APART = "A person has said since that the two are no copies."


def vault_of(tx: Transaction, node: str) -> Vault:
    """The masters, where this node sees them now."""
    return Vault({key: Path(names.native(path)) for key, path in catalogs.roots(tx, node).items()})


class Leave:
    """Runs batches of images that are to leave."""

    def __init__(self, store: Store, trash: Trash, node: str, *, writable: bool) -> None:
        self.store = store
        self.trash = trash
        self.node = node
        self.writable = writable

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """See a leased batch through; `payload["action"]` is the action that its images leave under.

        Raises:
            LeaseLost: somebody else has the batch by now; what was begun is left to them.
            Interrupted: told to stop before anything was written.
        """
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            work = self._load(tx, batch, stop)
        work.look()
        with self.store.transaction() as tx:
            work.write(tx)
        work.forget_copies()
        work.set_aside()
        work.delete()
        with self.store.transaction() as tx:
            work.close(tx)

    def _load(self, tx: Transaction, batch: Batch, stop: Callable[[], bool]) -> _Batch:
        action_id = int(batch.payload["action"])
        rows = resolutions.of_images(tx, action_id, batch.items)
        if jobs.get(tx, batch.job_id).cancel_requested:  # what has begun is still seen through
            rows = [row for row in rows if row.state is not State.DUE]
        images = {row.image_id for row in rows} | {row.keeper_id for row in rows}
        files = resolutions.files(tx, images)
        doubles = resolutions.same_file(tx, [file.id for row in rows for file in files.get(row.image_id, ())])
        look = Look(self.trash, vault_of(tx, self.node), action_id, files, doubles, tick_of(stop))
        items = [Item(row, files.get(row.image_id, [])) for row in rows]
        for item in items:
            if item.row.operation == TRASH and item.row.state is State.DUE and not self.writable:
                item.reason = READ_ONLY
        return _Batch(self.store, batch, action_id, look, items)


def tick_of(stop: Callable[[], bool]) -> Callable[[], None]:
    """Something to call now and then that raises `Interrupted` where it is time to stop."""

    def tick() -> None:
        if stop():
            raise Interrupted("The resolution was interrupted; what has left has left, the rest follows later.")

    return tick


@dataclass
class _Batch:
    """One batch under way."""

    store: Store
    batch: Batch
    action_id: int
    look_at: Look
    items: Sequence[Item]
    aside: dict[int, list[tuple[Path, Path]]] = field(default_factory=dict)

    def look(self) -> None:
        """Step 1."""
        for item in self.items:
            if item.row.state is State.DUE and item.reason is None:
                self.look_at.leaving(item)
            elif item.row.state is State.MOVED:
                self.look_at.left(item)

    def write(self, tx: Transaction) -> None:
        """Step 2."""
        ledger.hold(tx, self.batch)
        due = [item for item in self.items if item.row.state is State.DUE]
        standing = resolutions.lock(tx, {i for item in due for i in (item.row.image_id, item.row.keeper_id)})
        apart = resolutions.apart(tx, [(item.row.image_id, item.row.keeper_id) for item in due])
        for item in due:
            if item.reason is None and (item.row.image_id, item.row.keeper_id) in apart:
                item.reason = APART
            item.reason = item.reason or _changed(item.row, standing)
        gone = [item for item in due if item.reason is None]
        resolutions.learn(tx, self.look_at.learned)
        journal.extend(tx, self.action_id, [*_merges(tx, gone), *_departures(gone)])
        moved = [item for item in gone if item.row.operation == TRASH]
        resolutions.note_copies(tx, {id_: proof.checksum for item in moved for id_, proof in item.proofs.items()})
        states: dict[int, tuple[State, str | None]] = {}
        for item in due:
            item.state = State.REFUSED if item.reason else State.MOVED if item.row.operation == TRASH else State.DONE
            states[item.row.image_id] = (item.state, item.reason)
        resolutions.set_states(tx, self.action_id, states)

    def forget_copies(self) -> None:
        """Of what stays after all no copies are left in the trash, not even by an earlier try."""
        for item in self.items:
            if item.state is State.REFUSED and item.row.operation == TRASH:
                for file in item.files:
                    if file.trash_path is None:
                        self.look_at.trash.drop(Trash.name(self.action_id, file.id, file.path))

    def set_aside(self) -> None:
        """Step 3. Where one file of an image cannot be taken away, those that were get their names back."""
        for item in self.items:
            if item.state is State.MOVED:
                self._set_aside(item)
                if item.reason is not None:
                    self._put_back(item.row.image_id)
                    self._give_back(item)

    def _set_aside(self, item: Item) -> None:
        for file in item.in_vault if item.reason is None else ():
            try:
                aside = trash.set_aside(self.look_at.path(file), file.id, item.proofs[file.id])
            except Refused as error:
                item.reason = f"{names.base(file.path)}: {error}"
                break
            self.aside.setdefault(item.row.image_id, []).append((aside, self.look_at.path(file)))

    def _put_back(self, image_id: int) -> None:
        for aside, path in self.aside.pop(image_id, ()):
            trash.put_back(aside, path)

    def _give_back(self, item: Item) -> None:
        """What an earlier try has set aside of an image that stays may be all that is left of its file."""
        leftovers, item.leftovers = item.leftovers, []
        for file, aside in leftovers:
            if file in item.in_vault:  # the same once more
                item.leftovers.append((file, aside))
                continue
            try:
                trash.put_back(aside, self.look_at.path(file))
            except Refused as error:
                item.reason = f"{names.base(file.path)}: {error}"
            else:
                item.in_vault.append(file)

    def delete(self) -> None:
        """Step 4."""
        try:
            with self.store.transaction() as tx:
                ledger.hold(tx, self.batch)
        except BaseException:
            for image_id in list(self.aside):
                self._put_back(image_id)
            raise
        for item in self.items:
            for aside, _ in self.aside.get(item.row.image_id, ()):
                trash.discard(aside)
            for _, left in item.leftovers:
                trash.discard(left)

    def close(self, tx: Transaction) -> None:
        """Step 5, and the end of the batch."""
        ledger.hold(tx, self.batch)
        moved = [item for item in self.items if item.state is State.MOVED]
        resolutions.lock(tx, {item.row.image_id for item in moved})
        for item in moved:
            self._close(tx, item)
        done = sum(item.state is State.DONE for item in self.items)
        failed = sum(item.state is State.REFUSED for item in self.items)
        ledger.end(tx, self.batch, done=done, failed=failed)

    def _close(self, tx: Transaction, item: Item) -> None:
        """Files that are gone are missing; where none went, the image is back."""
        stays = item.in_vault if item.reason is not None else []
        gone = [file for file in item.files if file.id in item.copies and file not in stays]
        if stays:
            changes = [Change(item.row.image_id, Field.FILE, None, file.id) for file in stays]
            if not gone:
                changes.append(Change(item.row.image_id, Field.TRASHED, False))
            journal.extend(tx, self.action_id, changes)
            resolutions.note_copies(tx, {file.id: None for file in stays})
            for file in stays:
                tx.after_commit(partial(self.look_at.trash.drop, item.copies[file.id]))
        intake.mark_missing(tx, [file.id for file in gone])
        item.state = State.DONE if gone else State.REFUSED
        resolutions.set_states(tx, self.action_id, {item.row.image_id: (item.state, item.reason)})


def _changed(row: Leaving, standing: Mapping[int, Standing]) -> str | None:
    """Why an image must stay, by what it and its keeper are now."""
    own, keeper = standing.get(row.image_id), standing.get(row.keeper_id)
    if own is None or not own.present:
        return PUT_AWAY
    if keeper is None or not keeper.present:
        return KEEPER_AWAY
    if own.revision != row.revision:
        return CHANGED
    return KEEPER_CHANGED if keeper.revision != row.keeper_revision else None


def _merges(tx: Transaction, items: Sequence[Item]) -> Iterable[Change]:
    """What the keepers take over."""
    by_keeper: dict[int, list[int]] = {}
    for item in items:
        by_keeper.setdefault(item.row.keeper_id, []).append(item.row.image_id)
    said = proposals.said(tx, {image for keeper, images in by_keeper.items() for image in (keeper, *images)})
    for keeper, images in by_keeper.items():
        yield from merged(keeper, said[keeper], [said[image] for image in images])


def _departures(items: Sequence[Item]) -> Iterable[Change]:
    for item in items:
        away = Field.TRASHED if item.row.operation == TRASH else Field.HIDDEN
        yield Change(item.row.image_id, away, True)
        for file_id, copy in item.copies.items():
            yield Change(item.row.image_id, Field.FILE, copy, file_id)
