"""Look through the images: pages in the timeline's order, neighbours, facets."""

from __future__ import annotations

from lumina.domain.selection import Selection
from lumina.domain.summary import ImageSummary, Page, Position
from lumina.domain.values import RenditionKind
from lumina.errors import NotFound
from lumina.services.choice import catalogs_of
from lumina.store import Transaction, browse, cutouts
from lumina.store.browse import Facet

FACETS = 200
"""Values of one facet, at most."""


def page(tx: Transaction, selection: Selection, *, after: Position | None, limit: int) -> Page:
    """The images of a view that follow a position, newest first.

    Raises:
        NotFound: the catalog does not exist.
    """
    found = browse.page(tx, catalogs_of(tx, selection), selection, after=after, limit=limit + 1)
    kept = tuple(found[:limit])
    return Page(kept, kept[-1].position if len(found) > limit else None)


def image(tx: Transaction, image_id: int) -> ImageSummary:
    """One image.

    Raises:
        NotFound: there is none of this id.
    """
    found = browse.summary(tx, image_id)
    if found is None:
        raise NotFound(f"There is no image {image_id}.")
    return found


def neighbours(tx: Transaction, selection: Selection, position: Position) -> tuple[int | None, int | None]:
    """Ids of the images just before and just after a position in a view."""
    catalogs = catalogs_of(tx, selection)
    before = browse.page(tx, catalogs, selection, after=position, limit=1, backwards=True)
    after = browse.page(tx, catalogs, selection, after=position, limit=1)
    return (before[0].id if before else None, after[0].id if after else None)


def facets(tx: Transaction, selection: Selection) -> dict[str, list[Facet]]:
    """What a view can be narrowed by: values and counts, most frequent first, years newest first."""
    return browse.facets(tx, catalogs_of(tx, selection), selection, limit=FACETS)


def picture_key(tx: Transaction, image_id: int, kind: RenditionKind) -> bytes | None:
    """Name of an image's derived file, None while there is none.

    Raises:
        NotFound: there is no such image.
    """
    key = browse.rendition_key(tx, image_id, kind)
    if key is None:
        image(tx, image_id)
    return key


def cutout_key(tx: Transaction, image_id: int) -> bytes:
    """Name of the file of an image's cut-out.

    Raises:
        NotFound: there is no such image, or no cut-out of it; the message says why.
    """
    image(tx, image_id)
    found = cutouts.get(tx, image_id)
    if found is None:
        raise NotFound(f"There is no cut-out of image {image_id} (yet: they are made of marketplaces' images).")
    if found.key is None:
        raise NotFound(f"Image {image_id}: {found.refused or 'nothing was cut out.'}")
    return found.key
