"""Move images of a marketplace that are embedded to a backup disk, and back. Nothing is lost at any moment.

A batch goes through four steps, each of which can be done again after a crash:

1. Copy each file, durably, and read the copy back: both must have the checksum that the catalog knows. Where a copy is
   going to be laid is written down before (`leftover`).
2. Write, in one transaction, that the files lie there now; images and all that was made of them stay as they are.
3. Set the originals aside under names of their own, make sure of the lease, and delete them.
4. Write that they are gone.

Between 2 and 4 `relocation` knows where such a file lies a second time. Each run begins by removing copies that came
to nothing: those of workers that died before 2, and of pictures that the marketplace has replaced since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lumina.domain.market import Market
from lumina.domain.stage import Lane
from lumina.domain.vector_files import wanted
from lumina.domain.vectors import Space
from lumina.domain.work import Batch, BatchKind, Job, Priority
from lumina.engine.dispatch import Dispatcher
from lumina.engine.export import market_of
from lumina.engine.finalise import Effect
from lumina.engine.leave import vault_of
from lumina.engine.leftovers import sweep
from lumina.engine.relocate import Relocation
from lumina.errors import BadInput, Interrupted
from lumina.files import moving, names
from lumina.store import Row, Store, Transaction, catalogs, jobs, ledger, leftovers, relocations, spaces
from lumina.store.markets import BACKUP

CLEAN = "market-clean"
PIECE = 16
"""Images per batch: so many are read again where a worker dies."""
PAGE = 10_000
"""Images that are looked up at a time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants moved.

    Attributes:
        folder: on the backup disk; None: only bring back. market: name; None: the only one. back: the other way.
        models: that must have embedded an image before it goes.
        adopted: also files of a folder that another program has filled (setting `vault_writable`).
    """

    folder: Path | None
    market: str | None = None
    back: bool = False
    models: tuple[str, ...] = ()
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be moved.

    Attributes:
        images, bytes: how many, how large. models: which all have embedded them.
        unfinished: files of an earlier time that still lie at both places.
        warning: a sentence, where the backup disk is none.
    """

    market: str
    images: int
    bytes: int
    models: tuple[str, ...]
    unfinished: int
    warning: str | None = None


def models_of(tx: Transaction, setting: Sequence[str], installed: Sequence[str]) -> tuple[str, ...]:
    """The models that have to have embedded an image before it may go: the wanted ones that are here."""
    live = [space.model for space in spaces.every(tx) if space.state == "live" and space.kind == "image"]
    return tuple(wanted(setting, {*installed, *live}))


def look(tx: Transaction, wish: Wish, node: str) -> Plan:
    """What would be moved; nothing is.

    Raises:
        BadInput: the folder is not there or makes no sense, or no model has embedded anything.
    """
    market = market_of(tx, wish.market, node)
    warning = _check_folder(tx, market, wish, node)
    pages = [(len(page), sum(row["size"] for row in page)) for page in _pages(tx, market, wish)]
    left = len(relocations.unfinished(tx, market.source_id)) + len(leftovers.of(tx, market.source_id))
    images, size = sum(count for count, _ in pages), sum(size for _, size in pages)
    return Plan(market.name, images, size, wish.models, left, warning)


def start(tx: Transaction, dispatcher: Dispatcher, wish: Wish, node: str) -> Job:
    """A job that moves them.

    Raises:
        BadInput: as `look`. Conflict: images of this marketplace are being moved already.
    """
    market = market_of(tx, wish.market, node)
    warning = _check_folder(tx, market, wish, node)
    payload = {
        "market": market.name,
        "folder": str(wish.folder) if wish.folder else None,
        "back": wish.back,
        "models": list(wish.models),
        "adopted": wish.adopted,
    }
    key = f"{CLEAN}:{market.source_id}"
    if (running := jobs.running_with(tx, key)) is not None and running.parameters == payload:
        return running
    catalog = catalogs.source(tx, market.source_id).catalog_id
    job = jobs.create(tx, CLEAN, catalog, payload, priority=Priority.ASKED, exclusive_key=key)
    if warning:
        jobs.merge_result(tx, job.id, {"warning": warning})
    ledger.add(tx, job.id, BatchKind.CLEAN, Lane.IO, payload=payload)
    dispatcher.after(tx, Lane.IO)
    return jobs.get(tx, job.id)


def cleaned(job: Job) -> Effect:
    """The end of such a job: its message."""
    images, size = "image" if job.done == 1 else "images", int(job.result.get("bytes", 0)) / 1e6
    message = f"{job.done:,} {images} moved {'back' if job.parameters.get('back') else 'away'} ({size:,.1f} MB)"
    if job.failed:
        message += f", {job.failed:,} stayed where they are"
    if waiting := job.result.get("leftovers"):
        message += f"; {waiting:,} copies that are not needed any more have still to be removed"
    return lambda _tx, _job: {"message": message}


