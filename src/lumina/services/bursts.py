"""Look through bursts and their like, and keep the best frame of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from lumina.domain.bursts import BurstPage, SequenceKind, ShownBurst, ShownMember
from lumina.domain.card import ImageCard
from lumina.domain.curation import Action, Change, Field, Flag
from lumina.domain.selection import Selection
from lumina.domain.work import Job
from lumina.engine.follow import DETECT_BURSTS, running
from lumina.errors import Conflict, NotFound
from lumina.services import curation
from lumina.services.choice import catalogs_of
from lumina.services.curation import Curated
from lumina.services.wording import images as counted
from lumina.store import Transaction, burst_list, cards, journal
from lumina.store.burst_list import BurstRow, MemberRow

PICKED = "You picked it"
_GONE = "There is no burst {} (any more)."


def page(
    tx: Transaction,
    catalog_id: UUID | None,
    kind: SequenceKind | None = None,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int,
) -> BurstPage:
    """The sequences of one catalog or of all, newest first.

    Raises:
        NotFound: the catalog does not exist.
    """
    chosen = catalogs_of(tx, Selection(catalog=catalog_id))
    runs = burst_list.runs(tx, chosen)
    rows = burst_list.listed(tx, chosen, kind, after=after, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return BurstPage(
        runs[0] if runs else None,
        burst_list.summary(runs, kind),
        _filled(tx, rows),
        (rows[-1].started_at, rows[-1].id) if more else None,
    )


def search(tx: Transaction, catalog_id: UUID | None) -> Job | None:
    """The search for sequences that is under way in a catalog, or in one of all."""
    chosen = catalogs_of(tx, Selection(catalog=catalog_id))
    return next((job for each in chosen if (job := running(tx, DETECT_BURSTS, each))), None)


def one(tx: Transaction, burst_id: int) -> ShownBurst:
    """One published sequence.

    Raises:
        NotFound: there is none (any more).
    """
    if not (found := _filled(tx, _named(tx, [burst_id]))):
        raise NotFound(_GONE.format(burst_id))
    return found[0]


def keep(tx: Transaction, burst_id: int, image_id: int | None = None) -> Curated:
    """Pick the best frame of a burst, or the one that is given, and reject the others.

    Raises:
        NotFound: there is no such burst, or the image is not in it.
        Conflict: it is a sequence whose frames belong together.
    """
    row = _named(tx, [burst_id])[0]
    images = [member.image_id for member in _members(tx, [row]).get(burst_id, ())]
    if not images:
        raise NotFound(_GONE.format(burst_id))
    if image_id is not None and image_id not in images:
        raise NotFound(f"image_id: image {image_id} is not in burst {burst_id}.")
    _check(row)
    kept = row.best if image_id is None else image_id
    title = f"Kept {cards.cards(tx, [kept])[kept].name} of a burst of {len(images)}"
    return Curated(_perform(tx, {burst_id: kept}, {burst_id: images}, row.catalog_id, title), len(images))


def keep_best(tx: Transaction, catalog_id: UUID | None, burst_ids: Sequence[int] | None = None) -> Curated:
    """Keep the best frame of many bursts: of these, or of all about which nothing has been said yet.

    Raises:
        NotFound: the catalog, or one of the bursts, does not exist (any more).
        Conflict: one of them is a sequence whose frames belong together.
    """
    rows = plan(tx, catalog_id, burst_ids)
    found = _members(tx, rows)
    rows = [row for row in rows if row.id in found]
    images = {burst: [member.image_id for member in members] for burst, members in found.items()}
    rejected = sum(map(len, images.values())) - len(rows)
    word = "burst" if len(rows) == 1 else "bursts"
    title = f"Kept the best of {len(rows):,} {word}, rejected {counted(rejected)}"
    catalogs = {row.catalog_id for row in rows}
    best = {row.id: row.best for row in rows}
    action = _perform(tx, best, images, catalogs.pop() if len(catalogs) == 1 else None, title)
    return Curated(action, rejected + len(rows))


def plan(tx: Transaction, catalog_id: UUID | None, burst_ids: Sequence[int] | None = None) -> list[BurstRow]:
    """The bursts that `keep_best` would be about.

    Raises:
        As `keep_best`.
    """
    chosen = catalogs_of(tx, Selection(catalog=catalog_id))
    if burst_ids is None:
        return burst_list.undecided(tx, chosen)
    rows = _named(tx, list(dict.fromkeys(burst_ids)))
    for row in rows:
        _check(row)
        if row.catalog_id not in chosen:
            raise NotFound(f"bursts: {row.id} is not in catalog {catalog_id}.")
    return rows


def _perform(
    tx: Transaction, best: Mapping[int, int], images: Mapping[int, Sequence[int]], catalog_id: UUID | None, title: str
) -> Action | None:
    changes = [
        Change(image, Field.FLAG, (Flag.PICK if image == best[burst] else Flag.REJECT).value)
        for burst, members in images.items()
        for image in members
    ]
    done = journal.perform(tx, catalog_id=catalog_id, kind="keep-burst", title=title, changes=changes)
    return curation.kept(tx, done)


def _check(row: BurstRow) -> None:
    if row.kind is not SequenceKind.BURST:
        raise Conflict(f"Sequence {row.id} is no burst but of kind {row.kind.value}: its frames belong together.")


def _named(tx: Transaction, burst_ids: Sequence[int]) -> list[BurstRow]:
    rows = burst_list.named(tx, burst_ids)
    if gone := set(burst_ids) - {row.id for row in rows}:
        raise NotFound(_GONE.format(min(gone)))
    return rows


def _filled(tx: Transaction, rows: Sequence[BurstRow]) -> list[ShownBurst]:
    found = _members(tx, rows)
    shown = cards.cards(tx, {member.image_id for members in found.values() for member in members})
    return [_shown(row, found[row.id], shown) for row in rows if row.id in found]


def _members(tx: Transaction, rows: Sequence[BurstRow]) -> dict[int, list[MemberRow]]:
    """The frames of each sequence, without sequences whose best frame has left since they were read."""
    found = burst_list.members(tx, rows)
    return {row.id: found[row.id] for row in rows if any(frame.image_id == row.best for frame in found[row.id])}


def _shown(row: BurstRow, members: Sequence[MemberRow], shown: Mapping[int, ImageCard]) -> ShownBurst:
    reasons = (row.reasons[0], PICKED) if row.picked else row.reasons[:1] if row.changed else row.reasons
    return ShownBurst(
        id=row.id,
        catalog_id=row.catalog_id,
        kind=row.kind,
        best=row.best,
        started_at=row.started_at,
        seconds=row.seconds,
        camera=row.camera,
        reasons=reasons,
        members=tuple(
            ShownMember(shown[member.image_id], member.position, member.score, _frame_reasons(row, member))
            for member in members
        ),
    )


def _frame_reasons(row: BurstRow, member: MemberRow) -> tuple[str, ...]:
    """What was found compares frames with the run's best; beside another it says nothing."""
    return () if row.changed else member.reasons
