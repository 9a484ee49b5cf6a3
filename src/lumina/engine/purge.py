"""Remove what a marketplace's terms do not let one keep: rows, and the files that were fetched or made.

Files go first and their rows afterwards, in one transaction for each hundred images: after a crash they are found and
removed once more. What cannot be reached now (a disk that is away) is left with its rows, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from lumina.domain.market import Downloaded
from lumina.errors import NotFound
from lumina.files import names
from lumina.files.derived import DerivedStore
from lumina.files.vault import Vault
from lumina.remote.images.place import PART
from lumina.store import Store, Transaction, catalogs, downloads, removals, taxonomy
from lumina.store.inputs import Input
from lumina.store.markets import BACKUP, SOURCE
from lumina.store.removals import Doomed, DoomedImage

PIECE = 100


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
        done: Counter[str] = Counter()
        with self.store.transaction() as tx:
            removals.unfollow(tx, doomed)
            if not any(asdict(removals.counts(tx, doomed)).values()):
                return done
            entry = removals.begin(tx, doomed.source_id, what)
        after: int | None = 0
        while after is not None and not stop():
            with self.store.transaction() as tx:
                taxonomy.hold_tree(tx)
                removals.doubt(tx, doomed, after, PIECE, self._places(tx))
            with self.store.transaction() as tx:
                after = self._piece(tx, doomed, after, done)
                removals.count(tx, entry, done)
        if after is None:
            with self.store.transaction() as tx:
                done.update({name: n for name, n in asdict(removals.remove_rows(tx, doomed)).items() if n})
                removals.count(tx, entry, done, ended=True)
                if doomed.everything and doomed.source_id in (places := self._places(tx)):
                    _sweep(places[doomed.source_id][0].root(doomed.source_id) / PART, self.home)
        return done

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
            if folder.is_dir() or folder.is_relative_to(self.home):
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
