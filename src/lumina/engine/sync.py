"""`sync` batches: ask a marketplace what there is of something that is followed.

Three steps, each from a cursor on that is saved in the transaction of what was found: *find* goes through the pages of
listings, and asks in detail for those that are new, changed or about to expire; *refresh* asks for those that were for
sale and are on no page any more; *reviews* reads a shop's reviews since the last time, or all where those that are
known expire, and asks for shops that would expire because nothing of theirs is on a page any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from lumina.domain.market import Follow, FollowKind, Keep, Listing, Market, MarketplaceSource, Oddities, Page, Shop
from lumina.domain.stage import Lane
from lumina.domain.work import Batch, BatchKind
from lumina.engine import tally
from lumina.engine.cancelling import Cancelling
from lumina.engine.dispatch import Dispatcher
from lumina.engine.plan import Planner
from lumina.errors import BadInput, Interrupted, Later, NotFound, Refused
from lumina.store import Store, Transaction, follows, jobs, ledger, listing_words, listings, markets, reviews, shops
from lumina.store.inputs import Scope

SYNC = "sync"
"""As kill files name it: `KILL_SYNC`."""
MARKET_SYNC = "market-sync"
"""Kind of job; one at a time for each marketplace."""
PAGES = 40
"""Pages that one batch goes through, before others of its lane have their turn."""
DETAILS = 6
"""Questions for details that are on their way at once."""
NOTES = 20
"""Sentences about what could not be read that a sync keeps, at most."""
REST = 600.0
"""Seconds until something else is asked of a marketplace that has refused the key, should it be for this one alone."""
ASKED = 100
"""Listings in one question, and reviews in one transaction."""

Open = Callable[[Market, Callable[[], bool]], MarketplaceSource]
"""Opens a marketplace for as long as the second argument is false. May raise `BadInput`: there is no key, say."""


class Stopped(Exception):
    """A person's wish ends the batch: nobody follows this any more, or a kill file is there."""


