"""Remove copies that nobody needs, those of workers that died and those of pictures that are no more.

A copy goes only when it is known by its bytes, the file itself is safe in its place, and no file is known where the
copy lies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass

from lumina.engine.leave import vault_of
from lumina.errors import BadInput, NotFound
from lumina.files import moving, trash
from lumina.files.trash import Refused
from lumina.files.vault import Vault
from lumina.store import Store, catalogs, leftovers
from lumina.store.leftovers import Leftover
from lumina.store.markets import BACKUP


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Removes them.

    Attributes:
        vault: where folders are seen. backups: sources whose folder is known by its mark.
        tick: called now and then; may raise.
    """

    store: Store
    vault: Vault
    backups: Collection[int]
    tick: Callable[[], None]

    def clear(self, copy: Leftover, *, checked: bool = False) -> bool:
        """Remove one; False where it has to wait: for its disk, or until the file itself has been read.

        Args:
            copy: which.
            checked: the file itself need not be looked at.
        """
        try:
            self._reach(copy.source_id)
            place = self.vault.path(copy.source_id, copy.path)
            there = os.path.lexists(place) or bool(trash.asides(place, copy.file_id))
            if there and not (checked or self._is_safe(copy)):
                return False
            trash.sweep(place, copy.file_id, copy.checksum)
            proof = trash.read(place, self.tick) if os.path.lexists(place) else None
            with self.store.transaction() as tx:
                if leftovers.lock(tx, copy):
                    if proof and proof.checksum == copy.checksum and not leftovers.known(tx, copy):
                        trash.discard(trash.set_aside(place, copy.file_id, proof))
                    leftovers.forget(tx, [(copy.source_id, copy.path)])
        except (Refused, NotFound, BadInput, OSError):  # a disk that cannot be written now is tried again later
            return False
        return True

    def _reach(self, source_id: int) -> None:
        """Raises BadInput or NotFound where its disk is away: it looks like an empty folder."""
        root = self.vault.root(source_id)
        if source_id in self.backups:
            moving.check_mark(root, source_id)
        elif not root.is_dir():
            raise NotFound(f"{root} is not there.")

    def _is_safe(self, copy: Leftover) -> bool:
        """Whether the file itself lies in its place, whole; or was removed for good."""
        with self.store.transaction() as tx:
            owner = leftovers.owner(tx, copy)
        if owner is None or (owner.source_id, owner.path) == (copy.source_id, copy.path):
            return True
        if owner.checksum is None:
            return False
        self._reach(owner.source_id)
        return trash.read(self.vault.path(owner.source_id, owner.path), self.tick).checksum == owner.checksum


def sweep(store: Store, source_id: int, node: str, tick: Callable[[], None]) -> int:
    """Remove what can be of a marketplace's; returns how many have to wait.

    Args:
        store: the database.
        source_id: of the marketplace.
        node: whose views of the folders are used.
        tick: called now and then; may raise.
    """
    with store.transaction() as tx:
        found, vault = leftovers.of(tx, source_id), vault_of(tx, node)
        backups = frozenset(source.id for source in catalogs.sources(tx) if source.kind == BACKUP)
    work = Leftovers(store, vault, backups, tick)
    return sum(not work.clear(copy) for copy in found)
