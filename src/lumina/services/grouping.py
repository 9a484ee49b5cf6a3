"""Say that files which were taken for one moment are not."""

from __future__ import annotations

from lumina.engine import mend
from lumina.errors import NotFound
from lumina.store import Transaction, browse


def ungroup(tx: Transaction, image_id: int) -> list[int]:
    """Make every master of an image an image of its own, for good; returns their ids.

    Raises:
        NotFound: there is no such image.
    """
    image = browse.summary(tx, image_id)
    if image is None:
        raise NotFound(f"There is no image {image_id}.")
    return mend.ungroup(tx, image.catalog_id, image_id)