class Syncer:
    """Runs `sync` batches.

    Args:
        store: the database.
        planner: plans the downloads.
        open_source: opens a marketplace.
        keep: how long what a marketplace says may be kept.
        stopped: whether a kill file stops syncing.
        purge: removes what has expired of a marketplace, after a whole sync, until its second argument says to stop.
    """

    def __init__(
        self,
        store: Store,
        planner: Planner,
        open_source: Open,
        keep: Callable[[Market], Keep],
        stopped: Callable[[], bool] = lambda: False,
        purge: Callable[[int, Callable[[], bool]], object] = lambda _source, _stop: None,
    ) -> None:
        self.store, self.planner, self.open_source = store, planner, open_source
        self.keep, self.stopped, self.purge = keep, stopped, purge

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Go on with one follow, for a number of pages or until something stops it."""
        with self.store.transaction() as tx:
            follow = follows.find(tx, int(batch.payload["follow"]))
            market = markets.get(tx, follow.source_id) if follow else None
        if follow is None or market is None:
            self._end(batch)
            return
        cancelled = Cancelling(self.store, batch.job_id)
        try:
            source = self.open_source(market, lambda: stop() or self.stopped() or cancelled())
        except BadInput as error:
            self._refuse(batch, follow, str(error))
            return
        try:
            self._go_on(_Work(self, batch, follow, source, self.keep(market)), stop)
        except Later as error:
            self._put_off(batch, follow, str(error), error.seconds)
        except Refused as error:
            self._refuse(batch, follow, str(error))
        except (BadInput, NotFound) as error:
            self._put_off(batch, follow, str(error), None)
        except Stopped:
            self._end(batch)
        finally:
            source.close()

    def _go_on(self, work: _Work, stop: Callable[[], bool]) -> None:
        if self.stopped():
            raise Stopped
        if work.step == "find" and not work.find():
            work.leave_rest()
            return
        if work.step == "refresh":
            work.refresh()
        work.reviews()
        work.shops()
        self.purge(work.follow.source_id, lambda: stop() or self.stopped())
        if self.stopped():
            raise Stopped
        if stop():
            raise Interrupted("Removing what has expired was stopped; it goes on from there.")
        work.finish()

    def _end(self, batch: Batch, error: str | None = None) -> None:
        with self.store.transaction() as tx:
            ledger.end(tx, batch, error=error)
            self.planner.dispatcher.after(tx, Lane.IO)

    def _put_off(self, batch: Batch, follow: Follow, reason: str, seconds: float | None) -> None:
        """It goes on by itself, after so many seconds or in its usual time."""
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            follows.put_off(tx, follow.id, reason, seconds)
            tally.note(tx, batch.job_id, reason)
            ledger.end(tx, batch, error=reason)
            self.planner.dispatcher.after(tx, Lane.IO)

    def _refuse(self, batch: Batch, follow: Follow, reason: str) -> None:
        """Asking for the rest would be refused as well."""
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            follows.put_off(tx, follow.id, reason)
            follows.put_all_off(tx, follow.source_id, reason, REST)
            ledger.end(tx, batch, error=reason)
            jobs.fail(tx, batch.job_id, {"message": reason})


class _Work:
    """One follow in one batch."""

    def __init__(self, syncer: Syncer, batch: Batch, follow: Follow, source: MarketplaceSource, keep: Keep) -> None:
        self.store, self.planner = syncer.store, syncer.planner
        self.batch, self.follow, self.source, self.keep = batch, follow, source, keep
        self.stopped = syncer.stopped
        self.error: str | None = None
        self.cursor: dict[str, Any] = dict(follow.cursor)
        if "step" not in self.cursor:
            with self.store.transaction() as tx:
                began = tx.value("SELECT clock_timestamp()")
            self.cursor |= {"step": "find", "began": began.isoformat(), "at": None, "after": 0}

    @property
    def step(self) -> str:
        return str(self.cursor["step"])

    @property
    def began(self) -> datetime:
        return datetime.fromisoformat(self.cursor["began"])

    def find(self) -> bool:
        """Pages of listings; False where the rest is left to a batch that follows."""
        try:
            return self._find()
        except NotFound:
            if self.follow.kind is not FollowKind.SHOP:
                raise
        with self._saving({**self.cursor, "at": None, "step": "refresh"}):
            return True  # the shop has vanished: its listings are asked for one by one

    def _find(self) -> bool:
        pages = self.source.pages(self.follow, self.cursor["at"], PAGES)
        with self._asking() as (pool, waiting), closing(pages):
            try:
                for page in pages:
                    waiting.append((page, pool.submit(self._details, page)))
                    if len(waiting) >= DETAILS:
                        self._save_first(waiting)
            except Later:
                with suppress(Later):  # what was asked for already is kept
                    self._drain(waiting)
                raise
            self._drain(waiting)
        return self.cursor["at"] is None

    def refresh(self) -> None:
        """Listings that no page has shown since the sync began."""
        with self._asking() as (pool, waiting):
            for numbers in self._unseen():
                waiting.append((numbers, pool.submit(self.source.listings, numbers)))
                if len(waiting) >= DETAILS:
                    self._save_refreshed(*waiting.popleft())
            while waiting:
                self._save_refreshed(*waiting.popleft())

    def reviews(self) -> None:
        """Those of the shop that is followed, newest first; where it broke off it goes on."""
        if self.follow.kind is not FollowKind.SHOP:
            return
        number = int(self.follow.value)
        shop = self.source.shop(number)
        with self._saving({**self.cursor, "step": "reviews"}) as tx:
            self._write_shop(tx, number, shop)
            reading = self.cursor.get("reading") or self._reading(tx, number)
        if shop is None:
            self.error = "The shop has vanished."
        found = self.source.reviews(number, _moment(reading["since"]), _moment(reading["until"]))
        while part := list(islice(found, ASKED)):
            newest = max((each.created_at for each in part if each.created_at <= self.began), default=None)
            if reading["newest"] is None and newest is not None:
                reading = {**reading, "newest": newest.isoformat()}
            reading = {**reading, "until": part[-1].created_at.isoformat()}
            with self._saving({**self.cursor, "reading": reading}) as tx:
                new = reviews.save(tx, self.follow.source_id, part, self.keep.content)
                tally.add(tx, self.batch.job_id, reviews=new)
        self.cursor["reviewed"] = reading["newest"] or self.cursor.get("reviewed")
        self.cursor["all_at"] = self.cursor.get("all_at") if reading["since"] else reading["began"]

    def _reading(self, tx: Transaction, shop_id: int) -> dict[str, Any]:
        """What to read: since the newest that is known, or all, so that nothing expires that is still said.

        What the last reading of all has not shown has vanished, and is waited for no more.
        """
        all_at, minutes = _moment(self.cursor.get("all_at")), self.follow.every_minutes
        expires = reviews.expires(tx, self.follow.source_id, shop_id, minutes, all_at)
        since = None if expires else self.cursor.get("reviewed")
        return {"since": since, "until": None, "newest": None, "began": self.began.isoformat()}

    def shops(self) -> None:
        """Those of listings that were found once, where they expire and nothing has told of them by now."""
        with self.store.transaction() as tx:
            expiring = shops.expiring(tx, self.follow, self.began)
        for number in expiring:
            found = self.source.shop(number)
            with self._saving(self.cursor) as tx:
                self._write_shop(tx, number, found)

    def _write_shop(self, tx: Transaction, number: int, found: Shop | None) -> None:
        if found is None or found.shop_id != number:
            shops.forget(tx, self.follow.source_id, number)
        else:
            shops.save(tx, self.follow.source_id, [found], self.keep.content)

    def leave_rest(self) -> None:
        """A batch of the same job goes on, when others of the lane have had their turn."""
        with self.store.transaction() as tx:
            ledger.hold(tx, self.batch)
            begin(tx, self.planner.dispatcher, self.batch.job_id, self.follow.id)
            ledger.end(tx, self.batch)

    def finish(self) -> None:
        """Everything has been asked; whatever else is due of the marketplace's images is planned as well."""
        left = {name: value for name in ("reviewed", "all_at") if (value := self.cursor.get(name))}
        odd = self.source.oddities()
        notes = self._notes(odd, self.error)
        with self.store.transaction() as tx:
            ledger.hold(tx, self.batch)
            follows.ended(tx, self.follow.id, left, " ".join(notes) or None)
            tally.add(tx, self.batch.job_id, odd)
            if follows.under_way(tx, self.batch.job_id) == {self.follow.id}:  # the job is locked: one is the last
                self.planner.plan(tx, self.batch.job_id, Scope(source_id=self.follow.source_id))
            ledger.end(tx, self.batch)
            self.planner.dispatcher.after(tx, Lane.IO)

    def _notes(self, odd: Oddities, *first: str | None) -> list[str]:
        """What could not be read so far, each sentence once."""
        return list(filter(None, dict.fromkeys([*first, *self.cursor.get("notes", ()), *odd.notes])))[:NOTES]

    @contextmanager
    def _asking(self) -> Iterator[tuple[ThreadPoolExecutor, deque[tuple[Any, Future[list[Listing]]]]]]:
        """Threads that ask, and what they have been asked for; what nobody wants any more is not begun."""
        waiting: deque[tuple[Any, Future[list[Listing]]]] = deque()
        with ThreadPoolExecutor(DETAILS) as pool:
            try:
                yield pool, waiting
            finally:
                for _, answer in waiting:
                    answer.cancel()

    def _details(self, page: Page) -> list[Listing]:
        """What has to be known of a page's listings besides; in one of the threads that ask."""
        if self.stopped():
            raise Stopped
        with self.store.transaction() as tx:
            needed = follows.wanting(tx, self.follow, page.listings)
        return self.source.listings(needed)

    def _drain(self, waiting: deque[tuple[Page, Future[list[Listing]]]]) -> None:
        while waiting:
            self._save_first(waiting)

    def _save_first(self, waiting: deque[tuple[Page, Future[list[Listing]]]]) -> None:
        """A page whose details cannot be asked for now stays in front: none after it is saved before it."""
        self._save_page(*waiting[0])
        waiting.popleft()

    def _save_page(self, page: Page, answer: Future[list[Listing]]) -> None:
        asked = answer.result()
        known = {listing.listing_id for listing in asked}
        told = [listing for listing in page.listings if listing.listing_id not in known]
        last = page.cursor is None
        odd = self.source.oddities()
        step = "refresh" if last else "find"
        cursor = {**self.cursor, "at": page.cursor, "step": step, "notes": self._notes(odd)}
        with self._saving(cursor) as tx:
            fetch = self._write(tx, [*told, *asked])
            follows.seen(tx, self.follow.id, [listing.listing_id for listing in page.listings])
            seen = {"listings": len(page.listings), "asked": len(asked), "images": fetch, "again": int(page.again)}
            tally.add(tx, self.batch.job_id, odd, **seen)

    def _save_refreshed(self, numbers: Sequence[int], answer: Future[list[Listing]]) -> None:
        found = answer.result()
        with self._saving({**self.cursor, "after": numbers[-1]}) as tx:
            fetch = self._write(tx, found)
            tally.add(tx, self.batch.job_id, asked=len(found), images=fetch)

    def _write(self, tx: Transaction, found: Sequence[Listing]) -> int:
        """Everything that was said, and the batches of what has to be fetched; returns how many images that are."""
        source_id = self.follow.source_id
        images = listings.save(tx, source_id, found, self.keep.listing, self.keep.content)
        shops.save(tx, source_id, [listing.shop for listing in found if listing.shop], self.keep.content)
        self.planner.fetch(tx, self.batch.job_id, images)
        outdated = listing_words.outdated(tx, source_id, [listing.listing_id for listing in found])
        self.planner.words(tx, self.batch.job_id, outdated)
        return len(images)

    def _unseen(self) -> Iterator[list[int]]:
        after = int(self.cursor["after"])
        while True:
            with self.store.transaction() as tx:
                found = follows.unseen(tx, self.follow, self.began, after, ASKED)
            if not found:
                return
            yield found
            after = found[-1]

    @contextmanager
    def _saving(self, cursor: Mapping[str, Any]) -> Iterator[Transaction]:
        """A transaction in which something is written with the place from which to go on."""
        with self.store.transaction() as tx:
            ledger.hold(tx, self.batch)
            if self.stopped() or jobs.get(tx, self.batch.job_id).cancel_requested:
                raise Stopped
            if not follows.keep(tx, self.follow.id, cursor):
                raise Stopped
            yield tx
        self.cursor = dict(cursor)


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def begin(tx: Transaction, dispatcher: Dispatcher, job_id: UUID, follow_id: int) -> None:
    """Add the batch that goes on with a follow."""
    ledger.add(tx, job_id, BatchKind.SYNC, Lane.IO, payload={"follow": follow_id})
    dispatcher.after(tx, Lane.IO)
