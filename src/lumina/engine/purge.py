"""Remove what a marketplace's terms do not let one keep: rows, and the files that were fetched or made.

Files go first and their rows afterwards, in one transaction for each hundred images: after a crash they are found and
removed once more. What cannot be reached now (a disk that is away) is left with its rows, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lumina.domain.market import Downloaded
from lumina.errors import NotFound
from lumina.files import moving, names
from lumina.files.derived import DerivedStore
from lumina.files.vault import Vault
from lumina.remote.images.place import PART
from lumina.store import Store, Transaction, catalogs, downloads, removals, taxonomy
from lumina.store.inputs import Input
from lumina.store.markets import BACKUP, SOURCE
from lumina.store.removals import Doomed, DoomedImage

PIECE = 100


@dataclass(slots=True)
class Removal:
    """How far a removal is.

    Attributes:
        entry: its line in the journal. images: how many there were at its beginning.
        after: images up to this number have had their turn; None: all. done: how much was removed.
    """

    entry: int
    images: int
    after: int | None = 0
    done: Counter[str] = field(default_factory=Counter)


class Log:
    """Where else a removal is written down, in its own transactions; this one does nothing."""

    def hold(self, tx: Transaction) -> None:
        """Before anything is changed."""

    def told(self, tx: Transaction, removal: Removal) -> None:
        """How far it is when this transaction ends."""


@dataclass(frozen=True, slots=True)
class Purger:
    """Removes.

    Attributes:
        home: files below it were fetched by Lumina, and may go. writable: so may files elsewhere (an adopted folder).
        node: whose view of folders is meant.
    """

    store: Store
    derived: DerivedStore
    home: Path
    node: str
    writable: bool = False

    def purge(self, doomed: Doomed, what: str, stop: Callable[[], bool] = lambda: False) -> Mapping[str, int]:
        """Remove, and write down how much: listings, images, files, bytes, shops, reviews; files left where they are.

        Args:
            doomed: what.
            what: the same as a sentence, for the journal.
            stop: looked at between pieces; what is left goes the next time.
        """
        removal = self.go_on(doomed, what, stop)
        return Counter[str]() if removal is None else removal.done

    def go_on(
        self, doomed: Doomed, what: str, stop: Callable[[], bool], begun: Removal | None = None, log: Log | None = None
    ) -> Removal | None:
        """The same, from where a removal was that has begun; returns how far it is now, None: there is nothing."""
        log = log or Log()
        removal = begun or self._begin(doomed, what, log)
        if removal is None:
            return None
        while removal.after is not None and not stop():
            with self.store.transaction() as tx:
                log.hold(tx)
                taxonomy.hold_tree(tx)
                removals.doubt(tx, doomed, removal.after, PIECE, self._places(tx))
            with self.store.transaction() as tx:
                log.hold(tx)
                removal.after = self._piece(tx, doomed, removal.after, removal.done)
                removals.count(tx, removal.entry, removal.done)
                if removal.after is not None:
                    log.told(tx, removal)
        if removal.after is None:
            self._end(doomed, removal, log)
        return removal

    def _begin(self, doomed: Doomed, what: str, log: Log) -> Removal | None:
        with self.store.transaction() as tx:
            log.hold(tx)
            removals.unfollow(tx, doomed)
            counts = removals.counts(tx, doomed)
            if not any(asdict(counts).values()):
                return None
            removal = Removal(removals.begin(tx, doomed.source_id, what), counts.images)
            log.told(tx, removal)
        return removal

    def _end(self, doomed: Doomed, removal: Removal, log: Log) -> None:
        """Rows without files."""
        with self.store.transaction() as tx:
            log.hold(tx)
            removal.done.update({name: n for name, n in asdict(removals.remove_rows(tx, doomed)).items() if n})
            removals.count(tx, removal.entry, removal.done, ended=True)
            log.told(tx, removal)
            if doomed.everything and doomed.source_id in (places := self._places(tx)):
                _sweep(places[doomed.source_id][0].root(doomed.source_id) / PART, self.home)

    def _piece(self, tx: Transaction, doomed: Doomed, after: int, done: Counter[str]) -> int | None:
        """The next images; returns the number of the last one, None where there are no more."""
        taxonomy.hold_tree(tx)  # comes before locks on images
        found = removals.images(tx, doomed, after, PIECE)
        if not found:
            return None
        places = self._places(tx)
        gone = [image.image_id for image in found if self._unlink(image, places, done)]
        for each in removals.derived(tx, gone):
            self.derived.path(each.kind, each.key).unlink(missing_ok=True)
        removals.remove_images(tx, gone)
        done["images"] += len(gone)
        return found[-1].image_id

    def _places(self, tx: Transaction) -> dict[int, tuple[Vault, bool]]:
        """Source -> its folder as this node sees it, and whether files may be removed there."""
        roots = catalogs.roots(tx, self.node)
        kinds = {source.id: source.kind for source in catalogs.sources(tx)}
        found = {}
        for source, root in roots.items():
            folder = Path(names.native(root))
            ours = kinds.get(source) == BACKUP or (kinds.get(source) == SOURCE and folder.is_relative_to(self.home))
            is_there = folder.is_dir() or folder.is_relative_to(self.home)
            if is_there and (kinds.get(source) != BACKUP or moving.is_marked(folder, source)):
                found[source] = (Vault({source: folder}), ours or self.writable)
        return found

    def _unlink(self, image: DoomedImage, places: Mapping[int, tuple[Vault, bool]], done: Counter[str]) -> bool:
        """Remove an image's files; False where one of them cannot be reached now."""
        if any(source not in places for source, _ in image.files):
            done["unreachable"] += 1
            return False
        try:
            for source, path in sorted({*image.files, *self._without_row(image, places)}):
                vault, may_go = places[source]
                done.update(_removed(vault, source, path) if may_go else {"files left": 1})
        except (OSError, NotFound):
            done["unreachable"] += 1
            return False
        return True

    def _without_row(self, image: DoomedImage, places: Mapping[int, tuple[Vault, bool]]) -> list[tuple[int, str]]:
        """Downloads of an image whose process was killed before it could write that they are there."""
        vault, _ = places.get(image.source_id, (None, False))
        if vault is None or not vault.root(image.source_id).is_relative_to(self.home):
            return []
        folder = vault.root(image.source_id) / image.folder
        try:
            found = [path.name for path in folder.iterdir() if path.stem == image.stem and path.is_file()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [(image.source_id, f"{image.folder}/{name}".lstrip("/")) for name in found]

    def too_late(self, tx: Transaction, results: Sequence[tuple[Input, Downloaded]]) -> None:
        """Remove what was fetched of images that have been removed meanwhile."""
        places = self._places(tx)
        for source, path in downloads.void(tx, results):
            vault, may_go = places.get(source, (None, False))
            if vault is not None and may_go:
                with suppress(OSError, NotFound):
                    _removed(vault, source, path)


def sentence(done: Mapping[str, int]) -> str:
    """How much was removed, for people."""
    words = ("listings", "images", "files", "shops", "reviews")
    text = ", ".join(f"{done[word]:,} {word}" for word in words if done.get(word)) or "Nothing"
    more = f" ({done['bytes'] / 1e6:,.1f} MB)" if done.get("bytes") else ""
    left = f" {done['files left']:,} files stay where they are: they lie outside of Lumina's home." if done.get(
        "files left"
    ) else ""  # fmt: skip
    away = (
        f" {done['unreachable']:,} images stay: their disk is away, or their files cannot be removed."
        if done.get("unreachable")
        else ""
    )
    return f"Removed: {text}{more}.{left}{away}" if text != "Nothing" or left or away else "Nothing to remove."


def _removed(vault: Vault, source_id: int, path: str) -> dict[str, int]:
    """Remove one file, and its folder where that is empty now."""
    file = vault.path(source_id, path)
    try:
        size = file.lstat().st_size
        file.unlink()
    except FileNotFoundError:
        return {}
    _tidy(file.parent, vault.root(source_id))
    return {"files": 1, "bytes": size}


def _sweep(folder: Path, home: Path) -> None:
    """Remove what downloads have left behind that were killed half-way."""
    if folder.is_relative_to(home) and folder.is_dir():
        for path in folder.iterdir():
            path.unlink(missing_ok=True)
        _tidy(folder, folder.parent)


def _tidy(folder: Path, root: Path) -> None:
    while folder != root:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def describe(doomed: Doomed) -> str:
    """What is removed, as a sentence of the journal."""
    parts: Sequence[str] = [
        *([f"listing {doomed.listing_id}"] if doomed.listing_id is not None else []),
        *([f"shop {doomed.shop_id}"] if doomed.shop_id is not None else []),
        *(["what has expired"] if doomed.expired else []),
    ]
    return " and ".join(parts) if parts else "everything"
