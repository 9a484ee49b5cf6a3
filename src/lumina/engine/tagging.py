"""Tag a whole catalog by the vectors that it has: whatever is untagged or no longer true, or everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from lumina.domain.recognition import Recognised
from lumina.domain.stage import Lane
from lumina.domain.vectors import Space
from lumina.domain.work import Batch, Status
from lumina.engine import given
from lumina.engine.dispatch import Dispatcher
from lumina.engine.progress import Progress
from lumina.engine.recognisers import Recognisers
from lumina.errors import BadInput
from lumina.store import (
    Store,
    Transaction,
    heads,
    inputs,
    jobs,
    ledger,
    outcomes,
    recognised,
    spaces,
    taxonomy,
    vectors,
)
from lumina.store.outcomes import Outcome
from lumina.store.recognised import Outdated

AUTO_TAG = "auto-tag"
TAG = "tag"
"""Name of the stage whose rows of the ledger this job writes."""
PIECE = 1_000
"""Images whose tags are written in one transaction."""
TRIES = 3
"""As often a piece is looked at once more because its heads were exchanged meanwhile."""
SOON = 1_000
"""Vectors from which on the thresholds of a space are measured again without being asked for."""


class Tagger:
    """Runs `tag` batches."""

    def __init__(self, store: Store, dispatcher: Dispatcher, recognisers: Recognisers, version: int) -> None:
        self.store, self.dispatcher, self.recognisers, self.version = store, dispatcher, recognisers, version

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Tag a catalog; what was done before an interruption stays done.

        Raises:
            BadInput: nothing has been embedded by the model yet, or it is not installed.
        """
        catalog_id = UUID(str(batch.payload["catalog_id"]))
        space, size = self._ready()
        progress = Progress(self.store, batch, stop, "tagging", 0)
        anew = given.due(self.store, space, size)
        if anew:
            given.measure(self.store, self.recognisers, space, size, progress.check)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            everything = bool(batch.payload.get("all")) or anew
            ids = recognised.due(tx, space, catalog_id, TAG, self.version, everything=everything)
        progress.total = len(ids)
        changed = tag(progress, self.recognisers, space, ids, self.version)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            jobs.reach(tx, batch.job_id, len(ids), len(ids))
            message = f"{len(ids):,} images looked at, {changed:,} with other tags than before"
            jobs.merge_result(tx, batch.job_id, {"message": message, "changed": changed, "measured": anew})
            ledger.end(tx, batch)
            self.dispatcher.after(tx, Lane.IO)

    def _ready(self) -> tuple[Space, int]:
        if (waiting := self.recognisers.models.waiting(self.recognisers.model)) is not None:
            raise BadInput(waiting)
        return ready(self.store, self.recognisers.model)


def tag(progress: Progress, recognisers: Recognisers, space: Space, ids: Sequence[int], version: int) -> int:
    """Recognise in these images, in pieces; returns how many have other labels than before.

    Raises:
        Interrupted, LeaseLost: it is not to go on; the pieces before are kept.
    """
    changed = 0
    for start in range(0, len(ids), PIECE):
        progress.check()
        changed += _piece(progress, recognisers, space, ids[start : start + PIECE], version)
        progress.done = min(start + PIECE, len(ids))
    return changed


def _piece(progress: Progress, recognisers: Recognisers, space: Space, ids: Sequence[int], version: int) -> int:
    for _ in range(TRIES):
        try:
            return _tried(progress, recognisers, space, ids, version)
        except Outdated:  # somebody has taught something in between
            progress.check()
    return _tried(progress, recognisers, space, ids, version)


def _tried(progress: Progress, recognisers: Recognisers, space: Space, ids: Sequence[int], version: int) -> int:
    with progress.store.transaction() as tx:
        revisions = {source.image_id: source.revision for source in inputs.load(tx, ids)}
        found, matrix = vectors.load(tx, space, list(revisions))
    said = recognisers.of(space).recognise(matrix)
    with progress.store.transaction() as tx:
        ledger.hold(tx, progress.batch)
        return save(tx, dict(zip(found.tolist(), said, strict=True)), revisions, version)


def save(tx: Transaction, said: dict[int, Recognised], revisions: dict[int, int], version: int) -> int:
    """Write what was recognised in images that are still as they were; returns how many have other labels now."""
    taxonomy.hold_tree(tx)
    current = outcomes.unchanged(tx, {image: revisions[image] for image in said})
    changed = recognised.save(tx, {image: result for image, result in said.items() if image in current})
    outcomes.record(tx, [Outcome(image, TAG, version, Status.DONE) for image in sorted(current)])
    return changed


def ready(store: Store, model: str) -> tuple[Space, int]:
    """The space in which images are recognised, and how many vectors it has.

    Raises:
        BadInput: it has none.
    """
    with store.transaction() as tx:
        space = spaces.live(tx, model)
        size = 0 if space is None else spaces.size(tx, space)
    if space is None or not size:
        raise BadInput(f"No image has been embedded by {model} yet (stage embed:{model}), so there is nothing to tag.")
    return space, size


def outgrown(tx: Transaction, model: str) -> bool:
    """Whether so much was embedded since the thresholds were measured that all should be looked at again."""
    space = spaces.live(tx, model)
    if space is None:
        return False
    known = heads.measured(tx, space)
    enough = SOON if known is None else int(max(known, SOON) * given.GROWTH)
    return spaces.size(tx, space, enough) >= enough
