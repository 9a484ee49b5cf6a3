"""The only place that reads settings and builds concrete objects."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lumina import __version__
from lumina.broker.app import Broker, queue_name
from lumina.broker.sender import CelerySender
from lumina.config import Configuration, Settings, load
from lumina.domain import everyday
from lumina.domain.market import Keep, ListingWords, RemoteImage
from lumina.domain.picture import Picture, PictureError
from lumina.domain.stage import Lane, Reads
from lumina.domain.values import RenditionKind
from lumina.domain.work import BatchKind, Job
from lumina.engine import sequence, subjects
from lumina.engine.adopt import Adopter
from lumina.engine.bring_back import BringBack
from lumina.engine.clean import CLEAN, Cleaner, cleaned
from lumina.engine.dispatch import Dispatcher, Sender
from lumina.engine.engine import Engine
from lumina.engine.export import Exporter
from lumina.engine.finalise import Finaliser
from lumina.engine.follow import DETECT_BURSTS, DETECT_DUPLICATES, DETECT_SUBJECTS, follow
from lumina.engine.group import Grouping
from lumina.engine.ingest import plan_handler, scan_handler
from lumina.engine.learn import Learner
from lumina.engine.leases import Leases
from lumina.engine.leave import Leave
from lumina.engine.market import Opening
from lumina.engine.match import Matcher
from lumina.engine.pixels import PixelHasher
from lumina.engine.plan import Planner
from lumina.engine.publication import Publication
from lumina.engine.purge import Purger
from lumina.engine.reaper import Reaper
from lumina.engine.recognisers import Recognisers
from lumina.engine.registry import AnyStage, Registry
from lumina.engine.resolving import RESOLVE, UNDO, Resolver
from lumina.engine.scan import Scanner
from lumina.engine.sequence import Sequencer
from lumina.engine.subjects import SubjectFinder
from lumina.engine.sync import SYNC, Syncer
from lumina.engine.tagging import Tagger
from lumina.engine.training import Trainer
from lumina.engine.vectors import Keeper
from lumina.engine.words import Words
from lumina.engine.work import Opener
from lumina.engine.work import Worker as WorkRunner
from lumina.errors import BadSetting, NotFound
from lumina.files import arrived, names
from lumina.files.derived import DerivedStore
from lumina.files.picture import CutoutPicture, MasterPicture, ProxyPicture
from lumina.files.trash import Trash
from lumina.files.vault import Vault
from lumina.inference.models import Models
from lumina.inference.providers import Execution
from lumina.remote import hub as publishers
from lumina.remote.etsy.source import ADDRESS
from lumina.remote.hub import Hub
from lumina.remote.images.fetcher import Fetcher
from lumina.remote.images.limits import Limits
from lumina.services import market as market_service
from lumina.services.killfiles import KillFiles
from lumina.services.listings import ListingSearch
from lumina.services.listings.cut import cut_out
from lumina.services.listings.voices import Voices
from lumina.services.market import ETSY, TITLE, MarketService
from lumina.services.search import Search
from lumina.services.search.questions import Questions
from lumina.services.work import WorkService
from lumina.stages.checksum import Checksum
from lumina.stages.cutout import Cutout
from lumina.stages.download import Download
from lumina.stages.embed import Embed, EmbedBuiltIn, EmbedCutout, EmbedListings
from lumina.stages.embed_words import EmbedWords
from lumina.stages.hash import Hash
from lumina.stages.metadata import Metadata
from lumina.stages.proxy import Proxy
from lumina.stages.quality import Quality
from lumina.stages.tag import Tag
from lumina.stages.thumbnail import Thumbnail
from lumina.store import (
    Store,
    Transaction,
    catalogs,
    cutouts,
    downloads,
    listing_words,
    markets,
    migrate,
    nodes,
    outcomes,
    taxonomy_seed,
)
from lumina.store.inputs import Input
from lumina.store.queue import install_queues, keyword_dsn
from lumina.store.removals import Doomed
from lumina.store.results import SAVERS

__all__ = ["App", "Configuration", "Settings", "build", "load", "stages"]


MODELS = "models"
"""Folder of the home that holds the models' files."""


