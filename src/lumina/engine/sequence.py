"""Find the sequences of a catalog: bursts, brackets, panoramas and their like; published in one step."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.bursts import Burst, BurstMember, SequenceKind
from lumina.domain.stage import Lane
from lumina.domain.work import Batch
from lumina.engine.dispatch import Dispatcher
from lumina.engine.frame_words import of_frames, of_sequence
from lumina.engine.group import number
from lumina.engine.progress import Progress
from lumina.files.shots import HDR, NORMAL, read_name
from lumina.store import Row, Store, Transaction, jobs, ledger, runs
from lumina.store import bursts as store_of_bursts
from lumina.store.bulk import Columns
from lumina.store.runs import Run, RunKind
from lumina.vision.best import best, scores
from lumina.vision.frames import CALLED, SECOND, Frames
from lumina.vision.sequences import find
from lumina.vision.signature import luma
from lumina.vision.strip import Found

SLICE = 8_192
"""Frames looked at together: some 60 MB. A camera that never rests for a minute is cut where it rested longest."""
_EPOCH = datetime(1970, 1, 1)
_CUSTOM = {"2": HDR, "3": HDR, "4": NORMAL}
"""EXIF's CustomRendered, as phones use it."""
_APPLE = {"3": HDR, "4": NORMAL}


class Sequencer:
    """Runs `sequence` batches."""

    def __init__(self, store: Store, dispatcher: Dispatcher) -> None:
        self.store = store
        self.dispatcher = dispatcher

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Look through a catalog, camera by camera, and write what is found aside."""
        catalog_id = UUID(str(batch.payload["catalog_id"]))
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            run = runs.start(tx, catalog_id, RunKind.BURSTS, batch.job_id)
            moments = store_of_bursts.load_moments(tx, catalog_id)
        progress = Progress(self.store, batch, stop, "search for bursts", len(moments["id"]))
        progress.check()
        for ids in slices(moments):
            found = self._find(ids, progress.check)
            with self.store.transaction() as tx:
                ledger.hold(tx, batch)
                store_of_bursts.save(tx, run.id, found)
            progress.done += len(ids)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            jobs.reach(tx, batch.job_id, progress.total, progress.total)
            ledger.end(tx, batch)
            self.dispatcher.after(tx, Lane.IO)

    def _find(self, ids: NDArray[np.int64], check: Callable[[], None]) -> list[Burst]:
        with self.store.transaction() as tx:
            features = store_of_bursts.load_features(tx, ids)
            words = store_of_bursts.load_words(tx, ids)
        frames, cameras = build(features, words)
        return [burst_of(found, frames, cameras) for found in find(frames, check)]


def publish(tx: Transaction, run: Run) -> Mapping[str, Any]:
    """Let people see what was found; gives the job's result."""
    kinds = store_of_bursts.settle(tx, run.id)
    of_kind = kinds.get(SequenceKind.BURST, {"bursts": 0, "images": 0})
    runs.count(tx, run.id, {"kinds": kinds})
    runs.publish(tx, run)
    others = sum(kind["bursts"] for kind in kinds.values()) - of_kind["bursts"]
    message = f"{_counted(of_kind['bursts'], 'burst')} of {_counted(of_kind['images'], 'image')}"
    message = message if of_kind["bursts"] else "No bursts"
    if others:
        message += f", {_counted(others, 'other sequence')}"
    return {"message": message, "run": run.id, "kinds": kinds}


def _counted(number_: int, word: str) -> str:
    return f"{number_:,} {word}" + ("" if number_ == 1 else "s")


def slices(moments: Columns) -> Iterator[NDArray[np.int64]]:
    """Ids of images that may belong together, all that one camera took without a longer rest; a good number at once.

    Images that nothing else is near to are in none.
    """
    order = np.lexsort((moments["id"], moments["time"], moments["camera"]))
    ids, times, cameras = (moments[name][order] for name in ("id", "time", "camera"))
    rests = np.flatnonzero((np.diff(times) > CALLED * SECOND) | (np.diff(cameras) != 0)) + 1
    edges = np.concatenate([[0], rests, [len(ids)]]).tolist()
    gathered: list[NDArray[np.int64]] = []
    size = 0
    for start, end in pairwise(edges):
        for part in (ids[part_start:part_end] for part_start, part_end in _cut(times, start, end)):
            if size + len(part) > SLICE and gathered:
                yield np.concatenate(gathered)
                gathered, size = [], 0
            if len(part) > 1:
                gathered.append(part)
                size += len(part)
    if gathered:
        yield np.concatenate(gathered)


