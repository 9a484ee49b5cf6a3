"""Marketplaces for their owner: follow something, sync it, or not any more."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from lumina.domain.market import Follow, FollowKind, Market
from lumina.domain.work import Job, Priority
from lumina.engine import purging
from lumina.engine.dispatch import Dispatcher
from lumina.engine.market import Opening, is_away
from lumina.engine.sync import MARKET_SYNC, SYNC, begin
from lumina.errors import BadInput, BadSetting, NotFound
from lumina.remote.etsy.source import ADDRESS
from lumina.services.killfiles import KillFiles
from lumina.store import Store, Transaction, catalogs, follows, jobs, markets, removals, shops
from lumina.store.removals import Counts, Doomed

ETSY, TITLE = "etsy", "Etsy"
FOLDER = "market"
"""Of the home: where the downloads of each marketplace go."""


class MarketService:
    """Requests about marketplaces.

    Args:
        store: the database.
        dispatcher: wakes workers.
        opening: opens marketplaces.
        home: below which downloads go.
        node: whose view of folders is meant.
    """

    def __init__(self, store: Store, dispatcher: Dispatcher, opening: Opening, home: Path, node: str) -> None:
        self.store, self.dispatcher, self.opening, self.home, self.node = store, dispatcher, opening, home, node

    def named(self, name: str | None = None, *, make: bool = False) -> Market:
        """A marketplace; None: the only one there is.

        Args:
            name: as `lumina market status` shows it.
            make: Etsy is made where it is not known yet, if the owner may ask it.

        Raises:
            NotFound: there is none of this name. BadInput: there are several. BadSetting: Etsy may not be asked.
        """
        with self.store.transaction() as tx:
            known = {market.name: market for market in markets.every(tx, self.node)}
        if name is None and len(known) > 1:
            raise BadInput(f"There are several marketplaces: name one with --market: {', '.join(known)}.")
        wanted = (name or next(iter(known), ETSY)).lower()
        if wanted not in known and not (wanted == ETSY and make):
            raise NotFound(
                f"There is no marketplace {wanted!r}" + (f"; there are {', '.join(known)}." if known else ".")
            )
        return known[wanted] if wanted in known else self._make()

    def _make(self) -> Market:
        folder = self.home / FOLDER / ETSY
        self.opening.check(Market(0, ETSY, ADDRESS, (), folder))
        with self.store.transaction() as tx:
            return markets.ensure(tx, ETSY, title=TITLE, address=ADDRESS, folder=folder, node=self.node)

    def follow(self, market: Market, kind: FollowKind, value: str, every_minutes: int) -> Follow:
        """Follow a shop (by name or number), words or a taxonomy. A shop is asked for at once, so that it is the one.

        Raises:
            BadInput: the value makes no sense. BadSetting: there is no key, or no permission. NotFound: no such shop.
            Later, Refused: it cannot be asked.
        """
        value = value.strip()
        if not value or (kind is FollowKind.TAXONOMY and not (value.isdecimal() and int(value) < 2**63)):
            raise BadInput(f"--{kind.value} {value!r}: " + ("it is empty" if not value else "it should be a number"))
        self.opening.check(market)
        title = value
        if kind is FollowKind.SHOP:
            source = self.opening.open(market)
            try:
                shop = source.find_shop(value)
            finally:
                source.close()
            value, title = str(shop.shop_id), shop.name
            with self.store.transaction() as tx:
                shops.save(tx, market.source_id, [shop], self.opening.keeping(market).content)
        with self.store.transaction() as tx:
            return follows.add(tx, market.source_id, kind, value, title, every_minutes)

    def unfollow(self, market: Market, kind: FollowKind, value: str) -> Follow:
        """Follow something no more; what is known of it stays.

        Raises:
            NotFound: nobody follows it.
        """
        with self.store.transaction() as tx:
            found = find(tx, market, kind, value.strip())
            follows.remove(tx, found.id)
        return found

    def unfollow_number(self, follow_id: int) -> Follow:
        """The same by its number.

        Raises:
            NotFound: nobody follows it.
        """
        with self.store.transaction() as tx:
            found = follows.find(tx, follow_id)
            if found is None:
                raise NotFound(f"There is no follow {follow_id}.")
            follows.remove(tx, follow_id)
        return found

    def sync(self, market: Market) -> Job:
        """Sync everything that is followed of a marketplace now; a job that does so already is joined.

        Raises:
            BadInput: nothing is followed. BadSetting: there is no key, or no permission.
        """
        self.opening.check(market)
        with self.store.transaction() as tx:
            wanted = follows.every(tx, market.source_id)
            if not wanted:
                raise BadInput(f"Nothing of {market.name} is followed: `lumina market follow` says what to look for.")
            return self._sync(tx, market, wanted, Priority.ASKED)

    def why_waiting(self, market: Market) -> str | None:
        """Why nothing is asked of it now, in a sentence; None where it may be asked."""
        if KillFiles(self.home).stops(SYNC):
            return "A kill file in Lumina's home stops syncing. `lumina up` removes it and goes on."
        try:
            self.opening.check(market)
        except BadSetting as error:
            return str(error)
        if is_away(market):
            return "It belongs to this machine and does not run now. `lumina market demo --keep` starts it again."
        return None

    def doomed(self, doomed: Doomed) -> Counts:
        """How much `purge` would remove."""
        with self.store.transaction() as tx:
            return removals.counts(tx, doomed)

    def purge(self, doomed: Doomed) -> Job:
        """Remove rows and files for good; what is followed of them goes as well.

        Raises:
            Conflict: something else of this marketplace is being removed.
        """
        with self.store.transaction() as tx:
            return purging.start(tx, self.dispatcher, doomed)

    def sync_due(self) -> list[Job]:
        """Sync what is due by itself, of all marketplaces; a demo's that has ended is left alone until it is back."""
        found = []
        with self.store.transaction() as tx:
            here = [markets.get(tx, source_id, self.node) for source_id in {each.source_id for each in follows.due(tx)}]
        away = {market.source_id for market in here if is_away(market)}
        with self.store.transaction() as tx:
            due = [each for each in follows.due(tx) if each.source_id not in away]
            for source_id in sorted({each.source_id for each in due}):
                wanted = [each for each in due if each.source_id == source_id]
                found.append(self._sync(tx, markets.get(tx, source_id, self.node), wanted, Priority.BACKGROUND))
        return found

    def _sync(self, tx: Transaction, market: Market, wanted: list[Follow], priority: Priority) -> Job:
        """One batch for each; in the job that is open, unless that only has its end before it."""
        key = f"{MARKET_SYNC}:{market.source_id}"
        job = self._open(tx, key)
        if job is None:
            catalog = self._catalog(tx, market)
            payload = {"source_id": market.source_id}
            job = jobs.create(tx, MARKET_SYNC, catalog, payload, priority=priority, exclusive_key=key)
        busy = follows.under_way(tx, job.id)
        for each in wanted:
            if each.id not in busy:
                begin(tx, self.dispatcher, job.id, each.id)
        return jobs.get(tx, job.id)

    def _open(self, tx: Transaction, key: str) -> Job | None:
        running = jobs.running_with(tx, key)
        if running is None:
            return None
        running = jobs.locked(tx, running.id)
        if running.state.ended or running.cancel_requested or running.pending == 0:
            jobs.release_key(tx, running.id)
            return None
        return running

    def _catalog(self, tx: Transaction, market: Market) -> UUID:
        return next(source.catalog_id for source in catalogs.sources(tx) if source.id == market.source_id)


def find(tx: Transaction, market: Market, kind: FollowKind, value: str) -> Follow:
    """What is followed, by its value or title.

    Raises:
        NotFound: nobody follows it.
    """
    known = [each for each in follows.every(tx, market.source_id) if each.kind is kind]
    for each in known:
        if value.lower() in (each.value.lower(), each.title.lower()):
            return each
    names = ", ".join(each.title or each.value for each in known)
    raise NotFound(f"The {kind.value} {value!r} is not followed" + (f"; these are: {names}." if names else "."))
