"""Decode pictures at full size, to tell copies with the same pixels from copies that only look the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Protocol

import numpy as np
from blake3 import blake3

from lumina.domain.duplicates import Tier
from lumina.domain.picture import Picture, PictureError
from lumina.domain.stage import Lane
from lumina.domain.values import FileFormat
from lumina.domain.work import Batch, BatchKind
from lumina.engine.dispatch import Dispatcher
from lumina.engine.guard import time_limit
from lumina.engine.identity import identities
from lumina.store import Store, Transaction, features, inputs, ledger
from lumina.store.bulk import Columns
from lumina.store.inputs import Input

LOSSLESS = frozenset({FileFormat.PNG, FileFormat.TIFF, FileFormat.BMP, FileFormat.GIF, FileFormat.WEBP, FileFormat.JXL})
"""Formats that can hold pixels as they are."""
OPTIMISED, SAME_QUALITY = 1.5, 0.5
"""How much larger a JPEG may be whose codes are not optimised; by how much estimates of one quality may differ."""
WHOLE = 1 << 20
"""Pixels of the longer side: more than any picture has."""


class Open(Protocol):
    """How the masters are opened: as `lumina.bootstrap` does."""

    def __call__(self, tx: Transaction, proxies: bool, /) -> Callable[[Input], Picture]:
        """Gives the function that opens one."""


def wanted(images: Columns, edges: Columns) -> list[int]:
    """Images whose pixels decide whether they are the same as another's.

    These look the same (one face, or an edge of tier pixels), have the same size and an encoding that allows it, and
    are not known to be identical. Of identical ones one stands for all.

    Args:
        images: `features.load_images`.
        edges: of the run.
    """
    rows = np.flatnonzero((images["face"] != 0) & (images["width"] > 0) & ~images["video"])
    faces, face = np.unique(images["face"][rows], return_inverse=True)
    close = (edges["tier"] == Tier.PIXELS) & np.isin(edges["a"], faces) & np.isin(edges["b"], faces)
    look = _linked(len(faces), *(np.searchsorted(faces, edges[end][close]) for end in "ab"))[face]
    company = np.bincount(look, minlength=len(faces))[look] > 1
    rows, look, identity = rows[company], look[company], identities(images)[rows[company]]
    alike: defaultdict[tuple[int, int, int], dict[int, int]] = defaultdict(dict)
    columns = (look, images["width"][rows], images["height"][rows], identity, rows)
    for seen, width, height, same, row in zip(*(column.tolist() for column in columns), strict=True):
        alike[seen, width, height].setdefault(same, row)
    chosen = {row for members in alike.values() if len(members) > 1 for row in _may_be_same(images, members.values())}
    return sorted(images["id"][row] for row in sorted(chosen))


def _may_be_same(images: Columns, rows: Iterable[int]) -> Iterator[int]:
    """Those whose encoding allows that their pixels are the same as another's.

    One that can be lossless may hold the pixels of any other; two JPEGs have the same pixels only where one is the
    other with its codes optimised, so with the same quality and nearly the same size. Camera RAW is only itself.
    """
    kinds: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        kinds[_kind(images, row)].append(row)
    kinds.pop("raw", None)
    if "lossless" in kinds and sum(map(len, kinds.values())) > 1:
        for members in kinds.values():
            yield from members
        return
    jpegs = sorted(kinds["jpeg"], key=lambda row: (images["quality"][row], images["size"][row], row))
    for first, second in pairwise(jpegs):
        near = images["size"][second] <= OPTIMISED * images["size"][first]
        if near and abs(images["quality"][second] - images["quality"][first]) < SAME_QUALITY:
            yield from (first, second)


def _kind(images: Columns, row: int) -> str:
    place = int(images["family"][row])
    format_ = FileFormat(features.FORMATS[place - 1]) if place else FileFormat.UNKNOWN
    if format_.is_raw:
        return "raw"
    return "jpeg" if format_ is FileFormat.JPEG else "lossless" if format_ in LOSSLESS else "lossy"


def _linked(count: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A number for each of `count` things, the same for those that are linked, directly or by way of others."""
    least = np.arange(count)
    while True:
        before = least.copy()
        np.minimum.at(least, a, before[b])
        np.minimum.at(least, b, before[a])
        least = least[least]
        if np.array_equal(least, before):
            return least


class PixelHasher:
    """Runs `pixels` batches."""

    def __init__(self, store: Store, dispatcher: Dispatcher, open_pictures: Open, *, item_seconds: float) -> None:
        self.store = store
        self.dispatcher = dispatcher
        self.open_pictures = open_pictures
        self.item_seconds = item_seconds

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Hash the pixels of the batch's images; what is left when told to stop becomes a batch of its own."""
        with self.store.transaction() as tx:
            sources = inputs.load(tx, batch.items)
            open_picture = self.open_pictures(tx, False)
        found: list[tuple[int, bytes, bytes | None]] = []
        done: set[int] = set(batch.items) - {source.image_id for source in sources}
        for source in sources:
            if stop():
                break
            with time_limit(self.item_seconds):
                found += self._hash(open_picture, source)
            done.add(source.image_id)
        left = [image for image in batch.items if image not in done]
        with self.store.transaction() as tx:
            self._save(tx, batch, found, left)

    def _hash(self, open_picture: Callable[[Input], Picture], source: Input) -> list[tuple[int, bytes, bytes | None]]:
        """Nothing where the cause of a failure lies outside the file: the next run tries again."""
        try:
            picture = open_picture(source)
            key = picture.render_key
        except PictureError:
            return []
        try:
            return [(source.image_id, key, pixel_hash(picture))]
        except PictureError as error:
            return [] if error.retryable else [(source.image_id, key, None)]

    def _save(
        self, tx: Transaction, batch: Batch, found: list[tuple[int, bytes, bytes | None]], left: list[int]
    ) -> None:
        ledger.hold(tx, batch)
        features.save_pixel_hashes(tx, found)
        if left:
            ledger.add(
                tx,
                batch.job_id,
                BatchKind.PIXELS,
                batch.lane,
                items=[left],
                payload=batch.payload,
                count_total=False,
            )
        share = float(batch.payload.get("share", 0)) * (len(batch.items) - len(left))
        if ledger.end(tx, batch, done=int(share)):
            self.dispatcher.after(tx, Lane.IO)


def pixel_hash(picture: Picture) -> bytes:
    """BLAKE3 of the upright picture in sRGB at full size, 32 bytes."""
    pixels = np.ascontiguousarray(picture.pixels(WHOLE))
    hasher = blake3(repr(pixels.shape).encode())
    hasher.update(pixels.reshape(-1).data)
    return hasher.digest()
