"""Follow files that moved: without reading where the file system says so, by their bytes where it cannot."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from uuid import UUID

from blake3 import blake3

from lumina.domain.picture import PictureError
from lumina.domain.values import FileFormat
from lumina.engine.alive import ALIVE_SECONDS, Alive
from lumina.engine.mend import mend
from lumina.files import names
from lumina.files.capture import Moment, read_moment
from lumina.files.group import stem
from lumina.files.judge import Judge
from lumina.files.master import open_master
from lumina.store import Transaction, catalogs, intake, moves, scans
from lumina.store.moves import Doubt, Found, Lost, Match, Place
from lumina.store.scans import Area, Session

ELSEWHERE = 100_000
"""At most so many rows of other folders and sources are looked up on their disks in one scan."""
_PIECE = 1 << 20
SAME = 100
"""Among so many files of the same bytes, the one of the same name is preferred."""
RETAGGED = 256 << 10
"""Writing tags into a file changes its size by no more than this; larger differences are other pictures."""


@dataclass(slots=True)
class Moves:
    """Works on what `lumina.store.scans` has staged."""

    session: Session
    catalog_id: UUID
    area: Area
    root: Path
    node: str
    judge: Judge
    alive: Alive
    confirmed: set[int] = field(default_factory=set)
    edited: set[int] = field(default_factory=set)

    def follow(self, on_chunk: Callable[[Transaction, Sequence[int]], None]) -> int:
        """Find and write all moves; returns how many files moved."""
        with self.session.transaction() as tx:
            if not scans.any_difference(tx):
                return 0
        gone_elsewhere = self._gone_elsewhere()
        with self.session.transaction() as tx:
            moves.find_free(tx, self.area, gone_elsewhere)
            moves.match_identity(tx)
        self._settle_doubts()
        with self.session.transaction() as tx:
            lost = [row for row in moves.lost(tx) if row.id not in self.edited]
            found = moves.found(tx) if lost else []
        self._read(self._by_bytes(found, lost), on_chunk)
        with self.session.transaction() as tx:
            moves.analyze(tx)
        self._settle_doubts()
        with self.session.transaction() as tx:
            return self._write(tx, on_chunk)

    def _settle_doubts(self) -> None:
        """Take back moves that only a copy of the file's former self suggests; each may put another in doubt."""
        while doubts := self._doubts():
            edited = {doubt.file_id for doubt in self.alive.during(doubts) if self._is_edit(doubt)}
            self.edited |= edited
            self.confirmed |= {doubt.file_id for doubt in doubts} - edited
            with self.session.transaction() as tx:
                moves.withdraw(tx, sorted(edited))

    def _doubts(self) -> list[Doubt]:
        with self.session.transaction() as tx:
            return moves.doubtful(tx, self.area, sorted(self.confirmed))

    def _is_edit(self, doubt: Doubt) -> bool:
        """Whether what stands at the old path is the same picture, edited: by its time, else by the copy's name."""
        path = names.native(doubt.old_path)
        try:
            content = self.judge.look(path, doubt.old_size)
        except FileNotFoundError:
            return False
        moment = read_moment(self.root / path, content) if content else None
        if moment is not None and doubt.taken_at is not None:
            return moment.agrees(Moment(doubt.taken_at.replace(microsecond=0), doubt.utc_offset))
        beside = names.parent(doubt.old_path) == names.parent(doubt.new_path)
        return beside and names.base(doubt.new_path).startswith(stem(names.base(doubt.old_path)))

    def _read(self, matches: Iterable[Match | None], on_chunk: Callable[[Transaction, Sequence[int]], None]) -> None:
        """Keep the matches, with a sign of life every few seconds: reading takes long where files are large."""
        waiting: list[Match] = []
        until = monotonic() + ALIVE_SECONDS
        for match in matches:
            if match is not None:
                waiting.append(match)
            if monotonic() > until:
                self._keep(waiting, on_chunk)
                waiting = []
                until = monotonic() + ALIVE_SECONDS
        self._keep(waiting, on_chunk)

    def _keep(self, matches: Sequence[Match], on_chunk: Callable[[Transaction, Sequence[int]], None]) -> None:
        with self.session.transaction() as tx:
            moves.add(tx, matches)
            on_chunk(tx, ())

    def _gone_elsewhere(self) -> list[int]:
        with self.session.transaction() as tx:
            roots = {key: Path(names.native(path)) for key, path in catalogs.roots(tx, self.node).items()}
            places = moves.elsewhere(tx, self.area, ELSEWHERE)
        reachable = {key for key, root in roots.items() if _holds_something(root)}
        return [
            place.id
            for place in self.alive.during(places)
            if _is_gone(place, roots.get(place.source_id), place.source_id in reachable)
        ]

    def _by_bytes(self, found: Sequence[Found], lost: Sequence[Lost]) -> Iterator[Match | None]:
        """Lost rows, with the path where their bytes are now; None after each file that was read for nothing."""
        by_sum = _by_checksum(lost)
        sizes = {replaces: _sizes(lost, taken=not replaces) for replaces in (False, True)}
        left: list[Found] = []
        matched: set[int] = set()
        for file in found:
            if sizes[file.replaces][file.size] == 0:
                left.append(file)
                continue
            row = self._same_bytes(file, by_sum)
            if row is None:
                left.append(file)
                yield None
                continue
            sizes[False][file.size] -= 1
            sizes[True][file.size] -= not row.taken
            matched.add(row.id)
            yield Match(row.id, file.path, same_bytes=True)
        rest = [row for row in lost if row.id not in matched and not row.taken]
        yield from self._retagged([file for file in left if not file.replaces], rest)

    def _same_bytes(self, file: Found, by_sum: Mapping[bytes, list[Lost]]) -> Lost | None:
        """The lost row with the same checksum, taken off the list; of several the one of the same name."""
        checksum = _checksum(self.root / names.native(file.path), self.alive.tick)
        alike = by_sum.get(checksum, []) if checksum else []
        fitting = [row for row in alike[:SAME] if not (file.replaces and row.taken)]
        if not fitting:
            return None
        row = min(fitting, key=lambda each: names.base(each.path) != names.base(file.path))
        alike.remove(row)
        return row

    def _retagged(self, found: Sequence[Found], lost: Sequence[Lost]) -> Iterator[Match | None]:
        nearby = _Nearby(lost)
        for file in self.alive.during(found):
            if not nearby.any_of_size(file.size):
                continue
            content_format = self._format(file)
            if content_format is None or not (rows := nearby.rows(file.size, content_format)):
                continue
            digest = _content(self.root / names.native(file.path))
            row = next((row for row in rows if row.content == digest), None)
            if row is None:
                yield None
                continue
            nearby.take(row)
            yield Match(row.id, file.path, same_bytes=False)

    def _format(self, file: Found) -> FileFormat | None:
        try:
            return self.judge.look(names.native(file.path), file.size)
        except FileNotFoundError:
            return None

    def _write(self, tx: Transaction, on_chunk: Callable[[Transaction, Sequence[int]], None]) -> int:
        images = moves.moved_images(tx, self.area)
        if not images:
            return 0
        intake.lock_images(tx, images)
        moved = moves.apply(tx, self.area)
        touched = mend(tx, self.catalog_id, moves.torn(tx), moves.gone_of(tx, images))
        intake.close_missing(tx, images)
        intake.void_running(tx, images)
        intake.touch(tx, touched)
        on_chunk(tx, sorted({*touched, *intake.unfinished(tx, images)}))
        return moved


