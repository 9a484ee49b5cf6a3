"""While Lumina is up, what changes in the sources is read at once."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog
import watchfiles

from lumina.bootstrap import App
from lumina.domain.work import JobState
from lumina.errors import LuminaError
from lumina.files import names
from lumina.files.ignore import Ignore
from lumina.services.work import INGEST
from lumina.store import catalogs
from lumina.supervisor.background import Background
from lumina.supervisor.keeper import Event

log = structlog.get_logger()

QUIET_MS = 1500
"""Changes are gathered until nothing happens for this long, at most."""
LOOK_SECONDS = 5.0
"""How often sources that were added, removed, lost or found again are noticed."""
BLIND_SECONDS = 900.0
"""How often everything is scanned where the system cannot watch (its limit of watches is reached, say)."""


@dataclass(frozen=True)
class Watched:
    """A source whose folder is there now."""

    catalog_id: UUID
    source_id: int
    root: Path
    ignore: Ignore

    def scope(self, path: Path) -> str | None:
        """The folder that has to be scanned for a change at `path`, relative, in stored form; None if it counts not."""
        relative = path.relative_to(self.root)
        folders = relative.parts[:-1]
        for depth, name in enumerate(folders, 1):
            if self.ignore.folder("/".join(folders[:depth]), name):
                return None
        if relative.parts and self._passed_over(path, relative):
            return None
        folder = path if path.is_dir() else path.parent
        while folder != self.root and not folder.is_dir():
            folder = folder.parent
        within = folder.relative_to(self.root)
        return names.stored(within.as_posix()) if within.parts else ""

    def _passed_over(self, path: Path, relative: Path) -> bool:
        decide = self.ignore.folder if path.is_dir() else self.ignore.file
        return decide(relative.as_posix(), relative.name)


def common(scopes: Iterable[str]) -> str:
    """The folder that holds all of them. One scan of it sees a move between two of them as a move."""
    found = list(scopes)
    return posixpath.commonpath(found) if found else ""


class Watching(Background):
    """A thread that turns changes into scans; a context manager."""

    def __init__(self, app: App, tell: Callable[[Event], None]) -> None:
        self._app, self._tell = app, tell
        super().__init__("watching")
        self._pending: dict[int, set[str]] = {}

    def _run(self) -> None:
        known: dict[int, Watched] | None = None
        while not self._over.is_set():
            try:
                watched = self._sources()
                self._found_again(known, watched)
                known = watched
                self._watch(watched)
            except LuminaError as error:
                log.info("watching waits", reason=str(error))
                self._over.wait(LOOK_SECONDS)
            except FileNotFoundError:
                self._over.wait(LOOK_SECONDS)  # a source went away just now
            except (OSError, RuntimeError) as error:
                self._blind(error, known or {})
            except Exception:
                log.exception("watching")
                self._over.wait(LOOK_SECONDS)

    def _sources(self) -> dict[int, Watched]:
        node = self._app.settings.node
        with self._app.store.transaction() as tx:
            found = [source for source in catalogs.sources(tx) if source.kind == "folder"]
        watched = {
            source.id: Watched(
                source.catalog_id, source.id, Path(names.native(source.root(node))), Ignore(source.ignore_patterns)
            )
            for source in found
        }
        return {number: one for number, one in watched.items() if one.root.is_dir()}

    def _found_again(self, before: Mapping[int, Watched] | None, now: Mapping[int, Watched]) -> None:
        """A mount that has come back may have changed anywhere."""
        if before is not None:
            for number in now.keys() - before.keys():
                self._pending.setdefault(number, set()).add("")

    def _watch(self, watched: Mapping[int, Watched]) -> None:
        """Until the sources are not as they were."""
        self._ask(watched)
        if not watched:
            self._over.wait(LOOK_SECONDS)
            return
        home = self._app.settings.home
        changes = watchfiles.watch(
            *{one.root for one in watched.values()},
            watch_filter=lambda _change, path: not Path(path).is_relative_to(home),
            debounce=QUIET_MS,
            step=200,
            stop_event=self._over,
            rust_timeout=int(LOOK_SECONDS * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        for found in changes:
            self._note(watched, [Path(path) for _, path in found])
            self._ask(watched)
            if _roots(self._sources()) != _roots(watched):
                return

    def _note(self, watched: Mapping[int, Watched], paths: Iterable[Path]) -> None:
        for path in paths:
            for one in watched.values():
                if path.is_relative_to(one.root) and (scope := one.scope(path)) is not None:
                    self._pending.setdefault(one.source_id, set()).add(scope)

    def _ask(self, watched: Mapping[int, Watched]) -> None:
        """One scan per source at a time: a scan that runs may have passed the place that has changed just now."""
        if not self._pending:
            return
        running = self._app.work.listed(states=(JobState.PENDING, JobState.STARTED), limit=1000)
        busy = {job.parameters.get("source_id") for job in running if job.kind == INGEST}
        for number in [number for number in self._pending if number not in busy]:
            scopes = self._pending.pop(number)
            if number in watched:
                self._app.work.ingest(watched[number].catalog_id, number, common(scopes))

    def _blind(self, error: Exception, watched: Mapping[int, Watched]) -> None:
        self._tell(
            Event(
                "warning",
                "watching",
                f"changes cannot be watched ({error}); everything is scanned every {BLIND_SECONDS / 60:.0f} minutes",
            )
        )
        if not self._over.wait(BLIND_SECONDS):
            self._pending = {number: {""} for number in watched}


def _roots(watched: Mapping[int, Watched]) -> dict[int, tuple[Path, tuple[str, ...]]]:
    return {number: (one.root, one.ignore.patterns) for number, one in watched.items()}
