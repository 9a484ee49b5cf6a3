"""What is in the trash, and emptying it. Only files that lie in Lumina's home are removed, none in the vault."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from lumina.files.trash import Trash
from lumina.store import Store, Transaction, catalogs, trash
from lumina.store.trash import TrashCounts

MANY = 200
"""Files that one transaction removes."""


def contents(tx: Transaction, days: int, catalog_id: UUID | None = None) -> TrashCounts:
    """What is in the trash of all catalogs or one; files are due after so many days.

    Raises:
        NotFound: there is no such catalog.
    """
    if catalog_id is not None:
        catalogs.get(tx, catalog_id)
    return trash.counts(tx, days, catalog_id)


def empty(store: Store, home: Path, days: int, catalog_id: UUID | None = None) -> tuple[int, int]:
    """Remove the files that have been in the trash under `home` for at least so many days, for good.

    A file is removed first and its row changed afterwards: after a crash in between it is looked for once more.

    Returns:
        How many files were removed, and how many bytes.

    Raises:
        NotFound: there is no such catalog.
    """
    with store.transaction() as tx:
        contents(tx, days, catalog_id)
    files = size = 0
    while True:
        with store.transaction() as tx:
            found = trash.due(tx, days, MANY, catalog_id)
            for file in found:
                Trash(home).drop(file.path)
            trash.removed(tx, [file.id for file in found])
        if not found:
            return files, size
        files, size = files + len(found), size + sum(file.size for file in found)