class _Nearby:
    """Lost rows with a content hash, by format and size."""

    def __init__(self, lost: Sequence[Lost]) -> None:
        self._rows = sorted((row for row in lost if row.content is not None), key=lambda row: row.size)
        self._sizes = [row.size for row in self._rows]
        self._taken: set[int] = set()

    def any_of_size(self, size: int) -> bool:
        return bool(self._between(size))

    def rows(self, size: int, content_format: FileFormat) -> list[Lost]:
        return [
            row for row in self._between(size) if row.content_format is content_format and row.id not in self._taken
        ]

    def take(self, row: Lost) -> None:
        self._taken.add(row.id)

    def _between(self, size: int) -> Sequence[Lost]:
        return self._rows[bisect_left(self._sizes, size - RETAGGED) : bisect_right(self._sizes, size + RETAGGED)]


def _by_checksum(lost: Sequence[Lost]) -> dict[bytes, list[Lost]]:
    """Gone rows first: they are more likely to be somewhere else."""
    found: defaultdict[bytes, list[Lost]] = defaultdict(list)
    for row in sorted(lost, key=lambda each: each.taken):
        if row.checksum is not None:
            found[row.checksum].append(row)
    return dict(found)


def _sizes(lost: Sequence[Lost], *, taken: bool) -> Counter[int]:
    """How many rows there are of each size, those whose place is taken only if asked for: no other file is read."""
    return Counter(row.size for row in lost if row.checksum is not None and (taken or not row.taken))


def _checksum(path: Path, tick: Callable[[], None]) -> bytes | None:
    """BLAKE3 of the bytes; None where the file is gone or changing. `tick` is called after each piece."""
    hasher = blake3()
    try:
        with path.open("rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            while piece := file.read(_PIECE):
                hasher.update(piece)
                tick()
            after = os.fstat(file.fileno())
    except OSError:
        return None
    unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return hasher.digest() if unchanged else None


def _content(path: Path) -> bytes | None:
    """BLAKE3 of the image data alone, as the checksum stage computes it; None where the file cannot be read."""
    try:
        return open_master(path).checksums.content
    except PictureError:
        return None


def _holds_something(root: Path) -> bool:
    """An empty folder may be a mount point without its mount: it says nothing about what is gone."""
    try:
        return next(root.iterdir(), None) is not None
    except OSError:
        return False


def _is_gone(place: Place, root: Path | None, reachable: bool) -> bool:
    if not reachable or root is None:
        return place.missing
    try:
        (root / names.native(place.path)).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
