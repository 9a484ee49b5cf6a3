"""Puts the parts together."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from lumina.bootstrap import of_markets, pictures, pipeline
from lumina.bootstrap.app import App
from lumina.broker.app import Broker
from lumina.broker.sender import CelerySender
from lumina.config import Settings
from lumina.domain.market import Downloaded
from lumina.domain.picture import Picture
from lumina.domain.work import BatchKind, Job
from lumina.engine import sequence, subjects
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
from lumina.engine.tagging import Tagger
from lumina.engine.training import Trainer
from lumina.engine.vectors import Keeper
from lumina.engine.words import Words
from lumina.engine.work import Worker as WorkRunner
from lumina.errors import BadSetting
from lumina.files.derived import DerivedStore
from lumina.files.trash import Trash
from lumina.inference.models import Models
from lumina.inference.providers import Execution
from lumina.remote import hub as publishers
from lumina.remote.hub import Hub
from lumina.services.killfiles import KillFiles
from lumina.services.listings import ListingSearch
from lumina.services.listings.cut import cut_out
from lumina.services.listings.voices import Voices
from lumina.services.market import MarketService
from lumina.services.search import Search
from lumina.services.search.questions import Questions
from lumina.services.work import WorkService
from lumina.stages.tag import Tag
from lumina.store import (
    Store,
    Transaction,
)
from lumina.store.inputs import Input
from lumina.store.queue import keyword_dsn
from lumina.store.results import SAVERS

COLLECT = (700, 10, 10)
"""When Python looks for what refers to itself in circles, as it does by itself: pictures may be among it."""
MODELS = "models"
"""Folder of the home that holds the models' files."""


def build(
    settings: Settings,
    *,
    pool_size: int = 5,
    sender: Sender | None = None,
    stages: Callable[[DerivedStore, Models], Sequence[AnyStage]] = pipeline.stages,
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
    gc.set_threshold(*COLLECT)
    _keep_compiled_code(settings.home)
    store = Store(settings.database_url, pool_size=pool_size, idle_seconds=2 * settings.lease_seconds)
    broker = Broker(settings.broker_url, keyword_dsn(settings.database_url))
    sender = sender or CelerySender(broker)
    derived = DerivedStore(settings.home / "derived")
    models, hub = models_of(settings)
    recognisers = Recognisers(store, models, settings.tag_model)
    trainer = Trainer(store, recognisers)
    fetched = pipeline.with_download(settings, stages(derived, models))
    listed = pipeline.with_listings(settings, fetched, derived, models)
    registry = Registry(pipeline.with_tags(listed, recognisers), SAVERS.keys())
    dispatcher = Dispatcher(store, sender)
    planner = Planner(registry, dispatcher)
    leases = Leases(store, registry, dispatcher)
    scanner = Scanner(store, offline_share=settings.offline_share, node=settings.node)
    opened = partial(open_pictures or pictures.open_pictures, settings, derived)
    purger = Purger(store, derived, settings.home, settings.node, settings.vault_writable)
    runner = WorkRunner(
        store,
        registry,
        planner,
        opened,
        item_seconds=settings.item_seconds,
        stopped=partial(KillFiles(settings.home).stopped, registry.names),
        openers=pictures.openers(settings, derived),
        too_late={Downloaded: purger.too_late},
    )
    opening = of_markets.opening(settings, store)
    handlers = {
        BatchKind.SCAN: scan_handler(store, planner, scanner.scan),
        BatchKind.PLAN: plan_handler(store, planner),
        BatchKind.WORK: runner.run,
        BatchKind.MATCH: Matcher(store, dispatcher).run,
        BatchKind.SEQUENCE: Sequencer(store, dispatcher).run,
        BatchKind.PIXELS: PixelHasher(store, dispatcher, opened, item_seconds=settings.item_seconds).run,
        BatchKind.VECTORS: Keeper(store, dispatcher).run,
        BatchKind.SUBJECT: SubjectFinder(store, dispatcher, (settings.search_model, settings.tag_model)).run,
        BatchKind.TAG: Tagger(store, dispatcher, recognisers, Tag.version).run,
        BatchKind.LEARN: Learner(store, dispatcher, trainer, Tag.version).run,
        BatchKind.ADOPT: of_markets.adopter(settings, store, derived, models, registry).run,
        BatchKind.CLEAN: of_markets.cleaning(Cleaner(store, dispatcher, settings.node), purger, dispatcher),
        BatchKind.EXPORT: Exporter(store).run,
        BatchKind.SYNC: of_markets.syncer(settings, planner, opening, purger).run,
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
            partial(_follow, dispatcher, resolver, recognisers),
        ),
        reaper=Reaper(store, leases, dispatcher, settings.keep_jobs_days),
        words=(words := Words(store)),
        search=(search := _search(settings, store, models, derived, words)),
        listings=ListingSearch(store, Voices(store, search.questions, partial(cut_out, models, settings.cutout_model))),
        trainer=trainer,
        work=WorkService(store, registry, dispatcher),
        market=MarketService(store, dispatcher, opening, settings.home, settings.node),
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


def _keep_compiled_code(home: Path) -> None:
    """Numba keeps machine code beside the source; where nothing can be written there, it shall do so in the home."""
    if not os.access(Path(__file__).parents[1] / "vision", os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(home / "compiled"))


def _resolver(settings: Settings, store: Store, dispatcher: Dispatcher) -> Resolver:
    trash, writable = Trash(settings.home), settings.vault_writable
    leave = Leave(store, trash, settings.node, writable=writable)
    return Resolver(store, dispatcher, leave, BringBack(store, trash, settings.node), writable=writable)


def _follow(dispatcher: Dispatcher, resolver: Resolver, recognisers: Recognisers, tx: Transaction, job: Job) -> None:
    installed = recognisers.models.waiting(recognisers.model) is None
    follow(tx, dispatcher, job, recognisers.model, installed=installed)
    resolver.ended(tx, job)
