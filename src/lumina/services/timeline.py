"""Cut the timeline into buckets small enough to be loaded at once: month, else day, else part of a day."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from lumina.domain.selection import Selection
from lumina.domain.summary import Position
from lumina.domain.timeline import BUCKET, Block, Bucket, BucketKey, Day, Part, Timeline
from lumina.errors import NotFound
from lumina.services.choice import catalogs_of
from lumina.services.kept import Kept
from lumina.store import Transaction, timeline
from lumina.store.timeline import BucketRows, Span

PARTS = 200
"""Huge days whose parts are kept."""
GONE = "This bucket does not exist any more: load the list of buckets again."


class TimelineService:
    """Buckets of any view. Keeps the parts of huge days that several catalogs share, which take long to find."""

    def __init__(self) -> None:
        self._parts: Kept[tuple[Part, ...]] = Kept(PARTS)

    def buckets(self, tx: Transaction, selection: Selection) -> Timeline:
        """All buckets of a view, newest first, and its undated shelf.

        Raises:
            NotFound: the catalog does not exist.
        """
        catalogs = catalogs_of(tx, selection)
        if selection.by_day:
            timeline.fold(tx)
            days = timeline.days(tx, catalogs, selection.start, selection.end) if selection.dated else []
            blocks = timeline.blocks(tx, catalogs) if selection.shelved else []
        else:
            days = timeline.selected_days(tx, catalogs, selection)
            blocks = timeline.selected_blocks(tx, catalogs, selection)
        days = [
            day
            if day.images <= BUCKET or day.parts
            else day._replace(parts=self._cut_parts(tx, catalogs, selection, day.day))
            for day in days
        ]
        shelf = tuple((f"undated.{n}", block.images) for n, block in enumerate(_joined(blocks), start=1))
        return Timeline(tuple(_cut(days)), shelf)

    def state(self, tx: Transaction, selection: Selection) -> Hashable | None:
        """What `buckets` depends on: equal states have equal buckets. None where that cannot be told cheaply.

        Raises:
            NotFound: the catalog does not exist.
        """
        if not selection.by_day:
            return None
        catalogs = catalogs_of(tx, selection)
        timeline.fold(tx)
        return selection, tuple(catalogs), timeline.versions(tx, catalogs)

    def bucket(self, tx: Transaction, selection: Selection, key: BucketKey) -> BucketRows:
        """The images of one bucket.

        Raises:
            NotFound: the catalog or the bucket does not exist, or the bucket has been cut smaller since.
        """
        catalogs = catalogs_of(tx, selection)
        span = self._span(tx, catalogs, selection, key)
        rows = timeline.images(tx, catalogs, _without_dates(selection, key), span)
        if rows.more:
            raise NotFound("This bucket has grown and was cut into smaller ones: load the list of buckets again.")
        return rows

    def _span(self, tx: Transaction, catalogs: Sequence[UUID], selection: Selection, key: BucketKey) -> Span:
        if key.start is None:
            return _shelf_span(tx, catalogs, selection, key.part or 1)
        if key.part is None:
            return Span(key.start, key.end)
        parts = self._parts_of(tx, catalogs, selection, key.start)
        if key.part > len(parts):
            raise NotFound(GONE)
        part, after = parts[key.part - 1], parts[key.part : key.part + 1]
        below = Position(after[0].newest, after[0].head) if after else None
        return Span(key.start, key.end, Position(part.newest, part.head), below)

    def _parts_of(self, tx: Transaction, catalogs: Sequence[UUID], selection: Selection, day: date) -> Sequence[Part]:
        if not selection.by_day:
            return timeline.parts(tx, catalogs, selection, day)
        timeline.fold(tx)
        if len(catalogs) == 1:
            return timeline.day_parts(tx, catalogs[0], day)
        return self._cut_parts(tx, catalogs, selection, day)

    def _cut_parts(
        self, tx: Transaction, catalogs: Sequence[UUID], selection: Selection, day: date
    ) -> tuple[Part, ...]:
        def make() -> tuple[Part, ...]:
            return timeline.parts(tx, catalogs, selection, day)

        if not selection.by_day:
            return make()
        return self._parts.get((day, timeline.day_versions(tx, catalogs, day)), make)


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


def _without_dates(selection: Selection, key: BucketKey) -> Selection:
    """The same for this bucket, where all of it lies within the chosen days; fewer bounds make a better index scan."""
    if key.start is None or key.end is None:
        return selection
    begun = selection.start is None or selection.start <= key.start
    ended = selection.end is None or key.end <= selection.end + timedelta(days=1)
    return replace(selection, start=None, end=None) if begun and ended else selection


def _shelf_span(tx: Transaction, catalogs: Sequence[UUID], selection: Selection, part: int) -> Span:
    if selection.by_day:
        timeline.fold(tx)
        blocks = _joined(timeline.blocks(tx, catalogs))
    else:
        blocks = _joined(timeline.selected_blocks(tx, catalogs, selection))
    if part > len(blocks):
        raise NotFound(GONE)
    block = blocks[part - 1]
    return Span(None, None, Position(None, block.high), Position(None, block.low - 1))
