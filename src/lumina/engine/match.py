"""Compare the pictures of a catalog with each other: which are copies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.duplicates import Tier, check_threshold
from lumina.domain.stage import Lane
from lumina.domain.work import Batch, BatchKind
from lumina.engine.dispatch import Dispatcher
from lumina.engine.pairing import Candidates, candidates, may_be_capped
from lumina.engine.pixels import wanted
from lumina.engine.progress import Progress
from lumina.store import Store, Transaction, catalogs, features, jobs, ledger, runs
from lumina.store.bulk import Columns
from lumina.store.features import Faces
from lumina.store.runs import Run, RunKind
from lumina.vision.verify import verify

VERSION = 2
"""Of what decides whether two faces are copies. Raised where another answer is possible: the next run is a full one."""
BLOCK = 50_000
"""Signatures in memory at a time, on each side: some 70 MB."""
PAIRS = 200_000
"""Pairs compared between two looks at whether to go on."""
PIXEL_BATCH = 8
"""Images decoded at full size in one batch."""
LOADED, JOINED, VERIFIED, SAVED, DECODED = 0.05, 0.45, 0.75, 0.8, 0.9
"""How far the job is after each step, of 1; grouping is the rest."""


class Matcher:
    """Runs `match` batches."""

    def __init__(self, store: Store, dispatcher: Dispatcher) -> None:
        self.store = store
        self.dispatcher = dispatcher

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Find all edges of a catalog, starting from those of the published run where that fits."""
        began = time.monotonic()
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            run, images, before = self._begin(tx, batch)
        progress = Progress(self.store, batch, stop, "search for copies", images)
        with self.store.transaction() as tx:
            faces = features.load_faces(
                tx, run.catalog_id, before.id if before else None, turned=bool(run.parameters["turned"])
            )
            known = None if before is None else features.load_edges(tx, before.id)
        progress.reach(LOADED)
        edges, counts = self._edges(faces, known, before, run, progress)
        counts |= {"images": images, "match_seconds": round(time.monotonic() - began, 2)}
        progress.reach(VERIFIED)
        with self.store.transaction() as tx:
            items = wanted(features.load_images(tx, run.catalog_id), edges)
        with self.store.transaction() as tx:
            self._save(tx, batch, run, edges, counts, items)

    def _begin(self, tx: Transaction, batch: Batch) -> tuple[Run, int, Run | None]:
        """The new run, the number of images, and the run whose edges can be taken over."""
        catalog_id = UUID(str(batch.payload["catalog_id"]))
        settings = catalogs.duplicates(tx, catalog_id)
        threshold = batch.payload.get("similarity_threshold")
        parameters = {
            "similarity_threshold": settings.similarity_threshold if threshold is None else int(threshold),
            "turned": settings.turned,
            "version": VERSION,
        }
        images = features.count_images(tx, catalog_id)
        check_threshold(parameters["similarity_threshold"], images)
        before = runs.published(tx, catalog_id, RunKind.DUPLICATES)
        fits = before is not None and dict(before.parameters) == parameters and not before.counts.get("left_out")
        run = runs.start(tx, catalog_id, RunKind.DUPLICATES, batch.job_id, parameters)
        return run, images, before if fits else None

    def _edges(
        self, faces: Faces, known: Columns | None, before: Run | None, run: Run, progress: Progress
    ) -> tuple[Columns, dict[str, Any]]:
        """All edges, and figures about them; `known` are those of the run before."""
        fresh = faces.fresh if known is not None else np.ones(len(faces), np.bool_)
        pairs = self._candidates(faces, fresh, run, progress)
        crowd = pairs.crowd + (int(before.counts.get("crowd", 0)) if before else 0)
        if known is not None and (pairs.capped or may_be_capped(crowd)):
            # Which pairs are left out depends on all that are near: only a full run gives what a full run gives.
            known, fresh = None, np.ones(len(faces), np.bool_)
            pairs = self._candidates(faces, fresh, run, progress)
            crowd = pairs.crowd
        progress.reach(JOINED)
        found, missed = self._verified(faces, pairs, progress)
        counts = {
            "faces": len(faces),
            "compared": len(pairs.a),
            "capped": pairs.capped,
            "crowd": crowd,
            "taken_over": 0,
        }
        if known is not None:
            kept = _still_there(known, faces, fresh)
            counts["taken_over"] = len(kept["a"])
            found = {name: np.concatenate([kept[name], found[name]]) for name in found}
        return found, counts | {"edges": len(found["a"]), "left_out": pairs.capped + missed}

    def _candidates(self, faces: Faces, fresh: NDArray[np.bool_], run: Run, progress: Progress) -> Candidates:
        threshold, turned = run.parameters["similarity_threshold"], bool(run.parameters["turned"])
        return candidates(faces, threshold, turned=turned, fresh=fresh, check=progress.check)

    def _verified(self, faces: Faces, pairs: Candidates, progress: Progress) -> tuple[Columns, int]:
        """The edges among the pairs, and how many pairs could not be compared because an image has just changed."""
        parts: list[Columns] = []
        missed = done = 0
        for a, b, hint in _blocks(pairs):
            blocks = self._signatures(faces, a), self._signatures(faces, b)
            for at in range(0, len(a), PAIRS):
                part = slice(at, at + PAIRS)
                there = blocks[0].there(a[part]) & blocks[1].there(b[part])
                left, right = a[part][there], b[part][there]
                missed += int((~there).sum())
                parts.append(_accepted(faces, left, right, hint[part][there], blocks))
                done += len(there)
                progress.reach(JOINED + (VERIFIED - JOINED) * done / len(pairs.a))
        return _together(parts), missed

    def _signatures(self, faces: Faces, places: NDArray[np.int64]) -> _Signatures:
        chosen = np.unique(places)
        order = chosen[np.argsort(faces.image[chosen])]
        with self.store.transaction() as tx:
            found = features.signatures(tx, faces.image[order])
        by_image = dict(zip(found["image_id"].tolist(), range(len(found["image_id"])), strict=True))
        row = np.array([by_image.get(image, -1) for image in faces.image[chosen].tolist()], np.int64)
        row[row >= 0] = np.where(found["face"][row[row >= 0]] == faces.key[chosen[row >= 0]], row[row >= 0], -1)
        return _Signatures(chosen, row, found["signature"])

    def _save(
        self, tx: Transaction, batch: Batch, run: Run, edges: Columns, counts: dict[str, Any], items: list[int]
    ) -> None:
        ledger.hold(tx, batch)
        features.save_edges(tx, run.id, edges)
        items = features.without_pixel_hash(tx, items)
        runs.count(tx, run.id, counts | {"decoded": len(items)})
        images = int(counts["images"])
        jobs.reach(tx, batch.job_id, int((SAVED if items else DECODED) * images), images)
        if items:
            parts = [items[at : at + PIXEL_BATCH] for at in range(0, len(items), PIXEL_BATCH)]
            share = (DECODED - SAVED) * images / len(items)
            ledger.add(
                tx, batch.job_id, BatchKind.PIXELS, Lane.CPU, items=parts, payload={"share": share}, count_total=False
            )
            self.dispatcher.after(tx, Lane.CPU)
        ledger.end(tx, batch)
        self.dispatcher.after(tx, Lane.IO)