def stages(derived: DerivedStore, models: Models) -> tuple[AnyStage, ...]:
    """Every stage, in the order in which those of one group run. A new stage is one line here."""
    return (
        Checksum(),
        Metadata(),
        Proxy(derived),
        Thumbnail(derived),
        Hash(),
        Quality(),
        *(Embed(entry, models) for entry in models.entries() if entry.embeds and not entry.built_in),
    )


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


def build(
    settings: Settings,
    *,
    pool_size: int = 5,
    sender: Sender | None = None,
    stages: Callable[[DerivedStore, Models], Sequence[AnyStage]] = stages,
    open_pictures: Callable[[Settings, DerivedStore, Transaction, bool], Callable[[Input], Picture]] | None = None,
) -> App:
    """Put the parts together; nothing is connected or started yet.

    Args:
        settings: with `database_url` filled in, the embedded server's where none was set.
        pool_size: database connections kept open; 0 for processes that fork.
        sender: instead of Celery's.
        stages: instead of the product's.
        open_pictures: instead of the vault's masters and the derived proxies.

    Raises:
        BadSetting: there is no database URL.
        BadRegistry: the stages do not fit together.
    """
    if not settings.database_url:
        raise BadSetting("database_url: empty, and no embedded PostgreSQL has been started for this process")
    _keep_compiled_code(settings.home)
    store = Store(settings.database_url, pool_size=pool_size, idle_seconds=2 * settings.lease_seconds)
    broker = Broker(settings.broker_url, keyword_dsn(settings.database_url))
    sender = sender or CelerySender(broker)
    derived = DerivedStore(settings.home / "derived")
    models, hub = models_of(settings)
    recognisers = Recognisers(store, models, settings.tag_model)
    trainer = Trainer(store, recognisers)
    listed = _with_listings(settings, _with_download(settings, stages(derived, models)), derived, models)
    registry = Registry(_with_tags(listed, recognisers), SAVERS.keys())
    dispatcher = Dispatcher(store, sender)
    planner = Planner(registry, dispatcher)
    leases = Leases(store, registry, dispatcher)
    scanner = Scanner(store, offline_share=settings.offline_share, node=settings.node)
    pictures = partial(open_pictures or _open_pictures, settings, derived)
    runner = WorkRunner(
        store,
        registry,
        planner,
        pictures,
        item_seconds=settings.item_seconds,
        stopped=partial(KillFiles(settings.home).stopped, registry.names),
        openers=_openers(settings, derived),
    )
    purger = Purger(store, derived, settings.home, settings.node, settings.vault_writable)
    handlers = {
        BatchKind.SCAN: scan_handler(store, planner, scanner.scan),
        BatchKind.PLAN: plan_handler(store, planner),
        BatchKind.WORK: runner.run,
        BatchKind.MATCH: Matcher(store, dispatcher).run,
        BatchKind.SEQUENCE: Sequencer(store, dispatcher).run,
        BatchKind.PIXELS: PixelHasher(store, dispatcher, pictures, item_seconds=settings.item_seconds).run,
        BatchKind.VECTORS: Keeper(store, dispatcher).run,
        BatchKind.SUBJECT: SubjectFinder(store, dispatcher, (settings.search_model, settings.tag_model)).run,
        BatchKind.TAG: Tagger(store, dispatcher, recognisers, Tag.version).run,
        BatchKind.LEARN: Learner(store, dispatcher, trainer, Tag.version).run,
        BatchKind.ADOPT: _adopter(settings, store, derived, models, registry).run,
        BatchKind.CLEAN: Cleaner(store, dispatcher, settings.node).run,
        BatchKind.EXPORT: Exporter(store).run,
        BatchKind.SYNC: _syncer(settings, planner, (opening := _opening(settings, store)), purger).run,
        BatchKind.RESOLVE: (resolver := _resolver(settings, store, dispatcher)).run,
    }
    finalisers: dict[str, Finaliser] = {
        CLEAN: cleaned,
        DETECT_BURSTS: Publication(store, sequence.publish),
        DETECT_DUPLICATES: Grouping(store),
        DETECT_SUBJECTS: Publication(store, subjects.publish),
        RESOLVE: resolver.resolved,
        UNDO: resolver.undone,
    }
    return App(
        settings=settings,
        store=store,
        broker=broker,
        sender=sender,
        dispatcher=dispatcher,
        registry=registry,
        derived=derived,
        models=models,
        hub=hub,
        leases=leases,
        engine=Engine(
            store,
            dispatcher,
            leases,
            handlers,
            settings.lease_seconds,
            finalisers,
            partial(_follow, dispatcher, resolver, settings.tag_model),
        ),
        reaper=Reaper(store, leases, dispatcher, settings.keep_jobs_days),
        words=(words := Words(store)),
        search=(search := _search(settings, store, models, derived, words)),
        listings=ListingSearch(store, Voices(store, search.questions, partial(cut_out, models, settings.cutout_model))),
        trainer=trainer,
        work=WorkService(store, registry, dispatcher),
        market=MarketService(store, dispatcher, opening, settings.home, settings.node, purger),
    )


