"""Resolve the catalogs that a selection speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lumina.domain.selection import Selection
from lumina.errors import NotFound
from lumina.store import Transaction, browse


def catalogs_of(tx: Transaction, selection: Selection) -> Sequence[UUID]:
    """The selection's catalog, or all of them.

    Raises:
        NotFound: the catalog does not exist.
    """
    known = browse.catalog_ids(tx)
    if selection.catalog is None:
        return known
    if selection.catalog not in known:
        raise NotFound(f"There is no catalog {selection.catalog}.")
    return [selection.catalog]
