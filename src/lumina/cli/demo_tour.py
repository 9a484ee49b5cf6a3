"""The steps of `lumina market demo`: a marketplace starts, everything of it comes in, and something is looked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from lumina.bootstrap import App, Settings
from lumina.cli.market_status import shown
from lumina.cli.output import emit, emit_json, note, plain, table
from lumina.cli.session import app as open_app
from lumina.demo.limits import Limits
from lumina.demo.marketplace import Marketplace
from lumina.demo.server import Server, serving
from lumina.demo.world import World
from lumina.domain.ensemble import ListingFilter, ListingHit, ListingKey, ListingsFound, Wanted
from lumina.domain.listing import ListingDetails, ListingPicture
from lumina.domain.market import FollowKind
from lumina.domain.searching import Example
from lumina.domain.work import Job
from lumina.errors import LuminaError
from lumina.services import coverage, market_stages, market_status
from lumina.services.listings import view
from lumina.services.market import FOLDER
from lumina.services.market_status import MarketStatus
from lumina.store import markets
from lumina.supervisor.display import Display
from lumina.supervisor.home import HomeLock
from lumina.supervisor.once import run_once

NAME, TITLE = "demo", "Demo marketplace"
API = "/v3/application"
ROUNDS = 4
"""Each begins with what the one before has left due: a download that was put off, say."""
SHOWN, TRIED = 5, 24
"""Results that are shown; images that are asked with until one finds something."""
LOOK_SECONDS = 1.0
Asked = tuple[ListingDetails, ListingPicture]
"""A listing, and one of its images."""


@dataclass(frozen=True, slots=True)
class Tour:
    """What a person asked for."""

    listings: int
    keep: bool = False
    browser: bool = False
    as_json: bool = False


def take(context: typer.Context, given: Settings, tour: Tour) -> int:
    """From nothing to a search result; returns the exit code.

    Raises:
        LuminaError: it was stopped before the end, or something could not be done.
    """
    with _marketplace(given, tour.listings) as server:
        note(f"A marketplace with {tour.listings:,} listings answers at {server.url}.")
        failed = _bring_in(context, given, server)
        _report(context, given, tour)
        if tour.keep:
            return _serve(given, tour)
    return 3 if failed else 0


@contextmanager
def _marketplace(given: Settings, listings: int) -> Iterator[Server]:
    """On the port that it had the last time, where that is free: addresses of images stay the same."""
    remembered = given.home / FOLDER / f"{NAME}.port"
    market = Marketplace(World(listings=listings), limits=Limits(per_second=50, per_day=None))
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serving(market, int(remembered.read_text())))
        except (OSError, ValueError, OverflowError):
            server = stack.enter_context(serving(market))
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(str(server.port))
        yield server


def _bring_in(context: typer.Context, given: Settings, server: Server) -> int:
    """Sync, download and run all stages that can run; returns how many images failed."""
    jobs = _see_through(context, given, lambda app: _sync(app, server))
    for _ in range(ROUNDS):
        with open_app(context) as app, app.store.transaction() as tx:
            able = [stage for stage in app.shown_stages if stage.waiting is None]
            due = sum(market_stages.due(tx, able, NAME).images.values())
        if not due:
            break
        jobs = _see_through(context, given, lambda app: market_stages.run(app.work, [], NAME))
    return sum(job.failed for job in jobs)


def _sync(app: App, server: Server) -> list[Job]:
    """Follow all shops of the marketplace, and ask for everything of them."""
    settings = app.settings
    with app.store.transaction() as tx:
        folder = settings.home / FOLDER / NAME
        here = markets.ensure(
            tx, NAME, title=TITLE, address=server.url + API, folder=folder, hosts=[server.host], node=settings.node
        )
    for shop in server.market.world.shops:
        app.market.follow(here, FollowKind.SHOP, shop.name, 360)
    return [app.market.sync(here)]


def _see_through(context: typer.Context, given: Settings, request: Callable[[App], list[Job]]) -> Sequence[Job]:
    """Jobs, ended: by the Lumina that runs, or by this command itself; meanwhile it says how far each stage is."""
    with _Stages(given.home / "logs") as display:
        if HomeLock(given.home).running() is None:
            outcome = run_once(given, lambda app: request(display.watch(app)), display)
            return () if outcome is None else outcome.jobs
        with open_app(context) as app:
            jobs = request(display.watch(app))
            while any(not job.state.ended for job in jobs):
                time.sleep(0.2)
                jobs = [app.work.get(job.id) for job in jobs]
                display.line("...")
            return jobs


class _Stages(Display):
    """Shows how far each stage is, instead of the sum of all."""

    def __init__(self, logs: Path) -> None:
        super().__init__(logs)
        self._app: App | None = None
        self._looked, self._text = 0.0, ""

    def watch(self, app: App) -> App:
        """From now on it is this Lumina's stages."""
        self._app = app
        return app

    def line(self, text: str) -> None:
        """Show them; an empty text takes the line away."""
        if text and self._app is not None and time.monotonic() - self._looked >= LOOK_SECONDS:
            with suppress(LuminaError):
                self._text = "; ".join(map(_far, _status(self._app)))
            self._looked = time.monotonic()
        super().line(self._text if text and self._text else text)


