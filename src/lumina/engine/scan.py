"""Reconcile a source with the disk. Nothing is ever removed: what is gone is marked missing, and only when it is sure.

The disk is listed first, into tables of the database session (`lumina.store.scans`), so that what moved can be told
from what is new before anything is written; memory stays bounded by one folder. Only the first scan of an empty catalog
writes while it walks: nothing can have moved, and its images show at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lumina.domain.catalog import Source
from lumina.domain.scan import ScanReport, Seen
from lumina.engine.alive import Alive
from lumina.engine.intake import Intake
from lumina.engine.listing import Listing
from lumina.engine.mend import regroup
from lumina.engine.moves import Moves
from lumina.files import names
from lumina.files.extensions import is_media_name
from lumina.files.ignore import Ignore
from lumina.files.judge import SHOWN, Judge
from lumina.store import Store, Transaction, catalogs, intake, scans
from lumina.store.scans import Area, Session

FIRST_CHUNK, CHUNK = 24, 500
"""Files per transaction: few at first, so that a new library shows its first images at once."""
GONE_CHUNK = 2000
REFRESH_CHUNK = 2000
STAGE_CHUNK = 5_000


class OnChunk(Protocol):
    """What happens inside each chunk's transaction."""

    def __call__(self, tx: Transaction, images: Sequence[int], /) -> None:
        """`images` are new, or their files changed; empty where a chunk changed none."""


class Scanner:
    """Scans sources as one node sees them.

    Args:
        store: the database.
        offline_share: a source that lost more than this share of its files at once is offline instead.
        node: this machine's name among the mounts.
    """

    def __init__(self, store: Store, *, offline_share: float, node: str) -> None:
        self.store = store
        self.offline_share = offline_share
        self.node = node

    def scan(self, source_id: int, scope: str = "", *, on_chunk: OnChunk, accept_losses: bool = False) -> ScanReport:
        """Bring the source, or the part of it at `scope`, up to date.

        Args:
            source_id: the source.
            scope: a folder or file in it, relative, in stored form; empty for all of it.
            on_chunk: called inside each chunk's transaction.
            accept_losses: believe that what is gone is gone, however much it is: a person said so.

        Raises:
            NotFound: there is no such source.
            Conflict: it is being scanned already.
        """
        with scans.session(self.store, source_id) as session:
            with session.transaction() as tx:
                source = catalogs.source(tx, source_id)
            run = _Run(session, source, scope, self.node, on_chunk, 1.0 if accept_losses else self.offline_share)
            return run.run()


