"""Rate, flag, label, archive, trash, describe: one image or as many as a view shows, as one action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lumina.domain import change
from lumina.domain.curation import Action, Change, Field
from lumina.domain.selection import Selection
from lumina.errors import BadInput, Conflict, NotFound
from lumina.services import wording
from lumina.services.choice import catalogs_of
from lumina.store import Transaction, actions, curation, journal

MOST = 1_000_000
"""Images of a view that one action may change."""
OPEN = frozenset(
    {
        Field.RATING,
        Field.FLAG,
        Field.LABEL,
        Field.FAVOURITE,
        Field.ARCHIVED,
        Field.TRASHED,
        Field.HIDDEN,
        Field.TITLE,
        Field.CAPTION,
        Field.KEYWORDS,
        Field.LOCATION,
    }
)
"""Fields that people set as they like; the others have ways of their own."""


@dataclass(frozen=True, slots=True)
class Curated:
    """What came of it: the action, None where everything was so already, and how many images it was about."""

    action: Action | None
    images: int


def curate(
    tx: Transaction,
    images: Sequence[int] | Selection,
    changes: Mapping[Field, Any],
    *,
    add_keywords: Sequence[str] = (),
) -> Curated:
    """Give fields of images new values.

    `images` are ids, or a view: all that it shows. `add_keywords` come to those that an image has.

    Raises:
        NotFound: one of the ids, or the view's catalog, does not exist.
        BadInput: nothing is to be changed, a field cannot have its value, or there are too many images.
        Conflict: an image is to be shown again or restored whose file has left the vault.
    """
    _check(changes, add_keywords)
    ids, catalog = chosen(tx, images)
    if Field.TRASHED in changes and not changes[Field.TRASHED]:
        _refuse_moved(tx, ids)
    journal.lock(tx, ids)
    wanted = _changes(tx, ids, changes, add_keywords)
    said = {**changes, Field.KEYWORDS: add_keywords} if add_keywords else changes
    title = wording.curated(said, len(ids))
    action = journal.perform(tx, catalog_id=catalog, kind="curate", title=title, changes=wanted)
    return Curated(kept(tx, action), len(ids))


def chosen(tx: Transaction, images: Sequence[int] | Selection) -> tuple[list[int], UUID | None]:
    """Ids of the images, by rising id, and the catalog that all of them are in, None where they are in several.

    Raises:
        NotFound: one of the ids, or the view's catalog, does not exist.
        BadInput: the view shows too many.
    """
    if isinstance(images, Selection):
        found = curation.chosen(tx, catalogs_of(tx, images), images, limit=MOST + 1)
        if len(found) > MOST:
            raise BadInput(f"selection: it has more than {MOST:,} images; narrow it.")
        images = found
    there = curation.catalogs_of(tx, images)
    if gone := sorted(set(images) - there.keys()):
        raise NotFound(f"There is no image {', '.join(map(str, gone[:5]))}{' ...' if len(gone) > 5 else ''}.")
    catalogs = set(there.values())
    return sorted(there), catalogs.pop() if len(catalogs) == 1 else None


def kept(tx: Transaction, action: Action) -> Action | None:
    """The action, unless it has changed nothing: then it is forgotten."""
    return None if action.images == 0 and actions.forget_empty(tx, action.id) else action


def _check(changes: Mapping[Field, Any], add_keywords: Sequence[str]) -> None:
    if not changes and not add_keywords:
        raise BadInput("changes: nothing is to be changed.")
    for field, value in changes.items():
        if field not in OPEN:
            raise BadInput(f"changes: {field} cannot be changed like this.")
        change.normal(Change(None, field, value))
    change.normal(Change(None, Field.KEYWORDS, list(add_keywords)))
    if add_keywords and Field.KEYWORDS in changes:
        raise BadInput("changes: keywords and add_keywords exclude each other.")


def _refuse_moved(tx: Transaction, ids: Sequence[int]) -> None:
    if moved := curation.moved_files(tx, ids):
        raise Conflict(
            f"{wording.images(len(moved))} cannot be restored like this, since the files were moved into Lumina's"
            f" trash (image {moved[0]} for one): undo the action that moved them."
        )


def _changes(
    tx: Transaction, ids: Sequence[int], changes: Mapping[Field, Any], add_keywords: Sequence[str]
) -> Iterator[Change]:
    for field, value in changes.items():
        yield from (Change(image, field, value) for image in ids)
    if add_keywords:
        for image, (added, filed) in curation.keywords(tx, ids).items():
            new = [word for word in change.words(list(add_keywords)) if word not in filed]
            yield Change(image, Field.KEYWORDS, [*added, *new])
