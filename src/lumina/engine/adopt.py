"""Take over what another program has gathered of a marketplace, so that nothing is computed again.

The folder is read and never written. Everything is written in parts, each whole or not at all, and what is known
already is left as it is: killed anywhere or asked for twice, it comes to the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from lumina.domain.market import Market
from lumina.domain.predecessor import Odd, Summary
from lumina.domain.stage import Lane
from lumina.domain.values import RenditionKind
from lumina.domain.vector_files import MANIFEST
from lumina.domain.vectors import SpaceKind
from lumina.domain.work import Batch, BatchKind, Job, Priority
from lumina.engine.dispatch import Dispatcher
from lumina.engine.export import hash_of
from lumina.engine.guard import without_memory_limit
from lumina.engine.progress import Progress
from lumina.errors import BadInput
from lumina.files import adopted, names
from lumina.files.derived import DerivedStore
from lumina.files.predecessor import values, vectors, words
from lumina.files.predecessor.folder import VECTORS, Files, Kind, linked
from lumina.files.predecessor.reading import Reading, opened
from lumina.files.predecessor.schema import IMAGES
from lumina.files.predecessor.survey import described
from lumina.files.whole_folder import read_manifest
from lumina.store import Store, Transaction, adopting, catalogs, jobs, ledger, spaces
from lumina.store.adopting import AdoptedFile, AdoptedImage
from lumina.store.relocations import ADOPTED

ADOPT = "market-adopt"
FOLDER = "adopted"
"""In the home: reports, and what is needed on the way."""
PIECE = 20_000
"""Rows in one transaction."""
SHOWN = (
    "url",
    "url_full",
    "rank",
    "hex_code",
    "hue",
    "saturation",
    "brightness",
    "full_width",
    "full_height",
    "alt_text",
)
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants taken over.

    Attributes:
        folder: the other program's. copy: files are copied to where downloads go, instead of staying.
        of: what its vectors are of: pictures or cut-outs; None: what they say of themselves, otherwise pictures.
    """

    folder: Path
    copy: bool = False
    of: SpaceKind | None = None


def start(tx: Transaction, dispatcher: Dispatcher, wish: Wish) -> Job:
    """A job that takes a folder over.

    Raises:
        Conflict: another one is being taken over.
    """
    payload = {"folder": str(wish.folder.resolve()), "copy": wish.copy, "of": wish.of and wish.of.value}
    if (running := jobs.running_with(tx, ADOPT)) is not None and running.parameters == payload:
        return running
    job = jobs.create(tx, ADOPT, None, payload, priority=Priority.ASKED, exclusive_key=ADOPT)
    ledger.add(tx, job.id, BatchKind.ADOPT, Lane.IO, payload=payload)
    dispatcher.after(tx, Lane.IO)
    return jobs.get(tx, job.id)