@dataclass(frozen=True, slots=True)
class _Signatures:
    """Signatures of some faces: `rows[i]` is the place of that of `faces[i]`, -1 where it is gone."""

    faces: NDArray[np.int64]
    rows: NDArray[np.int64]
    signatures: NDArray[np.uint8]

    def row(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.asarray(self.rows[np.searchsorted(self.faces, places)], np.int64)

    def there(self, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        return self.row(places) >= 0

    def of(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.asarray(self.signatures[self.row(places)], np.uint8)


def _blocks(pairs: Candidates) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]]:
    """The pairs in parts that touch at most `BLOCK` faces on each side."""
    block = (pairs.a // BLOCK) << 32 | pairs.b // BLOCK
    order = np.argsort(block, kind="stable")
    ends = np.flatnonzero(np.diff(block[order])) + 1
    for part in np.split(order, ends):
        if len(part):
            yield pairs.a[part], pairs.b[part], pairs.hint[part]


def _accepted(
    faces: Faces,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    hint: NDArray[np.int8],
    blocks: tuple[_Signatures, _Signatures],
) -> Columns:
    verdicts = verify(blocks[0].of(left), blocks[1].of(right), hint)
    keep = verdicts.accepted
    left, right = left[keep], right[keep]
    return {
        "a": faces.key[left],
        "b": faces.key[right],
        "tier": np.where(verdicts.equal[keep], Tier.PIXELS, Tier.PICTURE).astype(np.int16),
        "distance": np.bitwise_count(faces.dhash[left] ^ faces.dhash[right]).astype(np.int16),
        "phash_distance": np.bitwise_count(faces.phash[left] ^ faces.phash[right]).astype(np.int16),
        "similarity": verdicts.similarity[keep],
        "relation": verdicts.relation[keep].astype(np.int16),
    }


def _together(parts: list[Columns]) -> Columns:
    types = {"a": np.int64, "b": np.int64, "similarity": np.float32}
    names = ("a", "b", "tier", "distance", "phash_distance", "similarity", "relation")
    empty: Columns = {name: np.zeros(0, types.get(name, np.int16)) for name in names}
    return {name: np.concatenate([empty[name], *(part[name] for part in parts)]) for name in names}


def _still_there(known: Columns, faces: Faces, fresh: NDArray[np.bool_]) -> Columns:
    """The edges of an earlier run between faces that are there and have not been compared anew."""
    old = faces.key[~fresh]
    keep = np.isin(known["a"], old) & np.isin(known["b"], old)
    return {name: column[keep] for name, column in known.items()}
