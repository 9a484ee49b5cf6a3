"""One process's Lumina, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lumina import __version__
from lumina.broker.app import Broker, queue_name
from lumina.broker.sender import CelerySender
from lumina.config import Settings
from lumina.domain import everyday
from lumina.domain.stage import Lane
from lumina.engine.dispatch import Dispatcher, Sender
from lumina.engine.engine import Engine
from lumina.engine.leases import Leases
from lumina.engine.reaper import Reaper
from lumina.engine.registry import AnyStage, Registry
from lumina.engine.training import Trainer
from lumina.engine.words import Words
from lumina.files.derived import DerivedStore
from lumina.inference.models import Models
from lumina.remote.hub import Hub
from lumina.services.listings import ListingSearch
from lumina.services.market import MarketService
from lumina.services.search import Search
from lumina.services.work import WorkService
from lumina.stages.embed import Embed
from lumina.stages.embed_words import EmbedWords
from lumina.store import (
    Store,
    cutouts,
    migrate,
    nodes,
    outcomes,
    taxonomy_seed,
)
from lumina.store.queue import install_queues


@dataclass(frozen=True, slots=True)
class App:
    """One process's Lumina: what its doors (API, CLI, worker, supervisor) are handed."""

    settings: Settings
    store: Store
    broker: Broker
    sender: Sender
    dispatcher: Dispatcher
    registry: Registry
    derived: DerivedStore
    models: Models
    hub: Hub
    leases: Leases
    engine: Engine
    reaper: Reaper
    words: Words
    search: Search
    listings: ListingSearch
    trainer: Trainer
    work: WorkService
    market: MarketService

    @property
    def shown_stages(self) -> tuple[AnyStage, ...]:
        """The stages that people are told of: not those of models that are neither wanted nor installed."""
        wanted = self.settings.models.split(",")
        return tuple(
            stage
            for stage in self.registry
            if not isinstance(stage, Embed | EmbedWords) or stage.entry.name in wanted or stage.waiting is None
        )

    def set_up_database(self) -> None:
        """Migrate, and make this program's stages and version known; for the server, before workers start."""
        migrate.upgrade(self.store)
        if self.broker.is_postgres:
            install_queues(self.store, [queue_name(lane) for lane in Lane])
        with self.store.transaction() as tx:
            outcomes.declare(tx, self.registry.versions)
            nodes.announce(tx, nodes.SERVER, __version__, migrate.head())
            taxonomy_seed.seed(tx, everyday.seeds())
            cutter = self.models.entry(self.settings.cutout_model)
            cutouts.renew(tx, cutter.name, cutter.version, [entry.name for entry in self.models.entries()])

    def admit_worker(self, lanes: Sequence[Lane], slots: int) -> None:
        """Announce a worker of this node.

        Raises:
            VersionMismatch: it is not of the server's version or schema.
        """
        name = f"{self.settings.node}/{'+'.join(lanes)}"
        with self.store.transaction() as tx:
            nodes.admit(tx, name, __version__, migrate.head())
            nodes.announce(tx, name, __version__, migrate.head(), lanes=[lane.value for lane in lanes], slots=slots)

    def close(self) -> None:
        """Close all connections."""
        self.listings.close()
        self.store.close()
        if isinstance(self.sender, CelerySender):
            self.sender.close()