@contextmanager
def going_through(
    home: Path, folder: Path, name: str, dimensions: Mapping[str, int], tick: Callable[[], None]
) -> Iterator[Reading]:
    """A folder that has been gone through; its disagreements are listed in the home.

    Raises:
        BadInput: see `lumina.files.predecessor.reading.opened`; or the home's disk is full.
    """
    scratch, report = home / FOLDER / f".{name}", home / FOLDER / f"{name}.jsonl"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir(parents=True)
        with opened(folder, scratch, report, dimensions, tick) as reading:
            yield reading
    except OSError as error:
        raise BadInput(f"{error.filename or folder}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def look(home: Path, folder: Path, dimensions: Mapping[str, int]) -> Summary:
    """What is there and what does not fit together; nothing is taken over."""
    with going_through(home, folder, f"look-{hash_of(folder)[:8]}", dimensions, lambda: None) as reading:
        words.check(reading)
        for stored, rows in reading.vectors:
            for start in range(0, len(rows.row), PIECE):
                part = slice(start, start + PIECE)
                good = _sound(reading, stored, rows.row[part], rows.place[part])[1]
                reading.summary.embedded[_name(stored)] -= int((~good).sum())
    return reading.summary


def _said_of(folder: Path) -> str:
    """What an export that lies there says its vectors are of."""
    said = read_manifest(folder / VECTORS / MANIFEST).get("of")
    return SpaceKind.CUTOUT.value if said == SpaceKind.CUTOUT.value else SpaceKind.IMAGE.value


def _name(stored: vectors.Stored) -> str:
    return stored.model + (":text" if stored.text else "")


def _sound(
    reading: Reading, stored: vectors.Stored, rows: Ids, places: Ids
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The vectors of some rows, and which of them mean something; the others are listed."""
    matrix = stored.at(rows)
    good = vectors.sound(matrix)
    survey = reading.survey
    for at in np.flatnonzero(~good).tolist():
        place, row = int(places[at]), int(rows[at])
        detail = f"{stored.name}, row {row}: not finite, or only zeros"
        reading.notes(Odd.VECTOR_BAD, detail, int(survey.listing[place]), int(survey.remote[place]))
    return matrix, good


class Adopter:
    """Runs `adopt` batches.

    Args:
        store: the database. derived: where cut-outs are known.
        home: where reports go.
        dimensions: model -> numbers of its vectors.
        versions: stage -> version, of all stages.
        market: the marketplace that everything becomes part of, made where it is not there.
    """

    def __init__(
        self,
        store: Store,
        derived: DerivedStore,
        home: Path,
        dimensions: Mapping[str, int],
        versions: Mapping[str, int],
        market: Callable[[Transaction], Market],
    ) -> None:
        self.store, self.derived, self.home = store, derived, home
        self.dimensions, self.versions, self.market = dimensions, versions, market

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Take a folder over.

        Raises:
            BadInput: it is no such folder, damaged, never at rest, or our disk is full.
            Interrupted: told to stop; what is taken over stays, the rest follows later.
        """
        payload = batch.payload
        folder = Path(payload["folder"])
        wish = Wish(folder, bool(payload["copy"]), SpaceKind(payload["of"] or _said_of(folder)))
        progress = Progress(self.store, batch, stop, "adoption", 1)
        name, tick = str(batch.job_id), progress.check
        with without_memory_limit(), going_through(self.home, wish.folder, name, self.dimensions, tick) as reading:
            progress.total = len(reading.survey.row) + sum(len(rows.row) for _, rows in reading.vectors)
            work = _Adopting(self, batch, wish, reading, progress)
            work.begin()
            work.words()
            work.images()
            work.take_vectors()
        summary = reading.summary
        with self.store.transaction() as tx:
            adopting.refresh(tx)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            jobs.reach(tx, batch.job_id, progress.total, progress.total)
            jobs.merge_result(tx, batch.job_id, {"message": summary.message, **summary.document()})
            ledger.end(tx, batch)


class _Adopting:
    """One adoption under way."""

    def __init__(self, adopter: Adopter, batch: Batch, wish: Wish, reading: Reading, progress: Progress) -> None:
        self.adopter, self.batch, self.wish = adopter, batch, wish
        self.reading, self.progress = reading, progress
        self.store, self.versions = adopter.store, adopter.versions

    def begin(self) -> None:
        """The marketplace, and the source that the folder is."""
        with self.store.transaction() as tx:
            ledger.hold(tx, self.batch)
            self.market = self.adopter.market(tx)
            self.catalog = catalogs.source(tx, self.market.source_id).catalog_id
            self.sources = {self.wish.folder: self._source(tx, self.wish.folder)} if not self.wish.copy else {}
            self._places: dict[str, tuple[Path, str]] = {}

    def _source(self, tx: Transaction, root: Path) -> int:
        """The source that a folder is, made where it is not there."""
        path = names.stored(str(root))
        there = [each for each in catalogs.sources(tx, self.catalog) if each.path == path]
        return (there or [catalogs.add_source(tx, self.catalog, path, kind=ADOPTED)])[0].id

    def words(self) -> None:
        """Shops, listings, their history, reviews."""
        reading = self.reading
        shops, listings = set[int](), set[int]()
        self._fill("shop", words.SHOP, words.shops(reading), shops)
        self._fill("shop_state", words.SHOP_STATE, words.shop_states(reading, shops))
        self._fill("listing", words.LISTING, words.listings(reading), listings)
        self._fill("listing_state", words.LISTING_STATE, words.listing_states(reading, listings))
        self._fill("review", words.REVIEW, words.reviews(reading))

    def _fill(
        self, table: str, columns: Sequence[str], rows: Iterator[Sequence[object]], seen: set[int] | None = None
    ) -> None:
        while part := list(islice(rows, PIECE)):
            self.progress.check()
            if seen is not None:
                seen.update(int(str(row[0])) for row in part)
            ready = ((self.market.source_id, *(_column(value) for value in row)) for row in part)
            with self.store.transaction() as tx:
                ledger.hold(tx, self.batch)
                adopting.fill(tx, table, ("source_id", *columns), ready)

    def images(self) -> None:
        """Images with their files and cut-outs; the ledger says what need not be done again."""
        survey = self.reading.survey
        files = Files(self.reading.connection)
        place = 0
        for part in described(self.reading.connection, self.reading.tables[IMAGES], SHOWN):
            kept = []
            for row in part:
                if place < len(survey.row) and survey.row[place] == row[0]:
                    kept.append((place, row[1:]))
                    place += 1
            for start in range(0, len(kept), PIECE):
                self._piece(kept[start : start + PIECE], files)

    def _piece(self, kept: Sequence[tuple[int, tuple[Any, ...]]], files: Files) -> None:
        self.progress.check()
        self._own = self._owned([place for place, _ in kept]) if self.wish.copy else set()
        found = [self._image(place, row, files) for place, row in kept]
        with self.store.transaction() as tx:
            ledger.hold(tx, self.batch)
            ids, here = adopting.images(tx, self.market.source_id, self.catalog, [image for image, _ in found])
            cut = {
                int(number): (image.cutout, size)
                for number, (image, size) in zip(ids.tolist(), found, strict=True)
                if image.cutout is not None
            }
            adopting.cutouts(tx, cut)
            cut_ids = np.intersect1d(np.array(sorted(cut), np.int64), here)
            stages = {"download": here, "cutout": cut_ids}
            adopting.done(tx, {name: (self.versions[name], of) for name, of in stages.items() if name in self.versions})
        self.progress.done += len(kept)

    def _owned(self, places: Sequence[int]) -> set[tuple[int, int]]:
        """What has been fetched by us: nothing is copied over it."""
        survey = self.reading.survey
        with self.store.transaction() as tx:
            return adopting.own(tx, self.market.source_id, survey.listing[places], survey.remote[places])

    def _image(self, place: int, row: tuple[Any, ...], files: Files) -> tuple[AdoptedImage, int]:
        """An image, and the size of its cut-out."""
        survey = self.reading.survey
        listing, remote = int(survey.listing[place]), int(survey.remote[place])
        file = (
            self._file(files.get(Kind.PICTURE, listing, remote), listing, remote) if survey.downloaded[place] else None
        )
        cut = files.get(Kind.CUTOUT, listing, remote) if survey.cut_out[place] and file is not None else None
        key = None if cut is None else self._cutout(cut)
        said = dict(zip(SHOWN, row, strict=True))
        shown = (
            values.text(said["url"]) or "",
            *(values.text(said[name]) for name in ("url_full", "hex_code")),
            *(values.number(said[name], 32_767) for name in ("hue", "saturation", "brightness")),
            *(values.number(said[name]) for name in ("full_width", "full_height")),
            values.text(said["alt_text"]),
        )
        image = AdoptedImage(listing, remote, int(survey.rank[place]), bool(survey.primary[place]), shown, file, key)
        return image, 0 if cut is None else int(cut[1])

    def _file(self, found: tuple[Any, ...] | None, listing: int, remote: int) -> AdoptedFile | None:
        if found is None or (listing, remote) in self._own:
            return None
        path, size, modified, device, inode = found
        if not self.wish.copy:
            source, path = self._lies(path)
            return AdoptedFile(source, path, adopted.claimed(path).value, size, modified, device, inode)
        old = self.wish.folder / names.native(path)
        path = f"{listing % 1000}/{listing}/{remote}{old.suffix.lower()}"
        stat = adopted.take(old, self.market.folder / path)
        self.progress.check()
        return AdoptedFile(
            self.market.source_id, path, adopted.claimed(path).value,
            stat.st_size, stat.st_mtime_ns, stat.st_dev, stat.st_ino,
        )  # fmt: skip

    def _lies(self, path: str) -> tuple[int, str]:
        """Source and stored path of a file; folders on other disks that are linked are sources of their own."""
        above, _, name = names.native(path).rpartition("/")
        if above not in self._places:
            self._places[above] = linked(self.wish.folder, f"{above}/")
        root, rest = self._places[above]
        if root not in self.sources:
            with self.store.transaction() as tx:
                ledger.hold(tx, self.batch)
                self.sources[root] = self._source(tx, root)
        return self.sources[root], names.stored(f"{rest}{name}")

    def _cutout(self, found: tuple[Any, ...]) -> bytes:
        """Have a cut-out known in the derived store; its name is made from where it lies and how it is."""
        path = self.wish.folder / names.native(found[0])
        key = blake3(f"{path}\0{found[1]}\0{found[2]}".encode("utf-8", "surrogateescape")).digest(length=16)
        place = self.adopter.derived.path(RenditionKind.CUTOUT, key)
        if self.wish.copy:
            adopted.take(path, place)
        else:
            adopted.link(place, path)
        return key

    def take_vectors(self) -> None:
        """Vectors, in the order of the index: those of all models for the same images at once."""
        of = {(each.model, each.text): (each, rows) for each, rows in self.reading.vectors}
        numbers = self._numbers()
        last = max((int(rows.row[-1]) for _, rows in of.values() if len(rows.row)), default=-1)
        for start in range(0, last + 1, PIECE):
            self.progress.check()
            parts = []
            for stored, rows in of.values():
                begin, end = np.searchsorted(rows.row, [start, start + PIECE])
                if begin < end:
                    parts.append(self._vectors(stored, rows.row[begin:end], rows.place[begin:end], numbers))
            self._save(parts)

    def _numbers(self) -> Ids:
        """Lumina's numbers of the images, by their place."""
        with self.store.transaction() as tx:
            listing, remote, image = adopting.numbers(tx, self.market.source_id)
        place = self.reading.survey.keys.find(listing, remote)
        found = np.zeros(len(self.reading.survey.row), np.int64)
        found[place[place >= 0]] = image[place >= 0]
        return found

    def _vectors(
        self, stored: vectors.Stored, rows: Ids, places: Ids, numbers: Ids
    ) -> tuple[vectors.Stored, Ids, NDArray[np.float32]]:
        matrix, good = _sound(self.reading, stored, rows, places)
        self.reading.summary.embedded[_name(stored)] -= int((~good).sum())
        self.progress.done += len(rows)
        ids = numbers[places]
        good &= ids > 0
        return stored, ids[good], matrix[good]

    def _save(self, parts: Sequence[tuple[vectors.Stored, Ids, NDArray[np.float32]]]) -> None:
        if not parts:
            return
        with self.store.transaction() as tx:
            ledger.hold(tx, self.batch)
            adopting.lock(tx, np.unique(np.concatenate([ids for _, ids, _ in parts])))
            stages = {}
            for stored, ids, matrix in parts:
                kind = SpaceKind.TEXT if stored.text else (self.wish.of or SpaceKind.IMAGE)
                stage = f"embed:{stored.model}" + ("" if kind is SpaceKind.IMAGE else f":{kind.value}")
                if stage in self.versions:
                    version = self.versions[stage]
                    space = spaces.get_or_create(tx, stored.model, version, matrix.shape[1], kind)
                    adopting.add_vectors(tx, space, ids, matrix)
                    stages[stage] = (version, ids)
            adopting.done(tx, stages)


def _column(value: object) -> object:
    return adopting.array(value) if isinstance(value, list) else value
