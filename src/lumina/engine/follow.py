"""What follows by itself: a scan that changed something is followed by a search for bursts, that by one for copies.

Images of marketplaces are no bursts, and too many to be gone through each time that some have come: they are searched
for copies when a share of them is new.

What embedding has left to do for the spaces of vectors (an index, say) follows as well. Neighbours of the same subject
are looked for when somebody asks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from lumina.domain.stage import Lane
from lumina.domain.work import BatchKind, Job, JobState, Priority
from lumina.engine import learn, tagging, vectors
from lumina.engine.adopt import ADOPT
from lumina.engine.dispatch import Dispatcher
from lumina.engine.sync import MARKET_SYNC
from lumina.store import Transaction, browse, features, jobs, ledger, markets, recognised, runs, spaces
from lumina.store.runs import RunKind

INGEST, STAGES = "ingest", "stages"
EMBEDDING = (INGEST, STAGES, MARKET_SYNC, ADOPT)
"""Kinds of jobs that bring vectors of images."""
DETECT_BURSTS, DETECT_DUPLICATES, DETECT_SUBJECTS = "detect-bursts", "detect-duplicates", "detect-subjects"
INDEX_VECTORS = vectors.INDEX_VECTORS
AUTO_TAG = tagging.AUTO_TAG

FIRST = {
    DETECT_BURSTS: BatchKind.SEQUENCE,
    DETECT_DUPLICATES: BatchKind.MATCH,
    DETECT_SUBJECTS: BatchKind.SUBJECT,
    AUTO_TAG: BatchKind.TAG,
}
"""Kind of a job that goes through a whole catalog -> its first batch."""
NEXT = {INGEST: DETECT_BURSTS, STAGES: DETECT_BURSTS, DETECT_BURSTS: DETECT_DUPLICATES}
"""Kind of job -> what follows it. Bursts come first, because their frames are no copies of each other."""
FEWEST, SHARE = 100, 0.05
"""Pictures of a marketplace that were never searched for copies, and their share of all, from which on they are."""
_CHANGES = ("new", "changed", "moved", "returned", "missing")
"""What a scan counts that makes a difference."""


def start(
    tx: Transaction,
    dispatcher: Dispatcher,
    kind: str,
    catalog_id: UUID,
    parameters: Mapping[str, Any] | None = None,
    *,
    priority: int = Priority.ASKED,
) -> Job:
    """A job that looks for something in a whole catalog.

    Raises:
        Conflict: such a job is already running; the message says which.
    """
    payload = {"catalog_id": str(catalog_id), **(parameters or {})}
    job = jobs.create(tx, kind, catalog_id, payload, priority=priority, exclusive_key=_key(kind, catalog_id))
    ledger.add(tx, job.id, FIRST[kind], Lane.CPU, payload=payload)
    dispatcher.after(tx, Lane.CPU)
    return jobs.get(tx, job.id)


def running(tx: Transaction, kind: str, catalog_id: UUID) -> Job | None:
    """The job of this kind that is under way in a catalog."""
    return jobs.running_with(tx, _key(kind, catalog_id))


def follow(tx: Transaction, dispatcher: Dispatcher, job: Job, tag_model: str = "", *, installed: bool = True) -> None:
    """Ask for what comes after a job, in the transaction that has just ended it.

    Where so much was embedded by `tag_model` that its thresholds are of another time, all is tagged once more. Vectors
    that came with an adopted folder are tagged where the model itself is `installed`.
    """
    if job.kind in FIRST and job.state is not JobState.SUCCESS:
        return  # a person has stopped it
    if job.parameters.get("again") and job.catalog_id is not None:
        ask(tx, dispatcher, job.kind, job.catalog_id)
    elif (kind := NEXT.get(job.kind)) and _is_reason(job):
        of_markets = markets.catalog_ids(tx)
        for catalog_id in _catalogs(tx, job):
            if catalog_id not in of_markets or job.kind not in (INGEST, STAGES):
                ask(tx, dispatcher, kind, catalog_id)
    if job.kind in EMBEDDING and job.done:
        _copies_of_markets(tx, dispatcher, job)
    if (job.kind in EMBEDDING and job.done) or (job.kind == INDEX_VECTORS and job.parameters.get("again")):
        vectors.ask(tx, dispatcher)
    if tag_model:
        _tag(tx, dispatcher, job, tag_model, installed)


def _copies_of_markets(tx: Transaction, dispatcher: Dispatcher, job: Job) -> None:
    """Look for copies among a marketplace's images where enough have never been looked at."""
    for catalog_id in markets.catalog_ids(tx).intersection(_catalogs(tx, job)):
        searched = runs.published(tx, catalog_id, RunKind.DUPLICATES)
        fresh, total = features.fresh(tx, catalog_id, searched.id if searched else None)
        if fresh >= max(FEWEST, SHARE * total):
            ask(tx, dispatcher, DETECT_DUPLICATES, catalog_id)