@dataclass(slots=True)
class _Run:
    """One scan."""

    session: Session
    source: Source
    scope: str
    node: str
    on_chunk: Callable[[Transaction, Sequence[int]], None]
    offline_share: float
    root: Path = field(init=False)
    area: Area = field(init=False)
    listing: Listing = field(init=False)
    intake: Intake = field(init=False)
    alive: Alive = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)
    chunk: int = FIRST_CHUNK

    def __post_init__(self) -> None:
        self.root = Path(names.native(self.source.root(self.node)))
        self.area = Area(self.source.id, self.scope)
        self.alive = Alive(self.session, self.on_chunk)
        self.listing = Listing(self.root, self.scope, Ignore(self.source.ignore_patterns))
        self.intake = Intake(self.source.catalog_id, self.source.id, self.root, Judge(self.root))

    def run(self) -> ScanReport:
        identity = _identity(self.root)
        if isinstance(identity, str):
            return self._offline(identity)
        with self.session.transaction() as tx:
            fresh = scans.catalog_is_empty(tx, self.source.id)
        if fresh and not self.scope:
            self._take_while_walking()
            reason = None
        else:
            reason = self._reconcile(identity)
        return self._offline(reason) if reason else self._finish()

    def _take_while_walking(self) -> None:
        waiting: list[Seen] = []
        for folder in self.alive.during(self.listing.folders()):
            for seen in self.listing.clustered(folder):
                if len(waiting) >= self.chunk and (seen.folder, seen.key) != (waiting[-1].folder, waiting[-1].key):
                    self._take(waiting, fresh=True)
                    waiting = []
                waiting.append(seen)
        self._take(waiting, fresh=True)

    def _take(self, seen: Sequence[Seen], *, fresh: bool = False) -> None:
        with self.session.transaction() as tx:
            self.on_chunk(tx, self.intake.take(tx, seen, fresh=fresh))
        self.chunk = CHUNK

    def _reconcile(self, identity: tuple[int, int]) -> str | None:
        """Returns why the source is offline, None where it is not."""
        with self.session.transaction() as tx:
            before = scans.count_present(tx, self.source.id)
        self._stage(identity[0])
        with self.session.transaction() as tx:
            scans.analyze(tx)
            scans.compare(tx, self.area)
        self._leave_out_strangers()
        self._follow_moves()
        self._take_due()
        if _identity(self.root) != identity:
            return f"{self.root} went away during the scan."
        if reason := self._too_much_lost(before):
            return reason
        self._mark_gone()
        self._refresh_identity()
        return None

    def _stage(self, device: int) -> None:
        empty: list[tuple[str, int | None]] = []
        waiting: list[tuple[Seen, bool]] = []
        for folder in self.alive.during(self.listing.folders()):
            path = names.stored(folder.path)
            if folder.error is not None and not self.listing.is_gone(folder):
                empty.append((path, None))
            elif folder.empty and folder.path and folder.device == device:
                empty.append((path, folder.device))
            waiting.extend((seen, is_media_name(seen.path)) for seen in self.listing.files(folder))
            if len(waiting) >= STAGE_CHUNK:
                self._write_staged(waiting)
                waiting = []
        self._write_staged(waiting)
        with self.session.transaction() as tx:
            scans.stage_unread(tx, empty)

    def _write_staged(self, files: Iterable[tuple[Seen, bool]]) -> None:
        with self.session.transaction() as tx:
            scans.stage(tx, files)
            self.on_chunk(tx, ())

    def _leave_out_strangers(self) -> None:
        with self.session.transaction() as tx:
            strangers = scans.new_strangers(tx)
        left_out = [path for path, size in self.alive.during(strangers) if not self._is_media(path, size)]
        with self.session.transaction() as tx:
            scans.drop_seen(tx, left_out)

    def _is_media(self, path: str, size: int) -> bool:
        try:
            return self.intake.judge.look(names.native(path), size) is not None
        except FileNotFoundError:
            return False

    def _follow_moves(self) -> None:
        moves = Moves(
            self.session, self.source.catalog_id, self.area, self.root, self.node, self.intake.judge, self.alive
        )
        if moved := moves.follow(self.on_chunk):
            self.counts["moved"] = moved
            with self.session.transaction() as tx:
                scans.compare(tx, self.area)

    def _take_due(self) -> None:
        with self.session.transaction() as tx:
            due = scans.plan_intake(tx)
        first = 1
        while first <= due:
            last = first + self.chunk - 1
            with self.session.transaction() as tx:
                seen = scans.due_files(tx, first, last)
            self._take(seen)
            first = last + 1

    def _too_much_lost(self, before: int) -> str | None:
        """Files that are really not there count; those that are merely ignored by now do not."""
        with self.session.transaction() as tx:
            if scans.count_gone(tx) <= self.offline_share * before:
                return None
        lost = sum(not _is_there(self.root / names.native(path)) for path in self.alive.during(self._gone()))
        if lost <= self.offline_share * before:
            return None
        return f"{lost} of {before} files are gone from {self.root}: not mounted? Nothing was marked missing."

    def _gone(self) -> Iterator[str]:
        """Where the gone files were; no transaction is open meanwhile."""
        last = 0
        while True:
            with self.session.transaction() as tx:
                rows = scans.gone_paths(tx, last, GONE_CHUNK)
            if not rows:
                return
            yield from (path for _, path in rows)
            last = rows[-1][0]

    def _refresh_identity(self) -> None:
        with self.session.transaction() as tx:
            due = scans.plan_refresh(tx, self.source.id)
        for first in range(1, due + 1, REFRESH_CHUNK):
            with self.session.transaction() as tx:
                scans.refresh_identity(tx, self.source.id, first, first + REFRESH_CHUNK - 1)
                self.on_chunk(tx, ())

    def _mark_gone(self) -> None:
        while True:
            with self.session.transaction() as tx:
                gone = scans.take_gone(tx, GONE_CHUNK)
                if not gone:
                    return
                touched = regroup(tx, intake.mark_missing(tx, gone))
                intake.touch(tx, touched)
                self.on_chunk(tx, touched)
                self.counts["missing"] += len(gone)

    def _finish(self) -> ScanReport:
        report = self._report("online", None)
        with self.session.transaction() as tx:
            if self.source.state != "online":
                catalogs.set_state(tx, self.source.id, "online", None)
            if not self.scope:
                catalogs.set_scanned(tx, self.source.id, report.counts)
        return report

    def _offline(self, reason: str) -> ScanReport:
        with self.session.transaction() as tx:
            catalogs.set_state(tx, self.source.id, "offline", reason)
        return self._report("offline", reason)

    def _report(self, state: str, reason: str | None) -> ScanReport:
        ignored = self.listing.skipped + self.intake.judge.ignored
        left_out = [*self.listing.left_out, *self.intake.judge.left_out]
        counts = self.counts + self.intake.counts
        return ScanReport(
            source_id=self.source.id,
            scope=self.scope,
            state=state,
            reason=reason,
            seen=max(0, self.listing.seen - self.intake.judge.ignored.total()),
            new=counts["new"],
            changed=counts["changed"],
            moved=counts["moved"],
            returned=counts["returned"],
            missing=counts["missing"],
            images=counts["images"],
            ignored={reason: number for reason, number in sorted(ignored.items()) if number},
            left_out=tuple(left_out[:SHOWN]),
            unread=tuple(self.listing.unread),
            unread_total=self.listing.unread_total,
        )


def _is_there(path: Path) -> bool:
    """False as well where that cannot be told: a disk that answers with errors may be about to go."""
    try:
        return path.exists()
    except OSError:
        return False


def _identity(root: Path) -> tuple[int, int] | str:
    """Device and inode of the root; a sentence where it cannot be listed."""
    try:
        found = root.stat()
        next(root.iterdir(), None)
    except FileNotFoundError:
        return f"{root} is not there: not mounted?"
    except NotADirectoryError:
        return f"{root} is not a folder."
    except OSError as error:
        return f"{root} cannot be read: {error.strerror}"
    return found.st_dev, found.st_ino