def _search(settings: Settings, store: Store, models: Models, derived: DerivedStore, words: Words) -> Search:
    questions = Questions(
        store,
        models,
        derived,
        preferred=settings.search_model,
        max_pixels=settings.max_megapixels * 1_000_000,
        megabytes=settings.worker_memory,
    )
    return Search(store, questions, words.catch_up)


def models_of(settings: Settings) -> tuple[Models, Hub]:
    """The models of a home, and where they come from; they need no database."""
    models = Models(settings.home / MODELS, Execution(settings.execution))
    return models, publishers.from_environment(models.home, settings.model_mirror)


def _opening(settings: Settings, store: Store) -> Opening:
    """What opens marketplaces: the owner's permission, and where his key may be."""
    keep = Keep(settings.market_keep_hours or None, settings.market_content_hours or None)
    folders = (Path.cwd(), Path.home())
    return Opening(store, settings.market_permission, settings.market_rate, keep, os.environ, folders)


def _syncer(settings: Settings, planner: Planner, opening: Opening, purger: Purger) -> Syncer:
    stopped = partial(KillFiles(settings.home).stops, SYNC)

    def purge(source_id: int) -> None:
        if settings.market_purge:
            purger.purge(Doomed(source_id, expired=True), "what has expired")

    return Syncer(opening.store, planner, opening.open, opening.keeping, stopped, purge)


def _adopter(settings: Settings, store: Store, derived: DerivedStore, models: Models, registry: Registry) -> Adopter:
    folder = settings.home / market_service.FOLDER / ETSY
    market = partial(markets.ensure, name=ETSY, title=TITLE, address=ADDRESS, folder=folder, node=settings.node)
    dimensions = {entry.name: entry.dimensions for entry in models.entries() if entry.embeds}
    return Adopter(store, derived, settings.home, dimensions, registry.versions, market)


def _keep_compiled_code(home: Path) -> None:
    """Numba keeps machine code beside the source; where nothing can be written there, it shall do so in the home."""
    if not os.access(Path(__file__).parent / "vision", os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(home / "compiled"))


def _resolver(settings: Settings, store: Store, dispatcher: Dispatcher) -> Resolver:
    trash, writable = Trash(settings.home), settings.vault_writable
    leave = Leave(store, trash, settings.node, writable=writable)
    return Resolver(store, dispatcher, leave, BringBack(store, trash, settings.node), writable=writable)


def _with_download(settings: Settings, stages: Sequence[AnyStage]) -> tuple[AnyStage, ...]:
    """The stages, and the one that fetches images of marketplaces, where there are those of masters."""
    if Checksum.name not in {stage.name for stage in stages}:
        return tuple(stages)
    fetcher = Fetcher(
        partial(arrived.examine, max_pixels=settings.max_megapixels * 1_000_000),
        Limits(
            parallel=settings.downloads,
            largest=settings.download_megabytes * 1_000_000,
            seconds=0.75 * settings.item_seconds,
        ),
        stop=partial(KillFiles(settings.home).stops, Download.name),
    )
    return (Download(fetcher.fetch), *stages)


