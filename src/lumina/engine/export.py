"""Write a marketplace's vectors to files for other programs, and make sure of what was written."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from lumina.domain.market import Market
from lumina.domain.stage import Lane
from lumina.domain.vector_files import INDEX, MANIFEST, file_name, wanted
from lumina.domain.vectors import Space, SpaceKind
from lumina.domain.work import Batch, BatchKind, Job, Priority
from lumina.engine.dispatch import Dispatcher
from lumina.engine.guard import without_memory_limit
from lumina.engine.progress import Progress
from lumina.errors import BadInput
from lumina.files import names
from lumina.files.vector_files import VectorFile, VectorWriter
from lumina.files.whole_folder import WholeFolder
from lumina.store import Store, Transaction, catalogs, exporting, jobs, ledger, markets, vectors
from lumina.store.exporting import Rows

EXPORT = "market-export"
PIECE = 8_192
"""Vectors in memory at a time."""
SAMPLE = 1_000
"""Rows of each file that are compared with the database."""
CLOSE = 1e-5
"""How far a number may be from the database's: what rounding to single precision leaves."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants written.

    Attributes:
        folder: where to. models: names; None: the wanted ones that have vectors. market: name; None: the only one.
        of: vectors of the pictures or of their cut-outs.
    """

    folder: Path
    models: tuple[str, ...] | None = None
    market: str | None = None
    of: SpaceKind = SpaceKind.IMAGE


@dataclass(frozen=True, slots=True)
class Choice:
    """What will be written: a marketplace's vectors in these spaces."""

    market: Market
    spaces: tuple[Space, ...]

    def bytes(self, rows: int) -> int:
        """About how much room so many rows need."""
        return rows * (4 * sum(space.dimensions for space in self.spaces) + 40)


def market_of(tx: Transaction, name: str | None, node: str = "") -> Market:
    """The marketplace of this name; without one the only one, or Etsy of several.

    Raises:
        BadInput: there is none, or it is not clear which.
    """
    known = {market.name: market for market in markets.every(tx, node)}
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    found = known.get(name or "etsy")
    if found is None:
        names = ", ".join(known) or "none yet"
        raise BadInput(f"There is no marketplace {name!r}; there is: {names}." if name else f"Name one of: {names}.")
    return found


def choose(tx: Transaction, wish: Wish, setting: Sequence[str]) -> Choice:
    """Which files a wish means.

    Raises:
        BadInput: nothing has been embedded, or not by a model that was named.
    """
    market = market_of(tx, wish.market)
    there = exporting.in_use(tx, market.source_id, (wish.of, SpaceKind.TEXT))
    pictures = {space.model for space in there if space.kind is wish.of}
    models = list(wish.models) if wish.models is not None else wanted(setting, pictures) or sorted(pictures)
    if strange := [model for model in models if model not in pictures]:
        raise BadInput(f"{strange[0]} has embedded no {_WHAT[wish.of]} of {market.name}; there is: {_list(pictures)}.")
    if not models:
        raise BadInput(f"No model has embedded any {_WHAT[wish.of][:-1]} of {market.name} yet.")
    chosen = [space for model in models for space in there if space.model == model]
    return Choice(market, tuple(sorted(chosen, key=lambda space: space.kind is SpaceKind.TEXT)))


_WHAT = {SpaceKind.IMAGE: "pictures", SpaceKind.CUTOUT: "cut-outs"}


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def start(tx: Transaction, dispatcher: Dispatcher, wish: Wish, setting: Sequence[str]) -> Job:
    """A job that writes what is wished.

    Raises:
        BadInput: see `choose` and `check_place`.
        Conflict: another export is being written there. The same one is joined.
    """
    choice, folder = choose(tx, wish, setting), check_place(tx, wish.folder)
    models = list(dict.fromkeys(space.model for space in choice.spaces))
    payload = {"folder": str(folder.folder), "models": models, "market": choice.market.name, "of": wish.of.value}
    key = f"{EXPORT}:{hash_of(folder.folder)}"
    if (running := jobs.running_with(tx, key)) is not None and running.parameters == payload:
        return running
    job = jobs.create(tx, EXPORT, None, payload, priority=Priority.ASKED, exclusive_key=key)
    ledger.add(tx, job.id, BatchKind.EXPORT, Lane.IO, payload=payload)
    dispatcher.after(tx, Lane.IO)
    return jobs.get(tx, job.id)


def check_place(tx: Transaction, folder: Path) -> WholeFolder:
    """Where an export goes.

    Raises:
        BadInput: it is no folder, holds other things, or lies in a source: there nothing is written.
    """
    found = WholeFolder(folder, MANIFEST)
    for source in catalogs.sources(tx):
        root = Path(names.native(source.path)).resolve()
        if found.folder.is_relative_to(root) or root.is_relative_to(found.folder):
            raise BadInput(f"{found.folder} and {root}, which is a source, lie within each other.")
    found.check()
    return found


def hash_of(path: Path) -> str:
    """A folder as part of a key, which must not be long."""
    return blake3(str(path).encode("utf-8", "surrogateescape")).hexdigest(length=16)