def _far(found: MarketStatus) -> str:
    images = found.known.images
    if not images:
        return "asking what there is"
    stages = [f"{each.name} {each.done:,}" for each in found.stages if not each.waiting and each.done < images]
    return f"{found.known.listings:,} listings, {images:,} images · " + (" · ".join(stages) or "all done")


def _status(app: App) -> list[MarketStatus]:
    with app.store.transaction() as tx:
        found = market_status.status(
            tx, coverage.describe(app.shown_stages), app.settings.market_rate, app.settings.node
        )
    return [each for each in found if each.market.name == NAME]


def _report(context: typer.Context, given: Settings, tour: Tour) -> None:
    """How each stage stands, and what a search with one of the images finds."""
    with open_app(context) as app:
        found = _status(app)
        asked, hits = _search(app)
    if tour.as_json:
        emit_json(_document(found, asked, hits))
        return
    emit("\n".join(map(shown, found)))
    if asked and hits:
        _print(*asked, hits)
    if not tour.keep:
        emit(f"\nThe page: `lumina up`, then http://{given.host}:{given.port}/listings")


def _search(app: App) -> tuple[Asked | None, ListingsFound | None]:
    """A search by the second image of a listing: the first that finds something, of the newest listings."""
    asked, found = None, None
    for asked in islice(_candidates(app), TRIED):
        found = app.listings.find(Wanted(Example(image_id=asked[1].image.id), limit=SHOWN))
        if found.hits:
            break
    return asked, found


def _candidates(app: App) -> Iterator[Asked]:
    """Listings with several images that are there, and the second of these."""
    with app.store.transaction() as tx:
        catalog = market_stages.catalogs_of(tx, NAME)[0]
        cards, _ = view.page(tx, ListingFilter(catalog=catalog), "", after=None, limit=2 * TRIED)
    for card in cards:
        with app.store.transaction() as tx:
            whole = view.details(tx, ListingKey(card.source_id, card.listing_id))
        there = [picture for picture in whole.pictures if picture.there]
        if len(there) > 1:
            yield whole, there[1]


def _print(asked: ListingDetails, picture: ListingPicture, found: ListingsFound) -> None:
    card = asked.card
    emit(f"\nAsked with image {picture.rank} of {len(asked.pictures)} of listing {card.listing_id}, {card.title!r}:")
    rows = [
        [place, str(hit.listing.listing_id), f"{hit.score:.2f}", _ranks(hit), hit.listing.title[:60] + _own(hit, asked)]
        for place, hit in enumerate(found.hits, start=1)
    ]
    emit(table(["", "listing", "score", "rank in each model", "title"], rows) if rows else "Nothing was found.")
    if found.note:
        note(found.note)


def _ranks(hit: ListingHit) -> str:
    return ", ".join(f"{each.model} {each.rank}" for each in hit.opinions)


def _own(hit: ListingHit, asked: ListingDetails) -> str:
    return "  <- its own" if hit.listing.listing_id == asked.card.listing_id else ""


def _document(found: Sequence[MarketStatus], asked: Asked | None, hits: ListingsFound | None) -> dict[str, Any]:
    return {
        "dry_run": False,
        "markets": plain(found),
        "asked": asked and {"listing_id": asked[0].card.listing_id, "image_id": asked[1].image.id},
        "results": [
            {
                "listing_id": hit.listing.listing_id,
                "title": hit.listing.title,
                "score": hit.score,
                "image_id": hit.best.id,
                "ranks": plain(hit.opinions),
            }
            for hit in (hits.hits if hits else ())
        ],
        "note": hits.note if hits else None,
    }


def _serve(given: Settings, tour: Tour) -> int:
    """`lumina up`, as long as the marketplace answers."""
    from lumina.supervisor.serve import Wishes, serve

    emit(f"\nThe page: http://{given.host}:{given.port}/listings; Ctrl+C ends it.")
    with Display(given.home / "logs") as display:
        return serve(given, Wishes(browser=tour.browser), display)
