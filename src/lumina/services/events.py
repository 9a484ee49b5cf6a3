"""What changes, told to those who listen. The database is asked only while somebody does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from lumina.domain.work import Job
from lumina.errors import Unavailable
from lumina.services import progress
from lumina.services.progress import JobView
from lumina.store import Store, changes, timeline
from lumina.store.changes import CurationState, TimelineState

INTERVAL = 0.5
"""Seconds between two looks at the database."""
CATALOG_EVERY = 4
"""The timelines are looked at only every so many times: they cost more, and views need not hurry so."""
AWAY = 2.0
"""Seconds until the next try when the database could not be asked."""
JUST_ENDED = timedelta(seconds=60)
"""Jobs stay in view for so long after their end; the transaction that ends one may be slow to commit."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CoverageChanged:
    """Stages of this catalog have moved on."""

    catalog_id: UUID


@dataclass(frozen=True, slots=True)
class CatalogChanged:
    """This catalog's timeline has changed; `images` is how many it has now."""

    catalog_id: UUID
    images: int


@dataclass(frozen=True, slots=True)
class CurationChanged:
    """Something was decided about images of this catalog (None: of several), or undone."""

    catalog_id: UUID | None


@dataclass(frozen=True, slots=True)
class Published:
    """Another set of copies or sequences of this catalog is shown now; `kind` is `duplicates` or `bursts`."""

    catalog_id: UUID
    kind: str
    run_id: int


Event = JobView | CoverageChanged | CatalogChanged | CurationChanged | Published
Listener = Callable[[Event], None]


@dataclass
class _Seen:
    """The state that was last told."""

    began: datetime
    jobs: dict[UUID, Job] = field(default_factory=dict)
    timelines: dict[UUID, TimelineState] = field(default_factory=dict)
    curations: dict[UUID | None, CurationState] = field(default_factory=dict)
    published: dict[tuple[UUID, str], int] = field(default_factory=dict)
    looks: int = 0


class Events:
    """Looks at the database in a thread of its own while there are listeners, and tells them what has changed."""

    def __init__(self, store: Store, *, interval: float = INTERVAL) -> None:
        self.store = store
        self.interval = interval
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener`, from another thread, for each event from now on; returns how to stop it."""
        with self._lock:
            self._listeners.append(listener)
            if self._thread is None:
                self._wake.clear()
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)
            self._wake.set()

        return unsubscribe

    @property
    def listening(self) -> bool:
        """True while the database is being asked."""
        with self._lock:
            return self._thread is not None

    def _run(self) -> None:
        seen: _Seen | None = None
        while not self._over():
            pause = self.interval
            try:
                seen, events = self._look(seen)
                for event in events:
                    self._tell(event)
            except Unavailable as error:
                _log.info("events wait for the database", reason=str(error))
                pause = AWAY
            except Exception:  # noqa: BLE001  # without this thread no listener would hear anything again
                _log.exception("events could not be told")
                pause = AWAY
            self._wake.wait(pause)
            self._wake.clear()

    def _over(self) -> bool:
        with self._lock:
            if self._listeners:
                return False
            self._thread = None
            return True

    def _tell(self, event: Event) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(event)

    def _look(self, seen: _Seen | None) -> tuple[_Seen, list[Event]]:
        with self.store.transaction() as tx:
            now = changes.now(tx)
            curations, published = changes.curations(tx), changes.published(tx)
            seen = seen or _Seen(began=now, timelines=changes.timelines(tx), curations=curations, published=published)
            jobs = changes.active_jobs(tx, now - JUST_ENDED)
            changed = [job for job in jobs if seen.jobs.get(job.id) != job and _worth_telling(job, seen)]
            events: list[Event] = list(progress.views(tx, changed))
            moved = {job.catalog_id for job in changed if job.catalog_id is not None and _moved(job, seen)}
            events += [CoverageChanged(catalog) for catalog in moved]
            events += [Published(*key, run) for key, run in published.items() if seen.published.get(key) != run]
            events += [
                CurationChanged(catalog)
                for catalog, state in curations.items()
                if seen.curations.get(catalog, CurationState()) != state
            ]
            timelines = seen.timelines
            if seen.looks % CATALOG_EVERY == 0:
                timeline.fold(tx)
                timelines = changes.timelines(tx)
                events += [
                    CatalogChanged(catalog, state.images)
                    for catalog, state in timelines.items()
                    if seen.timelines.get(catalog) != state
                ]
        known = {job.id: job for job in jobs}
        now_seen = replace(seen, jobs=known, timelines=timelines, curations=curations, published=published)
        return replace(now_seen, looks=seen.looks + 1), events


def _worth_telling(job: Job, seen: _Seen) -> bool:
    """Jobs that had ended before anybody listened are no news."""
    return job.id in seen.jobs or not job.state.ended or job.finished_at is None or job.finished_at >= seen.began


def _moved(job: Job, seen: _Seen) -> bool:
    before = seen.jobs.get(job.id)
    return before is None or (before.done, before.failed, before.state) != (job.done, job.failed, job.state)
