"""What the routes work with, and how they get it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from lumina.api.caching import Answer, Shared
from lumina.bootstrap import App, Configuration, Settings
from lumina.domain.coverage import CatalogCoverage, StageInfo
from lumina.files import names
from lumina.files.derived import DerivedStore
from lumina.files.vault import Vault
from lumina.services import coverage as service
from lumina.services import models
from lumina.services.events import Events
from lumina.services.kept import Kept
from lumina.services.pulls import Pulls
from lumina.services.timeline import TimelineService
from lumina.services.work import WorkService
from lumina.store import Store, Transaction, catalogs


@dataclass
class Lumina:
    """One process's parts, as the API uses them."""

    app: App
    configuration: Configuration
    answers: Kept[Answer] = field(default_factory=lambda: Kept(16))
    timeline: TimelineService = field(default_factory=TimelineService)
    shared: Shared = field(default_factory=Shared)
    closing: threading.Event = field(default_factory=threading.Event)
    pulls: Pulls = field(init=False)
    """Downloads of models; when one is done, the images' vectors are asked for."""

    def __post_init__(self) -> None:
        def follow(name: str) -> object:
            given = self.settings
            return models.follow(
                self.work, models.stages_of(self.app.models, name, given.tag_model, given.cutout_model)
            )

        self.pulls = Pulls(self.app.hub, follow)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.app.settings

    @property
    def store(self) -> Store:
        """The database."""
        return self.app.store

    @property
    def derived(self) -> DerivedStore:
        """Thumbnails and proxies."""
        return self.app.derived

    @property
    def work(self) -> WorkService:
        """Jobs."""
        return self.app.work

    @property
    def stages(self) -> tuple[StageInfo, ...]:
        """Every stage that people are told of, for coverage; what one waits for may have come meanwhile."""
        return service.describe(self.app.shown_stages)

    @cached_property
    def events(self) -> Events:
        """What changes, for those who listen."""
        return Events(self.store)

    def embedded_images(self) -> dict[str, int]:
        """How many images each model was used for, at most as old as it takes to count them."""

        def count() -> dict[str, int]:
            with self.store.transaction() as tx:
                return models.used_images(tx, self.app.models.entries())

        return self.shared.get("embedded", count)

    def close(self) -> None:
        """End what goes on in the background."""
        self.closing.set()
        self.pulls.stop()

    def coverage(self, catalog: UUID | None = None) -> list[CatalogCoverage]:
        """Coverage of all catalogs or one, at most as old as it takes to count it.

        Raises:
            NotFound: the catalog does not exist.
        """

        def count() -> list[CatalogCoverage]:
            with self.store.transaction() as tx:
                return service.coverage(tx, self.stages, catalog=catalog)

        return self.shared.get(("coverage", catalog), count)

    def vault(self, tx: Transaction) -> Vault:
        """The masters, where this node sees them now."""
        roots = catalogs.roots(tx, self.settings.node)
        return Vault({source: Path(names.native(path)) for source, path in roots.items()})


async def _lumina(request: Request) -> Lumina:
    lumina: Lumina = request.app.state.lumina
    return lumina


Context = Annotated[Lumina, Depends(_lumina)]
