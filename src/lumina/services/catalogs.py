"""Make and find catalogs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lumina.domain.catalog import Catalog
from lumina.errors import BadInput
from lumina.store import Transaction, catalogs

IMPORT_MODES = ("copy", "move")
LONGEST_NAME = 200


def create(
    tx: Transaction,
    name: str,
    *,
    destination_path: str | None = None,
    import_mode: str = "copy",
    source_metadata: Mapping[str, Any] | None = None,
) -> Catalog:
    """A new, empty catalog.

    Args:
        tx: the transaction.
        name: unique, 1 to 200 characters.
        destination_path: where imports go, in stored form.
        import_mode: `copy` or `move`.
        source_metadata: anything that goes with its sources.

    Raises:
        BadInput: the name is empty or too long, or the mode is neither.
        Conflict: the name is taken.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise BadInput(f"name: {name!r}: a catalog's name has 1 to {LONGEST_NAME} characters.")
    if import_mode not in IMPORT_MODES:
        raise BadInput(f"import_mode: {import_mode!r} is neither of {', '.join(IMPORT_MODES)}.")
    return catalogs.create(
        tx, name, destination_path=destination_path, import_mode=import_mode, source_metadata=source_metadata
    )


def get(tx: Transaction, catalog_id: UUID) -> Catalog:
    """One catalog.

    Raises:
        NotFound: there is none with this id.
    """
    return catalogs.get(tx, catalog_id)


def named(tx: Transaction, name: str) -> Catalog:
    """The catalog of this name, made where there is none yet."""
    catalogs.lock_names(tx)
    return catalogs.named(tx, name) or create(tx, name)


def every(tx: Transaction) -> list[Catalog]:
    """All catalogs, oldest first."""
    return catalogs.every(tx)
