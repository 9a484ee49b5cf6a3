"""Look through the groups of copies, and say what is wrong with them: another keeper, no copies at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from lumina.domain.copies import CopyFilter, CopyGroup, CopySummary, PublishedRun
from lumina.domain.curation import Action, Change, Field
from lumina.domain.duplicates import DuplicateSettings, check_threshold
from lumina.domain.policy import Policy
from lumina.domain.selection import Selection
from lumina.domain.work import Job
from lumina.engine.follow import DETECT_DUPLICATES, running
from lumina.errors import BadInput, NotFound
from lumina.services.choice import catalogs_of
from lumina.services.copies import filled
from lumina.services.work import WorkService
from lumina.store import Store, Transaction, cards, catalogs, duplicates, features, groups, journal
from lumina.store.duplicates import GroupRow

MOST_PAIRS = 20_000
"""Pairs of images that are said to be no copies at once, where single ones are taken out of a group."""

SOME = 200
"""Groups that are read at a time where all are wanted."""
_GONE = "There is no group {} of copies (any more)."


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Some groups; `next` is where the next page starts, None at the end. `job` is the search that is under way.

    `summary` is there on the first page only: counting all groups takes longer than reading some.
    """

    run: PublishedRun | None
    job: Job | None
    summary: CopySummary | None
    items: Sequence[CopyGroup]
    next: tuple[float, int] | None


def page(
    tx: Transaction,
    catalog_id: UUID | None,
    wanted: CopyFilter,
    *,
    after: tuple[float, int] | None = None,
    limit: int,
) -> GroupPage:
    """The groups of one catalog or of all.

    Raises:
        NotFound: the catalog does not exist.
    """
    chosen = catalogs_of(tx, Selection(catalog=catalog_id))
    runs = duplicates.published(tx, chosen)
    found, following = _some(tx, chosen, wanted, after, limit)
    jobs = [job for each in chosen if (job := running(tx, DETECT_DUPLICATES, each))]
    summary = duplicates.summary(tx, chosen, wanted) if after is None else None
    return GroupPage(runs[0] if runs else None, jobs[0] if jobs else None, summary, found, following)


def every(store: Store, catalog_id: UUID | None, wanted: CopyFilter) -> Iterator[CopyGroup]:
    """All groups of one catalog or of all, some at a time.

    Raises:
        NotFound: the catalog does not exist.
    """
    after: tuple[float, int] | None = None
    while True:
        with store.transaction() as tx:
            found, after = _some(tx, catalogs_of(tx, Selection(catalog=catalog_id)), wanted, after, SOME)
        yield from found
        if after is None:
            return