def _catalogs(tx: Transaction, job: Job) -> Collection[UUID]:
    """Those whose images a job has brought or worked on."""
    if job.kind == ADOPT:
        return markets.catalog_ids(tx)
    return [job.catalog_id] if job.catalog_id else jobs.catalogs_of_work(tx, job.id)


def _tag(tx: Transaction, dispatcher: Dispatcher, job: Job, tag_model: str, installed: bool) -> None:
    """What a job means for tags: they are by vectors that were exchanged, or by thresholds of another time."""
    if job.kind == INDEX_VECTORS and f"{vectors.Care.SWITCH} {tag_model}" in _cares(job):
        for catalog_id in browse.catalog_ids(tx):
            ask(tx, dispatcher, AUTO_TAG, catalog_id, {"all": True})
    if job.kind == AUTO_TAG:
        learn.relearn(tx, dispatcher, tag_model)
    brought = installed and _untagged(tx, job, tag_model)
    if job.kind in EMBEDDING and job.done and (brought or tagging.outgrown(tx, tag_model)):
        for catalog_id in _catalogs(tx, job):
            ask(tx, dispatcher, AUTO_TAG, catalog_id)


def _untagged(tx: Transaction, job: Job, tag_model: str) -> bool:
    """Whether a job has brought vectors that no stage will look at: those of a folder that was adopted."""
    space = spaces.live(tx, tag_model) if job.kind == ADOPT else None
    return space is not None and spaces.size(tx, space, 1) > 0


def undone(tx: Transaction, dispatcher: Dispatcher, action_id: int) -> list[Job]:
    """After an action was undone: labels follow the heads and the nodes that it has brought back.

    Returns:
        The jobs that do so for heads.
    """
    for catalog_id in recognised.meant_others(tx, action_id, tagging.TAG):
        ask(tx, dispatcher, AUTO_TAG, catalog_id)
    return learn.undone(tx, dispatcher, action_id)


def _cares(job: Job) -> list[str]:
    """What a job that looks after vectors has done, and to which model."""
    return [did.rpartition(" ")[0] for did in job.result.get("did", ())]


def _is_reason(job: Job) -> bool:
    """Whether there may be something new to find."""
    if job.kind in FIRST:
        return True
    scan: Mapping[str, Any] = job.result.get("scan", {})
    return job.done > 0 or any(scan.get(name) for name in _CHANGES)


def ask(
    tx: Transaction, dispatcher: Dispatcher, kind: str, catalog_id: UUID, parameters: Mapping[str, Any] | None = None
) -> None:
    """At low priority. One that is under way already may have passed what is new: it is done once more at its end."""
    found = running(tx, kind, catalog_id)
    if found is not None and not (found := jobs.locked(tx, found.id)).state.ended:
        if found.state is not JobState.PENDING:
            jobs.ask_again(tx, found.id)
        return
    start(tx, dispatcher, kind, catalog_id, parameters, priority=Priority.BACKGROUND)


def _key(kind: str, catalog_id: UUID) -> str:
    return f"{kind}:{catalog_id}"
