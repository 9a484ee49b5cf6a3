"""What a search that is walked on looks up again: whether images still hold, and vectors of single ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from lumina.domain.vectors import Space
from lumina.store import spaces
from lumina.store.database import Transaction
from lumina.store.selection import Condition


def holding(tx: Transaction, image_ids: Sequence[int], condition: Condition, catalog: UUID | None) -> list[int]:
    """Those of the images that meet a condition (on the alias `i`) now, in the order in which they were given."""
    rows = tx.execute(
        f"SELECT i.id FROM image i WHERE i.id = ANY(:searched_ids) AND {condition.sql}"
        " AND (CAST(:searched_catalog AS uuid) IS NULL OR i.catalog_id = :searched_catalog)",
        **condition.parameters,
        searched_ids=list(image_ids),
        searched_catalog=catalog,
    ).all()
    found = {row[0] for row in rows}
    return [image for image in image_ids if image in found]


def except_image(condition: Condition, image_id: int) -> Condition:
    """The condition, and not this image."""
    return replace(
        condition,
        sql=f"i.id <> :searched_itself AND {condition.sql}",
        parameters={**condition.parameters, "searched_itself": image_id},
    )


def has_vector(tx: Transaction, space: Space, image_id: int) -> bool:
    """Whether an image has a vector in a space."""
    return bool(tx.value(f"SELECT EXISTS (SELECT FROM {spaces.table(space)} WHERE image_id = :id)", id=image_id))