def _some(
    tx: Transaction, chosen: Sequence[UUID], wanted: CopyFilter, after: tuple[float, int] | None, limit: int
) -> tuple[list[CopyGroup], tuple[float, int] | None]:
    """Groups after a place, and the place after these."""
    rows = duplicates.groups(tx, chosen, wanted, after=after, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return filled(tx, rows), (rows[-1].place, rows[-1].id) if more else None


def one(tx: Transaction, group_id: int) -> CopyGroup:
    """One published group.

    Raises:
        NotFound: there is none (any more).
    """
    if not (found := filled(tx, [_row(tx, group_id)])):
        raise NotFound(_GONE.format(group_id))
    return found[0]


def choose_keeper(tx: Transaction, group_id: int, image_id: int) -> CopyGroup:
    """Keep this image of a group, whatever the policy says; remembered for ever, and undone like anything else.

    Raises:
        NotFound: there is no such group, or the image is not in it.
    """
    row = _row(tx, group_id)
    images = [member.image_id for member in duplicates.members(tx, [row])[group_id]]
    if image_id not in images:
        raise NotFound(f"image_id: image {image_id} is not in group {group_id}.")
    name = cards.cards(tx, [image_id])[image_id].name
    journal.perform(
        tx,
        catalog_id=row.catalog_id,
        kind="keeper",
        title=f"Chose {name} as the one to keep",
        changes=[Change(image, Field.KEEPER, image == image_id) for image in images],
    )
    return one(tx, group_id)


def say_distinct(tx: Transaction, group_ids: Sequence[int]) -> Action:
    """The images of these groups are no copies of each other: they are not shown as such again.

    Raises:
        NotFound: one of the groups does not exist (any more).
    """
    wanted = list(dict.fromkeys(group_ids))
    found = duplicates.together(tx, wanted)
    if gone := [group_id for group_id in wanted if group_id not in found]:
        raise NotFound(_GONE.format(gone[0]))
    sets = [found[group_id].images for group_id in wanted]
    images = sum(map(len, sets))
    where = "" if len(sets) == 1 else f" in {len(sets):,} groups"
    return _distinct(tx, found[wanted[0]].catalog_id, sets, f"Said that {images:,} images{where} are no copies")


def take_out(tx: Transaction, group_id: int, images: Sequence[int]) -> Action:
    """These images of a group are no copies of its other ones; what they are to each other stays open.

    Raises:
        NotFound: there is no such group, or an image is not in it.
        BadInput: these are all of them, or too many.
    """
    row = _row(tx, group_id)
    members = [member.image_id for member in duplicates.members(tx, [row])[group_id]]
    if strangers := set(images) - set(members):
        raise NotFound(f"images: {min(strangers)} is not in group {group_id}.")
    rest = [image for image in members if image not in set(images)]
    if not rest:
        return say_distinct(tx, [group_id])
    pairs = [[image, other] for image in dict.fromkeys(images) for other in rest]
    if len(pairs) > MOST_PAIRS:
        raise BadInput(f"images: {len(images):,} of {len(members):,} are too many at once; say it of the whole group.")
    word = "image is no copy" if len(images) == 1 else "images are no copies"
    return _distinct(tx, row.catalog_id, pairs, f"Said that {len(images):,} {word}")


def _distinct(tx: Transaction, catalog_id: UUID, sets: Sequence[Sequence[int]], title: str) -> Action:
    numbers = groups.new_sets(tx, len(sets))
    changes = [
        Change(image, Field.DISTINCT, True, key) for key, images in zip(numbers, sets, strict=True) for image in images
    ]
    return journal.perform(tx, catalog_id=catalog_id, kind="distinct", title=title, changes=changes)


def detect(store: Store, work: WorkService, catalog_id: UUID, threshold: int | None = None) -> Job:
    """Look for copies in a catalog; with a threshold, by that instead of the catalog's.

    Raises:
        NotFound: the catalog does not exist. BadInput: the threshold is out of range.
        Conflict: a search is under way there; the message says which.
    """
    with store.transaction() as tx:
        catalogs.get(tx, catalog_id)
        if threshold is not None:
            check_threshold(threshold, features.count_images(tx, catalog_id))
    return work.detect(DETECT_DUPLICATES, catalog_id, {} if threshold is None else {"similarity_threshold": threshold})


def settings(tx: Transaction, catalog_id: UUID) -> DuplicateSettings:
    """A catalog's settings for finding and resolving copies.

    Raises:
        NotFound: the catalog does not exist.
    """
    return catalogs.duplicates(tx, catalog_id)


def change_settings(tx: Transaction, catalog_id: UUID, changes: Mapping[str, Any]) -> DuplicateSettings:
    """Change some of a catalog's settings for finding and resolving copies.

    Raises:
        NotFound: the catalog does not exist.
        BadInput: the threshold is out of range, or the policy is none; the message names line and rule.
    """
    changed = DuplicateSettings(**{**asdict(catalogs.duplicates(tx, catalog_id)), **changes})
    check_threshold(changed.similarity_threshold, features.count_images(tx, catalog_id))
    Policy.parse(changed.policy)
    catalogs.set_duplicates(tx, catalog_id, changed)
    return changed


def _row(tx: Transaction, group_id: int) -> GroupRow:
    row = duplicates.group(tx, group_id)
    if row is None:
        raise NotFound(_GONE.format(group_id))
    return row
