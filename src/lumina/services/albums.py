"""Albums: make, rename, remove, fill; everything can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lumina.domain import change
from lumina.domain.album import Album
from lumina.domain.curation import Action, Change, Field
from lumina.errors import BadInput, Conflict, NotFound
from lumina.services import curation, wording
from lumina.services.curation import Curated
from lumina.store import Transaction, albums, catalogs, journal


def listed(tx: Transaction, catalog_id: UUID | None = None) -> list[Album]:
    """Albums of all catalogs or one, by name.

    Raises:
        NotFound: there is no such catalog.
    """
    if catalog_id is not None:
        catalogs.get(tx, catalog_id)
    return albums.listed(tx, catalog_id=catalog_id)


def get(tx: Transaction, album_id: int) -> Album:
    """One album.

    Raises:
        NotFound: there is none of this id.
    """
    found = albums.listed(tx, only=album_id)
    if not found:
        raise NotFound(f"There is no album {album_id}.")
    return found[0]


def find(tx: Transaction, given: str, catalog_id: UUID | None = None) -> int:
    """The album that a person named by name or number.

    Raises:
        NotFound: there is none. Conflict: several catalogs have one of this name.
    """
    found = albums.named(tx, given, catalog_id)
    if len(found) > 1:
        raise Conflict(f"Several catalogs have an album {given!r}: name the catalog, or the album's number.")
    if found:
        return found[0]
    if given.isdecimal() and albums.listed(tx, only=int(given)):
        return int(given)
    raise NotFound(f"There is no album {given!r}.")


def create(tx: Transaction, catalog_id: UUID, name: str, images: Sequence[int] = ()) -> tuple[Album, Action]:
    """A new album, with images where some are given.

    Raises:
        NotFound: there is no such catalog or image. Conflict: the catalog has an album of this name.
        BadInput: the name is blank or too long, or an image is of another catalog.
    """
    catalogs.get(tx, catalog_id)
    name = _free_name(tx, catalog_id, name)
    ids = _of_catalog(tx, catalog_id, images)
    album_id = albums.add(tx, catalog_id)
    changes = [Change(None, Field.ALBUM_NAME, name, album_id)]
    changes += [Change(image, Field.ALBUM, True, album_id) for image in ids]
    title = f'Made the album "{name}"' + (f" with {wording.images(len(ids))}" if ids else "")
    action = journal.perform(tx, catalog_id=catalog_id, kind="album", title=title, changes=changes)
    return get(tx, album_id), action


def rename(tx: Transaction, album_id: int, name: str) -> tuple[Album, Action | None]:
    """Give an album another name.

    Raises:
        NotFound: there is no such album. Conflict: the catalog has another album of this name. BadInput: as `create`.
    """
    catalog_id, before = _locked(tx, album_id), get(tx, album_id).name
    name = _free_name(tx, catalog_id, name, but=album_id)
    title = f'Renamed the album "{before}" to "{name}"'
    change = Change(None, Field.ALBUM_NAME, name, album_id)
    action = journal.perform(tx, catalog_id=catalog_id, kind="album", title=title, changes=[change])
    return get(tx, album_id), curation.kept(tx, action)


def remove(tx: Transaction, album_id: int) -> Action:
    """Remove an album; its images stay.

    Raises:
        NotFound: there is no such album.
    """
    catalog_id, before = _locked(tx, album_id), get(tx, album_id)
    title = f'Removed the album "{before.name}" ({wording.images(before.images)})'
    change = Change(None, Field.ALBUM_NAME, None, album_id)
    return journal.perform(tx, catalog_id=catalog_id, kind="album", title=title, changes=[change])


def fill(tx: Transaction, album_id: int, *, add: Sequence[int] = (), remove: Sequence[int] = ()) -> Curated:
    """Put images into an album and take others out.

    Raises:
        NotFound: there is no such album or image. BadInput: an image is of another catalog, nothing is given, or one
            is to be put in and taken out.
    """
    if not add and not remove:
        raise BadInput("add, remove: no image is given.")
    if both := sorted(set(add) & set(remove)):
        raise BadInput(f"add, remove: image {both[0]} is to be put in and taken out.")
    catalog_id, name = _locked(tx, album_id), get(tx, album_id).name
    ids = _of_catalog(tx, catalog_id, [*add, *remove])
    leaving = set(remove)
    changes = [Change(image, Field.ALBUM, image not in leaving, album_id) for image in ids]
    verbs = [f"added {wording.images(len(set(add)))} to" if add else "", f"took {wording.images(len(leaving))} out of"]
    said = " and ".join(verbs[: 2 if remove else 1] if add else verbs[1:])
    title = f'{said[0].upper()}{said[1:]} the album "{name}"'
    action = journal.perform(tx, catalog_id=catalog_id, kind="album", title=title, changes=changes)
    return Curated(curation.kept(tx, action), len(ids))


def _locked(tx: Transaction, album_id: int) -> UUID:
    catalog_id = albums.lock(tx, album_id)
    if catalog_id is None:
        raise NotFound(f"There is no album {album_id}.")
    return catalog_id


def _free_name(tx: Transaction, catalog_id: UUID, name: str, *, but: int | None = None) -> str:
    free: str = change.normal(Change(None, Field.ALBUM_NAME, name))
    albums.lock_names(tx, catalog_id)
    if any(album != but for album in albums.named(tx, free, catalog_id)):
        raise Conflict(f"This catalog has an album {free!r} already.")
    return free


def _of_catalog(tx: Transaction, catalog_id: UUID, images: Sequence[int]) -> list[int]:
    ids, common = curation.chosen(tx, images)
    if ids and common != catalog_id:
        raise BadInput("images: an album holds images of its own catalog only.")
    return ids
