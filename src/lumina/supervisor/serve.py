"""`lumina up`: run until somebody asks to stop."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from lumina.api.security import check_binding
from lumina.bootstrap import Settings
from lumina.domain.work import Job, JobState
from lumina.errors import LuminaError
from lumina.supervisor.browser import address, open_browser
from lumina.supervisor.children import API
from lumina.supervisor.display import Display
from lumina.supervisor.home import HomeLock
from lumina.supervisor.intake import intake
from lumina.supervisor.keeper import Event
from lumina.supervisor.progress import Meter, Progress
from lumina.supervisor.ready import is_ready
from lumina.supervisor.signals import Signals
from lumina.supervisor.supervisor import Supervisor
from lumina.supervisor.syncing import Syncing
from lumina.supervisor.watching import Watching

TICK = 0.5
LOOK_SECONDS = 1.0
"""How often the line of rates is made anew while there is work."""
IDLE_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked for besides running."""

    paths: Sequence[Path] = ()
    browser: bool = False
    service: bool = False


def serve(settings: Settings, wishes: Wishes, display: Display) -> int:
    """Run everything until interrupted; returns the exit code.

    Raises:
        LuminaError: it could not be started.
    """
    check_binding(settings.host)
    HomeLock(settings.home).check_free()
    url, port = address(settings.host, settings.port)
    settings = settings.model_copy(update={"port": port})
    with Signals() as signals, Supervisor(settings, url=url, tell=display.tell, service=wishes.service) as supervisor:
        if supervisor.refused:
            return 0
        serving = _Serving(supervisor, signals, display, wishes, url)
        serving.request()
        with Watching(supervisor.app, display.tell), Syncing(supervisor.app):
            serving.run()
        display.line("")
        display.say(f"Stopping ({signals.reason or 'kill file'}) ...")
    return 0


class _Serving:
    def __init__(self, supervisor: Supervisor, signals: Signals, display: Display, wishes: Wishes, url: str) -> None:
        self.supervisor, self.signals, self.display = supervisor, signals, display
        self.wishes, self.url = wishes, url
        self.ready = False
        self.look_at = 0.0
        self.meter = Meter()
        self.followed: dict[UUID, Job] = {}

    def run(self) -> None:
        """Until somebody asks to stop."""
        while self.supervisor.tick() and not self.signals.wait(0.05 if not self.ready else TICK):
            if not self.ready:
                self._greet()
            elif time.monotonic() >= self.look_at:
                self._look()

    def request(self) -> None:
        """Look through the sources: what changed while nobody watched is due, too."""
        try:
            for job in intake(self.supervisor.app, self.wishes.paths):
                self.followed[job.id] = job
        except LuminaError as error:
            self.display.tell(Event("error", "lumina", str(error)))

    def _greet(self) -> None:
        if API in self.supervisor.broken():
            self.ready = True
            self.display.tell(Event("error", "lumina", "the web interface cannot be started; see logs/api.log"))
        elif is_ready(self.url):
            self.ready = True
            self.display.say(f"Lumina is ready: {self.url}  (stop with Ctrl+C or `lumina stop`)")
            if self.wishes.browser and not open_browser(self.url):
                self.display.say("No browser could be opened here.")

    def _look(self) -> None:
        """Bring the line of rates up to date; seldom while nothing is open."""
        now = time.monotonic()
        try:
            jobs = self._jobs()
        except LuminaError:
            self.look_at = now + LOOK_SECONDS
            return
        progress = Progress.of(jobs)
        self.look_at = now + (LOOK_SECONDS if progress.jobs else IDLE_LOOK_SECONDS)
        self.display.line(self.meter.line(progress, now) if progress.jobs else "")
        if not progress.jobs:
            self._sum_up(progress)

    def _jobs(self) -> list[Job]:
        """The open jobs, and those that were followed until they ended."""
        work = self.supervisor.app.work
        found = {job.id: job for job in work.listed(states=(JobState.PENDING, JobState.STARTED), limit=200)}
        for key, job in self.followed.items():
            if key not in found and not job.state.ended:
                found[key] = work.get(key)
        self.followed |= found
        return list(self.followed.values())

    def _sum_up(self, progress: Progress) -> None:
        if self.followed and progress.ended:
            failed = f", {progress.failed:,} failed: see {self.url}/coverage" if progress.failed else ""
            self.display.say(f"{progress.done:,} images done{failed}")
        self.followed.clear()
