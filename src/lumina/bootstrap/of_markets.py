"""What deals with marketplaces."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lumina.config import Settings
from lumina.domain.market import Keep
from lumina.domain.work import Batch
from lumina.engine.adopt import Adopter
from lumina.engine.clean import Cleaner
from lumina.engine.dispatch import Dispatcher
from lumina.engine.engine import Handler
from lumina.engine.market import Opening
from lumina.engine.plan import Planner
from lumina.engine.purge import Purger
from lumina.engine.purging import PURGE, Purging
from lumina.engine.registry import Registry
from lumina.engine.sync import SYNC, Syncer
from lumina.files.derived import DerivedStore
from lumina.inference.models import Models
from lumina.remote.etsy.source import ADDRESS
from lumina.services import market as market_service
from lumina.services.killfiles import KillFiles
from lumina.services.market import ETSY, TITLE
from lumina.store import (
    Store,
    markets,
)
from lumina.store.removals import Doomed


def opening(settings: Settings, store: Store) -> Opening:
    """What opens marketplaces: the owner's permission, and where his key may be."""
    keep = Keep(settings.market_keep_hours or None, settings.market_content_hours or None)
    folders = (Path.cwd(), Path.home())
    return Opening(store, settings.market_permission, settings.market_rate, keep, os.environ, folders)


def syncer(settings: Settings, planner: Planner, opening: Opening, purger: Purger) -> Syncer:
    """What asks marketplaces; where the owner wants it, what has expired is purged before."""
    stopped = partial(KillFiles(settings.home).stops, SYNC)

    def purge(source_id: int, stop: Callable[[], bool]) -> None:
        if settings.market_purge:
            purger.purge(Doomed(source_id, expired=True), "what has expired", stop)

    return Syncer(opening.store, planner, opening.open, opening.keeping, stopped, purge)


def cleaning(cleaner: Cleaner, purger: Purger, dispatcher: Dispatcher) -> Handler:
    """What moves images away, and what removes them for good."""
    purging = Purging(purger.store, dispatcher, purger)

    def run(batch: Batch, stop: Callable[[], bool]) -> None:
        (purging if PURGE in batch.payload else cleaner).run(batch, stop)

    return run


def adopter(settings: Settings, store: Store, derived: DerivedStore, models: Models, registry: Registry) -> Adopter:
    """What takes over folders of other programs, as a marketplace like Etsy."""
    folder = settings.home / market_service.FOLDER / ETSY
    market = partial(markets.ensure, name=ETSY, title=TITLE, address=ADDRESS, folder=folder, node=settings.node)
    dimensions = {entry.name: entry.dimensions for entry in models.entries() if entry.embeds}
    return Adopter(store, derived, settings.home, dimensions, registry.versions, market)
