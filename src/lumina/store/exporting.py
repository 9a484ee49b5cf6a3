"""Vectors of a marketplace's images, for files: the same images for every model, as of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import Space, SpaceKind
from lumina.store import bulk, spaces
from lumina.store.database import Transaction

Ids = NDArray[np.int64]
_SHOWN = "FROM listing_image l JOIN image i ON i.id = l.image_id WHERE l.source_id = {source} AND i.trashed_at IS NULL"


@dataclass(frozen=True, slots=True)
class Rows:
    """The images of an export, n each, ascending by `image_id`: Lumina's number, the listing's, the marketplace's."""

    image_id: Ids
    listing_id: Ids
    remote_id: Ids


def freeze(tx: Transaction) -> None:
    """Everything read in this transaction is as of one moment; to be called before anything else."""
    tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def in_use(tx: Transaction, source_id: int, kinds: Sequence[SpaceKind]) -> list[Space]:
    """The spaces of these kinds that searches use and that have vectors of the marketplace's images."""
    live = [space for space in spaces.every(tx) if space.kind in kinds and space.state == "live"]
    return [space for space in live if _has_any(tx, space, source_id)]


def _has_any(tx: Transaction, space: Space, source_id: int) -> bool:
    query = f"""SELECT EXISTS (SELECT FROM listing_image l JOIN {spaces.table(space)} v ON v.image_id = l.image_id
        WHERE l.source_id = :source)"""
    return bool(tx.value(query, source=source_id))


def rows(tx: Transaction, source_id: int, of: Sequence[Space]) -> Rows:
    """The marketplace's images that have a vector in each of the spaces."""
    having = "".join(f" AND EXISTS (SELECT FROM {spaces.table(space)} v WHERE v.image_id = l.image_id)" for space in of)
    query = f"SELECT l.image_id, l.listing_id, l.remote_id {_SHOWN.format(source='%(source)s')}{having} ORDER BY 1"
    columns = {"image_id": "i8", "listing_id": "i8", "remote_id": "i8"}
    return Rows(**bulk.read(tx, query, columns, source=source_id))


def images(tx: Transaction, source_id: int) -> int:
    """How many images the marketplace has, with vectors or without."""
    return int(tx.value(f"SELECT count(*) {_SHOWN.format(source=':source')}", source=source_id))


def numbered(tx: Transaction, source_id: int, listing_ids: Ids, remote_ids: Ids) -> Ids:
    """Lumina's numbers of images that are known by the marketplace's, in their order; 0 where there is none."""
    found = tx.rows(
        """SELECT coalesce(l.image_id, 0) AS id
        FROM unnest(CAST(:listings AS bigint[]), CAST(:remotes AS bigint[])) WITH ORDINALITY AS r (listing, remote, n)
        LEFT JOIN listing_image l ON l.source_id = :source AND l.listing_id = listing AND l.remote_id = remote
        ORDER BY n""",
        source=source_id,
        listings=listing_ids.tolist(),
        remotes=remote_ids.tolist(),
    )
    return np.array([row["id"] for row in found], np.int64)
