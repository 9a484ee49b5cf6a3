"""Albums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.albums import Album, AlbumChange, AlbumChanged, AlbumImages, AlbumRemoved, NewAlbum
from lumina.api.schemas.cards import image_card
from lumina.api.schemas.curation import Action, Curated
from lumina.domain import album as domain
from lumina.domain.curation import Action as DoneAction
from lumina.services import albums as service
from lumina.store import Transaction, cards

router = APIRouter(prefix="/albums", tags=["albums"])
AlbumId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("", responses=documented(404, 422, 503))
def listed(context: Context, catalog: UUID | None = None) -> list[Album]:
    """Albums by name."""
    with context.store.transaction() as tx:
        return _answers(tx, service.listed(tx, catalog))


@router.post("", status_code=201, responses=documented(404, 409, 422, 503))
def create(context: Context, body: NewAlbum) -> AlbumChanged:
    """A new album, with images where some are given."""
    with context.store.transaction() as tx:
        return _changed(tx, *service.create(tx, body.catalog_id, body.name, body.images or ()))


@router.get("/{album_id}", responses=documented(404, 422, 503))
def one(context: Context, album_id: AlbumId) -> Album:
    """One album; its images are those of any list with `album`."""
    with context.store.transaction() as tx:
        return _answers(tx, [service.get(tx, album_id)])[0]


@router.patch("/{album_id}", responses=documented(404, 409, 422, 503))
def rename(context: Context, album_id: AlbumId, body: AlbumChange) -> AlbumChanged:
    """Give an album another name."""
    with context.store.transaction() as tx:
        return _changed(tx, *service.rename(tx, album_id, body.name))


@router.delete("/{album_id}", responses=documented(404, 422, 503))
def remove(context: Context, album_id: AlbumId) -> AlbumRemoved:
    """Remove an album; its images stay."""
    with context.store.transaction() as tx:
        return AlbumRemoved(action=Action.model_validate(service.remove(tx, album_id)))


@router.post("/{album_id}/images", responses=documented(404, 422, 503))
def fill(context: Context, album_id: AlbumId, body: AlbumImages) -> Curated:
    """Put images into an album and take others out."""
    with context.store.transaction() as tx:
        return Curated.model_validate(service.fill(tx, album_id, add=body.add, remove=body.remove))


def _changed(tx: Transaction, album: domain.Album, action: DoneAction | None) -> AlbumChanged:
    (answer,) = _answers(tx, [album])
    return AlbumChanged(**dict(answer), action=None if action is None else Action.model_validate(action))


def _answers(tx: Transaction, albums: Sequence[domain.Album]) -> list[Album]:
    covers = cards.cards(tx, [album.cover for album in albums if album.cover is not None])
    return [
        Album(
            id=album.id,
            catalog_id=album.catalog_id,
            name=album.name,
            created_at=album.created_at,
            images=album.images,
            cover=image_card(covers[album.cover]) if album.cover in covers else None,
            start=album.start,
            end=album.end,
        )
        for album in albums
    ]