def _cut(times: NDArray[np.int64], start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > SLICE:
        middle = start + SLICE // 2
        cut = middle + int(np.diff(times[middle : start + SLICE]).argmax()) + 1
        yield start, cut
        start = cut
    yield start, end


def build(features: Columns, words: Mapping[int, Row]) -> tuple[Frames, list[str | None]]:
    """Frames from what the catalog knows, and their cameras' names; images that are gone by now are left out."""
    there = np.array([image in words for image in features["id"].tolist()], np.bool_)
    known = {name: column[there] for name, column in features.items()}
    rows = [words[image] for image in known["id"].tolist()]
    with np.errstate(divide="ignore", invalid="ignore"):
        exposure = np.log2(known["f_number"] ** 2 / known["shutter"] * 100 / known["iso"])
    frames = Frames(
        image=known["id"],
        time=known["time"],
        **_named(rows),
        bracketing=np.array([bool(row["bracketing"]) for row in rows], np.bool_),
        latitude=known["latitude"],
        longitude=known["longitude"],
        exposure=np.where(np.isfinite(exposure), exposure, np.nan),
        bias=known["bias"],
        shutter=np.nan_to_num(known["shutter"]),
        focal=known["focal"],
        sharpness=known["sharpness"],
        brightness=known["brightness"],
        clipped=known["clipped"],
        verdict=np.array([row["verdict"] for row in rows], np.int64),
        lumas=luma(known["signature"]),
    )
    return frames, [row["camera_name"] for row in rows]


def _named(rows: Sequence[Row]) -> dict[str, NDArray[np.int64]]:
    """The columns that names and tags decide, as numbers."""
    shots = [read_name(row["stem"]) for row in rows]
    marks = [
        _APPLE.get(row["apple"] or "") or _CUSTOM.get(row["custom"] or "") or shot.hdr
        for row, shot in zip(rows, shots, strict=True)
    ]
    places = [(row["folder"], row["stem"], row["id"]) for row in rows]
    rank = np.empty(len(rows), np.int64)
    rank[sorted(range(len(rows)), key=places.__getitem__)] = np.arange(len(rows))
    both = list(zip(rows, shots, strict=True))
    return {
        "camera": _numbers(row["camera"] for row in rows),
        "rendering": _numbers(row["rendering"] for row in rows),
        "content": _numbers(row["content"] for row in rows),
        "name": _numbers(shot.name for shot in shots),
        "series": _numbers((row["folder"], shot.series) for row, shot in both),
        "rank": rank,
        "scene": _numbers((row["folder"], shot.scene) for row, shot in both),
        "shot": _numbers(row["burst"] or shot.burst for row, shot in both),
        "panel": np.array([shot.panel for shot in shots], np.int64),
        "hdr": np.array(marks, np.int64),
    }


def _numbers(values: Iterable[Hashable]) -> NDArray[np.int64]:
    """The same number for the same value, 0 for none."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known) + 1) if value else 0 for value in values], np.int64)


def burst_of(found: Found, frames: Frames, cameras: Sequence[str | None]) -> Burst:
    """A sequence as it is kept: its best frame, and the reasons in words."""
    members = frames.take(np.array(found.members))
    chosen = len(members) - 1 if found.kind is SequenceKind.HDR else best(members)
    points = scores(members).tolist()
    words = of_frames(members, chosen) if found.kind is SequenceKind.BURST else [()] * len(members)
    return Burst(
        id=number(members.image.tolist()),
        kind=found.kind,
        best=int(members.image[chosen]),
        started_at=_EPOCH + timedelta(microseconds=int(members.time.min())),
        seconds=float(np.ptp(members.time)) / SECOND,
        camera=cameras[found.members[0]],
        reasons=of_sequence(found, members, chosen),
        members=tuple(
            BurstMember(image, place, points[place], words[place]) for place, image in enumerate(members.image.tolist())
        ),
    )