class Exporter:
    """Runs `export` batches. Whatever happens, the folder holds the old export or the new one, whole."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Write all files beside the folder, check them, and let them take its place.

        Raises:
            BadInput: the disk is full, the folder cannot be written to, or what was written is not what it should be.
            Interrupted: told to stop; nothing is left behind.
        """
        payload = batch.payload
        wish = Wish(Path(payload["folder"]), tuple(payload["models"]), payload["market"], SpaceKind(payload["of"]))
        folder = WholeFolder(wish.folder, MANIFEST)
        beside = folder.begin()
        try:
            with _explained(wish.folder), without_memory_limit():
                manifest = self._fill(batch, stop, wish, beside)
            with self.store.transaction() as tx:
                ledger.hold(tx, batch)
                folder.finish(beside, manifest)
                jobs.merge_result(tx, batch.job_id, _result(wish.folder, manifest))
                ledger.end(tx, batch)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def _fill(self, batch: Batch, stop: Callable[[], bool], wish: Wish, beside: Path) -> dict[str, Any]:
        with self.store.transaction() as tx:
            exporting.freeze(tx)
            choice = choose(tx, wish, ())
            rows = exporting.rows(tx, choice.market.source_id, choice.spaces)
            if not len(rows.image_id):
                raise BadInput("No image has a vector of every one of these models yet.")
            _check_room(beside, choice.bytes(len(rows.image_id)))
            total = len(rows.image_id) * len(choice.spaces)
            progress = Progress(self.store, batch, stop, "export of vectors", total)
            _write_index(beside / INDEX, rows)
            files = {}
            for space in choice.spaces:
                name = file_name(space.model, space.kind)
                checksum = write_vectors(tx, beside / name, space, rows, progress)
                files[name] = _described(space, checksum)
            images = exporting.images(tx, choice.market.source_id)
            verify(tx, beside, choice, len(rows.image_id))
        return {
            "market": choice.market.name,
            "of": wish.of.value,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows": len(rows.image_id),
            "images": images,
            "index": INDEX,
            "files": files,
        }


def write_vectors(tx: Transaction, path: Path, space: Space, rows: Rows, progress: Progress) -> str:
    """One file: the vectors of these images in this space, of length 1, in this order; returns its BLAKE3.

    Raises:
        OSError: it cannot be written. Interrupted: told to stop.
    """
    writer = VectorWriter(path, space.dimensions, len(rows.image_id))
    try:
        for start in range(0, len(rows.image_id), PIECE):
            progress.check()
            ids, halves = vectors.load(tx, space, rows.image_id[start : start + PIECE])
            assert np.array_equal(ids, rows.image_id[start : start + PIECE]), "one moment, one set of images"
            writer.add(_unit(halves))
            progress.done += len(ids)
        return writer.close()
    finally:
        writer.drop()


def _unit(halves: NDArray[np.floating]) -> NDArray[np.float32]:
    matrix = halves.astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix


def _write_index(path: Path, rows: Rows) -> None:
    """A line for each row, so that people can look at it too."""
    with path.open("x", encoding="ascii") as file:
        for start in range(0, len(rows.image_id), PIECE):
            part = slice(start, start + PIECE)
            pairs = zip(rows.listing_id[part].tolist(), rows.remote_id[part].tolist(), strict=True)
            file.write((",\n" if start else "[\n") + ",\n".join(f"[{listing},{image}]" for listing, image in pairs))
        file.write("\n]\n")
        file.flush()
        os.fsync(file.fileno())


def verify(tx: Transaction, folder: Path, choice: Choice, rows: int, seed: int = 0) -> None:
    """Read back what was written, as anybody would, and compare it with the database.

    Raises:
        BadInput: a file is not what it should be; the message says which and how.
    """
    index = np.array(json.loads((folder / INDEX).read_bytes()), np.int64).reshape(-1, 2)
    if len(index) != rows:
        raise BadInput(f"{INDEX} has {len(index):,} rows, not {rows:,}.")
    picked = np.sort(np.random.default_rng(seed).choice(rows, min(SAMPLE, rows), replace=False))
    images = exporting.numbered(tx, choice.market.source_id, index[picked, 0], index[picked, 1])
    for space in choice.spaces:
        name = file_name(space.model, space.kind)
        file = VectorFile(folder / name)
        if (file.rows, file.dimensions) != (rows, space.dimensions):
            raise BadInput(
                f"{name} holds {file.rows:,} x {file.dimensions}, where {rows:,} x {space.dimensions} were meant."
            )
        _compare(tx, name, space, file.at(picked), images)


def _compare(tx: Transaction, name: str, space: Space, found: NDArray[np.float32], images: NDArray[np.int64]) -> None:
    ids, halves = vectors.load(tx, space, images)
    order = np.searchsorted(ids, images)
    known = len(ids) and (order < len(ids)).all() and np.array_equal(ids[order], images)
    if len(images) and not (known and np.abs(found - _unit(halves)[order]).max() < CLOSE):
        raise BadInput(f"{name} does not hold the database's vectors in the order of {INDEX}.")


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BadInput(f"The export needs {needed / 1e6:,.2f} MB, and {folder.parent} has {free / 1e6:,.2f} MB free.")


def _described(space: Space, checksum: str) -> dict[str, Any]:
    return {
        "model": space.model,
        "version": space.version,
        "kind": space.kind.value,
        "dimensions": space.dimensions,
        "blake3": checksum,
    }


def _result(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    files = manifest["files"]
    left = manifest["images"] - manifest["rows"]
    more = f"; {left:,} lack a vector of one of them" if left else ""
    message = f"{manifest['rows']:,} images in {len(files)} files, verified{more}"
    return {"message": message, "folder": str(folder), **manifest}


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """A disk that cannot be written to ends the job: trying again by itself would not help."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            f"{folder} cannot be written: {error.strerror or error}; what was there is as before."
        ) from error
