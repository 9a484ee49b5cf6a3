"""Cut the timeline into buckets small enough to be loaded at once: month, else day, else part of a day."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from uuid import UUID

from lumina.domain.selection import Selection
from lumina.domain.summary import Position
from lumina.domain.timeline import BUCKET, Block, Bucket, BucketKey, Day, Part, Timeline
from lumina.errors import NotFound
from lumina.services.choice import catalogs_of
from lumina.store import Transaction, timeline
from lumina.store.timeline import BucketRows, Span


def buckets(tx: Transaction, selection: Selection) -> Timeline:
    """All buckets of a view, newest first, and its undated shelf.

    Raises:
        NotFound: the catalog does not exist.
    """
    catalogs = catalogs_of(tx, selection)
    if selection.whole:
        timeline.fold(tx)
        days, blocks = timeline.days(tx, catalogs), timeline.blocks(tx, catalogs)
    else:
        days = timeline.selected_days(tx, catalogs, selection)
        blocks = timeline.selected_blocks(tx, catalogs, selection)
    days = [_with_parts(tx, catalogs, selection, day) for day in days]
    shelf = tuple((f"undated.{n}", block.images) for n, block in enumerate(_joined(blocks), start=1))
    return Timeline(tuple(_cut(days)), shelf)


def state(tx: Transaction, selection: Selection) -> Hashable | None:
    """What `buckets` depends on: equal states have equal buckets. None where that cannot be told cheaply."""
    if not selection.whole:
        return None
    catalogs = catalogs_of(tx, selection)
    timeline.fold(tx)
    return tuple(catalogs), timeline.versions(tx, catalogs)


def bucket(tx: Transaction, selection: Selection, key: BucketKey) -> BucketRows:
    """The images of one bucket.

    Raises:
        NotFound: the catalog or the bucket does not exist, or the bucket has been cut smaller since.
    """
    catalogs = catalogs_of(tx, selection)
    rows = timeline.images(tx, catalogs, selection, _span(tx, catalogs, selection, key))
    if rows.more:
        raise NotFound("This bucket has grown and was cut into smaller ones: load the list of buckets again.")
    return rows


def _with_parts(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, day: Day) -> Day:
    if day.images <= BUCKET or day.parts:
        return day
    return Day(day.day, day.images, day.first, day.last, timeline.parts(tx, catalogs, selection, day.day))


def _cut(days: Iterable[Day]) -> Iterator[Bucket]:
    for (year, month), group in groupby(days, key=lambda day: (day.day.year, day.day.month)):
        inside = list(group)
        count = sum(day.images for day in inside)
        if count <= BUCKET:
            yield Bucket(f"{year:04}-{month:02}", inside[-1].first, inside[0].last, count)
        else:
            for day in inside:
                yield from _cut_day(day)


def _cut_day(day: Day) -> Iterator[Bucket]:
    if not day.parts:
        yield Bucket(day.day.isoformat(), day.first, day.last, day.images)
    for number, part in enumerate(day.parts):
        count = min(BUCKET, day.images - number * BUCKET)
        yield Bucket(f"{day.day.isoformat()}.{number + 1}", part.oldest, part.newest, count)


def _joined(blocks: Iterable[Block]) -> list[Block]:
    joined: list[Block] = []
    for block in blocks:
        if joined and joined[-1].images + block.images <= BUCKET:
            joined[-1] = Block(block.low, joined[-1].high, joined[-1].images + block.images)
        else:
            joined.append(block)
    return joined


def _span(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, key: BucketKey) -> Span:
    if key.start is None:
        return _shelf_span(tx, catalogs, selection, key.part or 1)
    if key.part is None:
        return Span(key.start, key.end)
    parts = _parts(tx, catalogs, selection, key)
    if key.part > len(parts):
        raise NotFound("This bucket does not exist any more: load the list of buckets again.")
    part, after = parts[key.part - 1], parts[key.part : key.part + 1]
    below = Position(after[0].newest, after[0].head) if after else None
    return Span(key.start, key.end, Position(part.newest, part.head), below)


def _parts(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, key: BucketKey) -> Sequence[Part]:
    assert key.start is not None
    if selection.whole and len(catalogs) == 1:
        timeline.fold(tx)
        return timeline.day_parts(tx, catalogs[0], key.start)
    return timeline.parts(tx, catalogs, selection, key.start)


def _shelf_span(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, part: int) -> Span:
    if selection.whole:
        timeline.fold(tx)
        blocks = _joined(timeline.blocks(tx, catalogs))
    else:
        blocks = _joined(timeline.selected_blocks(tx, catalogs, selection))
    if part > len(blocks):
        raise NotFound("This bucket does not exist any more: load the list of buckets again.")
    block = blocks[part - 1]
    return Span(None, None, Position(None, block.high), Position(None, block.low - 1))