def _check_folder(tx: Transaction, market: Market, wish: Wish, node: str) -> str | None:
    """A warning where the folder is on the disk that is to be relieved."""
    if wish.back:
        return None
    if not wish.models:
        raise BadInput("No model that is wanted (setting models) is installed or has embedded anything yet.")
    folder = wish.folder
    if folder is None or not _is_there(folder):
        raise BadInput(f"{folder} is no folder that is there: is the backup disk mounted? Nothing was removed.")
    place, own = (folder / market.name).resolve(), _of_backup(tx, market, folder, node)
    for each in catalogs.sources(tx):
        root = Path(names.native(each.root(node))).resolve()
        if each.id != own and (place.is_relative_to(root) or root.is_relative_to(place)):
            raise BadInput(f"{place} and {root}, which is a source, lie within each other.")
    if market.folder.exists() and market.folder.stat().st_dev == folder.stat().st_dev:
        return f"{folder} is on the same disk as {market.folder}: this frees nothing, and it is no backup."
    return None


def _is_there(folder: Path) -> bool:
    """Also False where it cannot be looked at."""
    with suppress(OSError):
        return folder.is_dir()
    return False


def _of_backup(tx: Transaction, market: Market, folder: Path, node: str) -> int | None:
    """The source for a marketplace's images in a backup folder, if there is one yet."""
    wanted_path = (folder / market.name).resolve()
    catalog = catalogs.source(tx, market.source_id).catalog_id
    for each in catalogs.sources(tx, catalog):
        if each.kind == BACKUP and Path(names.native(each.root(node))).resolve() == wanted_path:
            return each.id
    return None


def _live(tx: Transaction, models: Sequence[str]) -> list[Space] | None:
    """The spaces of these models; None where one of them has none, so that nothing can be embedded in all."""
    found = [spaces.live(tx, model) for model in models]
    return None if any(space is None for space in found) else [space for space in found if space is not None]


def _pages(tx: Transaction, market: Market, wish: Wish) -> Iterator[list[Row]]:
    of, source = _live(tx, wish.models), market.source_id
    for after in range(0, relocations.last(tx, source), PAGE):
        if wish.back:
            page = relocations.moved(tx, source, after, PAGE)
        else:
            page = relocations.movable(tx, source, of, after, PAGE, adopted=wish.adopted) if of else []
        if page:
            yield page


class Cleaner:
    """Runs `clean` batches.

    Args:
        store: the database. dispatcher: wakes workers. node: whose views of the folders are used.
    """

    def __init__(self, store: Store, dispatcher: Dispatcher, node: str) -> None:
        self.store, self.dispatcher, self.node = store, dispatcher, node

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """See a leased batch through: the first one finds what is to be done, the others do it.

        Raises:
            BadInput: the other disk cannot be written to, or is not there.
            Interrupted: told to stop before anything was written.
            LeaseLost: somebody else has the batch by now.
        """
        if not batch.items:
            self._plan(batch, _tick(stop))
            return
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            vault = vault_of(tx, self.node)
            found = relocations.files(tx, batch.items)
            marks = [s.id for s in catalogs.sources(tx) if s.kind == BACKUP]
        work = Relocation(self.store, batch, vault, frozenset(marks), _tick(stop))
        work.copy(found)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            work.switch(tx)
            work.remains(relocations.files(tx, batch.items))
        work.drop()
        work.remove()
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            work.close(tx)

    def _plan(self, batch: Batch, tick: Callable[[], None]) -> None:
        payload = batch.payload
        folder = Path(payload["folder"]) if payload["folder"] else None
        models, adopted = tuple(payload["models"]), bool(payload["adopted"])
        wish = Wish(folder, payload["market"], bool(payload["back"]), models, adopted)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            market = market_of(tx, wish.market, self.node)
            _check_folder(tx, market, wish, self.node)
        waiting = sweep(self.store, market.source_id, self.node, tick)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            jobs.merge_result(tx, batch.job_id, {"leftovers": waiting})
            target = None if folder is None or wish.back else _backup(tx, market, folder, self.node)
            images = {row["image_id"] for page in _pages(tx, market, wish) for row in page}
            left = relocations.unfinished(tx, market.source_id)
            parts = [
                group[at : at + PIECE]
                for group in (left, sorted(images.difference(left)))
                for at in range(0, len(group), PIECE)
            ]
            goal = {"to": target, "from": market.source_id}
            ledger.add(tx, batch.job_id, BatchKind.CLEAN, Lane.IO, items=parts, payload=goal)
            ledger.end(tx, batch)
            self.dispatcher.after(tx, Lane.IO)


def _backup(tx: Transaction, market: Market, folder: Path, node: str) -> int:
    """The source in a backup folder, made where there is none; its folder is there and known again by its mark."""
    known, place = _of_backup(tx, market, folder, node), folder / market.name
    if known is not None:
        moving.check_mark(place, known)
        return known
    catalog = catalogs.source(tx, market.source_id).catalog_id
    source = catalogs.add_source(tx, catalog, names.stored(str(place)), kind=BACKUP)
    moving.mark(place, {"source": source.id, "market": market.name, "of": str(catalog)})
    return source.id


def _tick(stop: Callable[[], bool]) -> Callable[[], None]:
    def tick() -> None:
        if stop():
            raise Interrupted("The clean-up was interrupted; what has moved has moved, the rest follows later.")

    return tick
