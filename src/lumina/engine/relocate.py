"""Files of one batch on their way to another disk, or back; the steps are those of `lumina.engine.clean`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from lumina.domain.resolution import Proof
from lumina.domain.stage import Lane
from lumina.domain.work import Batch, BatchKind
from lumina.engine.leftovers import Leftovers
from lumina.errors import BadInput, NotFound
from lumina.files import moving, trash
from lumina.files.trash import Refused
from lumina.files.vault import Vault
from lumina.store import Store, Transaction, ledger, leftovers, relocations
from lumina.store.leftovers import Leftover
from lumina.store.relocations import Move, Placed


@dataclass
class Relocation:
    """One batch under way."""

    store: Store
    batch: Batch
    vault: Vault
    backups: frozenset[int]
    tick: Callable[[], None]
    moves: list[Move] = field(default_factory=list)
    proofs: dict[int, Proof] = field(default_factory=dict)
    refused: dict[int, tuple[Placed, str]] = field(default_factory=dict)
    left: list[Placed] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    away: list[Leftover] = field(default_factory=list)

    def goal(self, file: Placed) -> int:
        """The source that a file is to lie in."""
        target = self.batch.payload["to"]
        return file.home_source_id if target is None else int(target)

    def copy(self, files: Sequence[Placed]) -> None:
        """Step 1. Where a copy is going to be laid is written down before.

        Raises:
            BadInput: the other disk is full, read-only or gone; what has been copied there does not stay.
        """
        there, elsewhere = _split(files, self.goal)
        wished = [move for file in elsewhere if (move := self._meant(file))]
        with self.store.transaction() as tx:
            ledger.hold(tx, self.batch)
            leftovers.remember(tx, [_copy_of(move) for move in wished if move.laid])
            ours = leftovers.at(tx, [(move.source_id, move.path) for move in wished])
        known = [replace(move, laid=(move.source_id, move.path) in ours) for move in wished]
        try:
            for move in known:
                self._check(move.source_id)
                self._try(move)
            for goal in {move.source_id for move in known}:
                self._check(goal)  # as long as it was written to, it was there
        except BadInput:
            self._clear(known, checked=False)
            raise
        for file in there:
            with suppress(Refused, NotFound, OSError):
                self._stay(file)

    def _try(self, move: Move) -> None:
        try:
            self._copy(move)
        except (Refused, NotFound) as error:
            self.refused[move.file.file_id] = (move.file, str(error))

    def _stay(self, file: Placed) -> None:
        """What is wished back still lies where it was before it was moved: no copy is needed, wherever the other is."""
        assert file.left_source_id is not None
        assert file.left_path is not None
        old = self.vault.path(file.left_source_id, file.left_path)
        if trash.read(old, self.tick).checksum == file.checksum:
            self.moves.append(Move(file, file.left_source_id, file.left_path))

    def _check(self, source_id: int) -> None:
        """A disk that is not there looks like an empty folder."""
        if source_id in self.backups:
            moving.check_mark(self.vault.root(source_id), source_id)

    def _meant(self, file: Placed) -> Move | None:
        """Where a file will go; None, with the reason, where it must stay."""
        goal = self.goal(file)
        self._check(goal)
        self._check(file.source_id)
        root = self.vault.root(goal)
        if not root.is_dir():
            raise BadInput(f"{root} is not there. Nothing was removed.")
        wished = file.home_path if goal == file.home_source_id else self._away(file)
        try:
            place = moving.free_place(root, wished, file.checksum, self.tick)
            return Move(file, goal, place, laid=not os.path.lexists(self.vault.path(goal, place)))
        except (Refused, NotFound) as error:
            self.refused[file.file_id] = (file, str(error))
            return None

    def _copy(self, move: Move) -> None:
        file, target = move.file, self._place(move)
        source = self.vault.path(file.source_id, file.path)
        if source.is_symlink():
            raise Refused("It is a symbolic link, not a file.")
        self.proofs[file.file_id] = moving.copy(source, target, file.file_id, file.checksum, self.tick)
        self.moves.append(move)

    def _place(self, move: Move) -> Path:
        return self.vault.path(move.source_id, move.path)

    def _away(self, file: Placed) -> str:
        """Where a file goes on the backup disk; those of other sources have a folder each."""
        return file.path if file.source_id == self.batch.payload["from"] else f"source-{file.source_id}/{file.path}"

    def switch(self, tx: Transaction) -> None:
        """Step 2."""
        done = {move.file.file_id for move in relocations.switch(tx, self.moves)}
        for move in self.moves:
            if move.file.file_id not in done:
                self.refused[move.file.file_id] = (move.file, "It has changed since, or another file has its place.")

    def drop(self) -> None:
        """Copies of what was changed or removed for good meanwhile do not stay; what lay there before does."""
        self._clear([move for move in self.moves if move.file.file_id in self.refused], checked=True)

    def _clear(self, moves: Sequence[Move], *, checked: bool) -> None:
        work = Leftovers(self.store, self.vault, self.backups, self.tick)
        for move in moves:
            if move.laid:
                work.clear(_copy_of(move), checked=checked)

    def remains(self, files: Sequence[Placed]) -> None:
        """What lies at two places now, by this batch or by one that died."""
        self.left = [file for file in files if file.left_path is not None]

    def remove(self) -> None:
        """Step 3."""
        aside = []
        for file in self.left:
            try:
                if not self._is_away(file) and (taken := self._take(file)) is not None:
                    aside.append(taken)
                self.gone.append(file.file_id)
            except (Refused, NotFound, BadInput, OSError) as error:
                self.refused[file.file_id] = (file, str(error))
        try:
            with self.store.transaction() as tx:
                ledger.hold(tx, self.batch)
        except BaseException:
            for away, path in aside:
                trash.put_back(away, path)
            raise
        for away, _ in aside:
            trash.discard(away)

    def _is_away(self, file: Placed) -> bool:
        """Whether the disk is away from which a file has still to be removed: that is remembered, and done later."""
        assert file.left_source_id is not None
        assert file.left_path is not None
        try:
            self._check(file.left_source_id)
        except BadInput:
            self.away.append(Leftover(file.left_source_id, file.left_path, file.checksum, file.file_id))
            return True
        return False

    def _take(self, file: Placed) -> tuple[Path, Path] | None:
        """Set a file aside that lies elsewhere too; None where it is gone already."""
        assert file.left_source_id is not None
        assert file.left_path is not None
        if (file.left_source_id, file.left_path) == (file.source_id, file.path):
            return None
        self._check(file.source_id)
        old = self.vault.path(file.left_source_id, file.left_path)
        proof = self.proofs.get(file.file_id)
        if proof is None:  # by one that died: the copy is read once more
            if trash.read(self.vault.path(file.source_id, file.path), self.tick).checksum != file.checksum:
                raise Refused("Its copy is not what it was; the original stays.")
            trash.sweep(old, file.file_id, file.checksum)
            if not old.exists():
                return None
            proof = trash.read(old, self.tick)
            if proof.checksum != file.checksum:
                raise Refused(f"{old} has changed since it was copied; it stays there.")
        return trash.set_aside(old, file.file_id, proof), old

    def close(self, tx: Transaction) -> None:
        """Step 4, and the end of the batch; what an earlier time had moved the other way has still to come."""
        relocations.close(tx, self.gone)
        leftovers.remember(tx, self.away)
        gone = [file for file in self.left if file.file_id in self.gone]
        again = sorted({file.image_id for file in gone if file.source_id != self.goal(file)})
        stayed = [{"image_id": file.image_id, "path": file.path, "reason": why} for file, why in self.refused.values()]
        relocations.note(tx, self.batch.job_id, sum(file.size for file in gone), stayed)
        if again:
            payload = self.batch.payload
            ledger.add(
                tx, self.batch.job_id, BatchKind.CLEAN, Lane.IO, items=[again], payload=payload, count_total=False
            )
        failed = {file.image_id for file, _ in self.refused.values()}
        ledger.end(tx, self.batch, done=len(self.batch.items) - len(failed.union(again)), failed=len(failed))


def _split(files: Sequence[Placed], goal: Callable[[Placed], int]) -> tuple[list[Placed], list[Placed]]:
    """Files that still lie where they are wanted, though they are known elsewhere; and files that are to be copied."""
    there = [file for file in files if file.left_path is not None and file.left_source_id == goal(file)]
    return there, [file for file in files if file.left_path is None and file.source_id != goal(file)]


def _copy_of(move: Move) -> Leftover:
    return Leftover(move.source_id, move.path, move.file.checksum, move.file.file_id)