def _with_listings(
    settings: Settings, stages: Sequence[AnyStage], derived: DerivedStore, models: Models
) -> tuple[AnyStage, ...]:
    """The stages, and those for images of marketplaces alone, where there is one that fetches them."""
    try:
        models.matting(settings.cutout_model)
    except NotFound as error:
        raise BadSetting(f"cutout_model: {error}") from None
    if not any(stage.reads is Reads.REMOTE for stage in stages):
        return tuple(stages)
    wanted = settings.models.split(",")
    entries = [entry for entry in models.entries() if entry.embeds and not entry.built_in]
    built_in = [entry for entry in models.entries() if entry.built_in]
    return (
        *stages,
        *((EmbedBuiltIn if entry.name in wanted else EmbedListings)(entry, models) for entry in built_in),
        Cutout(derived, models, settings.cutout_model),
        *(EmbedCutout(entry, models) for entry in entries),
        *(EmbedWords(entry, models) for entry in entries if entry.text is not None),
    )


def _with_tags(stages: Sequence[AnyStage], recognisers: Recognisers) -> tuple[AnyStage, ...]:
    """The stages, and the one that tags by what the tagging model's stage has embedded, where there is that."""
    tag = Tag(recognisers.model, partial(recognisers.models.waiting, recognisers.model), recognisers.of)
    return (*stages, tag) if set(tag.needs) <= {stage.name for stage in stages} else tuple(stages)


def _follow(dispatcher: Dispatcher, resolver: Resolver, tag_model: str, tx: Transaction, job: Job) -> None:
    follow(tx, dispatcher, job, tag_model)
    resolver.ended(tx, job)


def _openers(settings: Settings, derived: DerivedStore) -> dict[Reads, Opener]:
    """What hands images of marketplaces to their stages."""
    return {
        Reads.REMOTE: partial(_remote, settings.node),
        Reads.CUTOUT: partial(_cutouts, derived),
        Reads.WORDS: _words,
    }


def _remote(node: str, tx: Transaction, images: Sequence[int]) -> Callable[[Input], RemoteImage]:
    """Where the images' files can be fetched."""
    known = downloads.remote_images(tx, images, node)

    def remote(source: Input) -> RemoteImage:
        if source.image_id not in known:
            raise PictureError("no-address", "No marketplace knows this picture.")
        return known[source.image_id]

    return remote


def _cutouts(derived: DerivedStore, tx: Transaction, images: Sequence[int]) -> Callable[[Input], Picture]:
    """Pictures without their background; the whole proxy where nothing could be cut out."""
    keys = cutouts.keys(tx, images)

    def cutout(source: Input) -> Picture:
        if key := keys.get(source.image_id):
            return CutoutPicture(source.image_id, derived.path(RenditionKind.CUTOUT, key))
        return ProxyPicture(source.image_id, derived.path(RenditionKind.PROXY, source.proxy_key))

    return cutout


def _words(tx: Transaction, images: Sequence[int]) -> Callable[[Input], ListingWords]:
    """What the images' listings say."""
    known = listing_words.of_images(tx, images)
    return lambda source: ListingWords(source.image_id, known.get(source.image_id, ""))


def _open_pictures(
    settings: Settings, derived: DerivedStore, tx: Transaction, proxies: bool
) -> Callable[[Input], Picture]:
    """How images are opened: from the vault, or, for stages that follow the proxy, from the derived files."""
    vault = Vault({source: Path(names.native(path)) for source, path in catalogs.roots(tx, settings.node).items()})
    max_pixels = settings.max_megapixels * 1_000_000

    def master(source: Input) -> Picture:
        try:
            path = vault.path(source.source_id, source.path)
            sidecars = [vault.path(source.source_id, side) for side in source.sidecars]
        except NotFound as error:
            raise PictureError("vanished", str(error), retryable=True) from None
        return MasterPicture(source.image_id, path, kind=source.kind, sidecars=sidecars, max_pixels=max_pixels)

    def proxy(source: Input) -> Picture:
        return ProxyPicture(source.image_id, derived.path(RenditionKind.PROXY, source.proxy_key))

    return proxy if proxies else master
