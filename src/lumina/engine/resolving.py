"""Jobs that make copies leave and bring them back: from a plan to batches, and how they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from lumina.domain.curation import Action, ActionState, Change, Field, Undone
from lumina.domain.duplicates import Candidate, Relation
from lumina.domain.policy import Policy
from lumina.domain.proposal import Known, propose
from lumina.domain.resolution import TRASH, Group, Plan, Wish
from lumina.domain.stage import Lane
from lumina.domain.work import Batch, BatchKind, Job, JobState, Priority
from lumina.engine.bring_back import BringBack
from lumina.engine.consensus import Shown, consensus
from lumina.engine.dispatch import Dispatcher
from lumina.engine.finalise import Effect
from lumina.engine.follow import DETECT_DUPLICATES, INGEST, ask
from lumina.engine.leave import Leave
from lumina.errors import BadInput, Conflict
from lumina.files.trash import Trash
from lumina.store import (
    Store,
    Transaction,
    actions,
    candidates,
    catalogs,
    jobs,
    journal,
    ledger,
    proposals,
    resolutions,
    runs,
)
from lumina.store.runs import RunKind

RESOLVE, UNDO = "resolve-duplicates", "undo"
HIDING, MOVING = 250, 32
"""Images per batch: so much is read once more where a worker dies."""
NAMED = 200
"""Images that a job's result names with the reason why they stayed."""
NO_RUN = "There are no groups of copies in this catalog yet: look for them first."


def plan(store: Store, wish: Wish, *, writable: bool) -> Plan:
    """What would happen; nothing is changed.

    Raises:
        NotFound: there is no such catalog.
        BadInput: nothing has been looked for yet, a group is not of the published run, or the policy makes no sense.
    """
    with store.transaction() as tx:
        catalogs.get(tx, wish.catalog_id)
        run = runs.published(tx, wish.catalog_id, RunKind.DUPLICATES)
        if run is None:
            raise BadInput(NO_RUN)
        found = proposals.groups(tx, run.id, ids=wish.groups, tier=wish.tier, decided=wish.decided)
        if wish.groups is not None and (gone := set(wish.groups) - {group.id for group in found}):
            raise BadInput(f"groups: there is no group {min(gone)} (any more).")
        if strange := wish.keepers.keys() - {group.id for group in found}:
            raise BadInput(f"keepers: group {min(strange)} is not among those that are to be resolved.")
        members = [member for group in found for member in group.members]
        images = [member.image_id for member in members]
        faces = {member.face for member in members if member.face is not None}
        text = catalogs.duplicates(tx, wish.catalog_id).policy
        policy = Policy.parse(text if wish.policy is None else wish.policy)
        compared = proposals.edges(tx, run.id, faces)
        edges, judged = _judged(tx, policy, found, candidates.candidates(tx, images), compared)
        known = Known(judged, edges, proposals.said(tx, images))
    return propose(run.id, found, known, wish, text, writable=writable)


def _judged(
    tx: Transaction,
    policy: Policy,
    groups: Sequence[Group],
    known: Mapping[int, Candidate],
    edges: Mapping[int, Mapping[int, Relation]],
) -> tuple[Mapping[int, Mapping[int, Relation]], dict[int, Candidate]]:
    """The edges and the candidates with what the run's groups say about their looks, as when they were made."""
    shown = [[Shown(each.image_id, each.identity, each.face or 0) for each in group.members] for group in groups]
    having_parts = {face for face, others in edges.items() if Relation.CROP in others.values()}
    wholes = [each for group in shown for each in group if each.face in having_parts]
    seen = consensus(tx, policy, shown, wholes)
    there = [[each for each in group if each.image in known] for group in shown]
    judged = {each.image_id: each for group in there for each in seen.judged(group, known)}
    framed = {face: dict.fromkeys(edges[face], Relation.SAME) for face in seen.framed}
    return {**edges, **framed}, judged


def begin(
    tx: Transaction, dispatcher: Dispatcher, catalog_id: UUID, made: Plan, *, actor: str = "person"
) -> tuple[Job, Action]:
    """A job that does what a plan says, and the action that undoes it.

    Raises:
        BadInput: nothing would leave.
        Conflict: copies of this catalog are being resolved already, or they have been looked for again since.
    """
    if not made.steps:
        raise BadInput("Nothing of this can be resolved: every image stays.")
    if proposals.catalog_of(tx, made.run) != catalog_id:
        raise Conflict("The copies were looked for again meanwhile: look at the new groups.")
    job = jobs.create(
        tx,
        RESOLVE,
        catalog_id,
        {"groups": made.groups, "images": len(made.steps), "run": made.run},
        priority=Priority.ASKED if actor == "person" else Priority.BACKGROUND,
        exclusive_key=f"{RESOLVE}:{catalog_id}",
    )
    action = _act(tx, job, made, actor)
    return jobs.get(tx, _fill(tx, dispatcher, job, action, made).id), action


def _act(tx: Transaction, job: Job, made: Plan, actor: str) -> Action:
    word = "group" if made.groups == 1 else "groups"
    return journal.perform(
        tx,
        catalog_id=job.catalog_id,
        kind=RESOLVE,
        title=f"Resolved {made.groups:,} {word} of copies",
        changes=[],
        actor=actor,
        parameters={"run": made.run, "groups": made.groups, "images": len(made.steps), "digest": made.digest},
        state=ActionState.DOING,
        job_id=job.id,
    )


def _fill(tx: Transaction, dispatcher: Dispatcher, job: Job, action: Action, made: Plan) -> Job:
    resolutions.add(tx, action.id, made.steps)
    moving = any(step.operation == TRASH for step in made.steps)
    # copies of one keeper next to each other, so that it is read only once
    images = [step.image_id for step in sorted(made.steps, key=lambda step: (step.keeper_id, step.image_id))]
    _add(tx, dispatcher, job, images, MOVING if moving else HIDING, {"action": action.id})
    return job


def _add(
    tx: Transaction, dispatcher: Dispatcher, job: Job, images: Sequence[int], size: int, payload: Mapping[str, Any]
) -> None:
    parts = [images[start : start + size] for start in range(0, len(images), size)]
    ledger.add(tx, job.id, BatchKind.RESOLVE, Lane.IO, items=parts, payload=payload)
    dispatcher.after(tx, Lane.IO)


def begin_undo(tx: Transaction, dispatcher: Dispatcher, action: Action) -> Job:
    """A job that brings an action's files back, and then undoes the rest of it. The action is locked.

    Raises:
        Conflict: that is under way already.
    """
    images = resolutions.with_files_away(tx, action.id)
    job = jobs.create(
        tx,
        UNDO,
        action.catalog_id,
        {"action": action.id, "title": action.title},
        priority=Priority.ASKED,
        exclusive_key=f"{UNDO}:{action.id}",
    )
    actions.mark(tx, action.id, ActionState.UNDOING, job_id=job.id)
    _add(tx, dispatcher, job, images, MOVING, {"action": action.id, "back": True})
    return jobs.get(tx, job.id)


def _show_again(tx: Transaction, catalog_id: UUID) -> None:
    images = resolutions.hidden_for_nothing(tx, catalog_id)
    if images:
        word = "copy" if len(images) == 1 else "copies"
        journal.perform(
            tx,
            catalog_id=catalog_id,
            kind=RESOLVE,
            title=f"Showed {len(images):,} {word} again: what was kept instead is gone",
            changes=[Change(image, Field.HIDDEN, False) for image in images],
            actor="policy",
        )


def _automatic(tx: Transaction, dispatcher: Dispatcher, catalog_id: UUID) -> None:
    key = f"{RESOLVE}:{catalog_id}"
    if not catalogs.duplicates(tx, catalog_id).automatic or jobs.running_with(tx, key) is not None:
        return
    job = jobs.create(tx, RESOLVE, catalog_id, {"automatic": True}, priority=Priority.BACKGROUND, exclusive_key=key)
    ledger.add(tx, job.id, BatchKind.RESOLVE, Lane.IO, payload={"automatic": True})
    dispatcher.after(tx, Lane.IO)


class Resolver:
    """Runs the batches of these jobs: whatever their payload says.

    Args:
        store: the database.
        dispatcher: wakes workers.
        leave: takes images away.
        back: brings them back.
        writable: files may be moved away at all.
    """

    def __init__(self, store: Store, dispatcher: Dispatcher, leave: Leave, back: BringBack, *, writable: bool) -> None:
        self.store = store
        self.dispatcher = dispatcher
        self.leave = leave
        self.back = back
        self.writable = writable

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """See one leased batch through."""
        if batch.payload.get("automatic"):
            self._plan(batch)
        elif batch.payload.get("back"):
            self.back.run(batch, stop)
        else:
            self.leave.run(batch, stop)

    def _plan(self, batch: Batch) -> None:
        """The first batch of what happens by itself: it makes the others."""
        with self.store.transaction() as tx:
            job = jobs.get(tx, batch.job_id)
        assert job.catalog_id is not None
        made = plan(self.store, Wish(job.catalog_id, automatic=True), writable=self.writable)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            current = proposals.catalog_of(tx, made.run) == job.catalog_id
            if made.steps and current:
                _fill(tx, self.dispatcher, job, _act(tx, job, made, "policy"), made)
            ledger.end(tx, batch)

    def ended(self, tx: Transaction, job: Job) -> None:
        """What follows the end of any job, in the transaction that ends it.

        An action whose job has ended is over, however that ended; what did not happen can be asked for again. Where a
        scan has found an image gone for whose sake others were hidden, those are shown again. A search for copies is
        followed by what the catalog's policy resolves by itself, where that is switched on; the plan for it is made
        later, outside of this transaction.
        """
        if job.kind in (RESOLVE, UNDO):
            self._forget_copies(tx, job)
            resolutions.settle(tx)
        if job.kind == INGEST and job.catalog_id is not None:
            _show_again(tx, job.catalog_id)
        if job.kind == DETECT_DUPLICATES and job.state is JobState.SUCCESS and job.catalog_id is not None:
            _automatic(tx, self.dispatcher, job.catalog_id)

    def _forget_copies(self, tx: Transaction, job: Job) -> None:
        """Of images that were to leave and now never do, an interrupted worker may have left copies in the trash."""
        action_id = resolutions.action_of(tx, job.id)
        if job.kind == RESOLVE and action_id is not None:
            for file_id, path in resolutions.never_left(tx, action_id):
                tx.after_commit(partial(self.leave.trash.drop, Trash.name(action_id, file_id, path)))

    def resolved(self, _job: Job) -> Effect:
        """Finaliser of jobs that make images leave."""

        def effect(tx: Transaction, job: Job) -> Mapping[str, Any]:
            action_id = resolutions.action_of(tx, job.id)
            if action_id is None:
                return {"message": "Nothing was to be resolved."}
            left = resolutions.departed(tx, action_id)
            words = [f"{_images(left[name])} {verb}" for name, verb in _VERBS.items() if left.get(name)]
            stayed = f"; {job.failed:,} stayed" if job.failed else ""
            return {
                "message": (", ".join(words) or "No image left") + stayed,
                "action": action_id,
                "refused": _refused(tx, action_id),
            }

        return effect

    def undone(self, _job: Job) -> Effect:
        """Finaliser of jobs that undo: once the files are back, everything else is."""

        def effect(tx: Transaction, job: Job) -> Mapping[str, Any]:
            action_id = int(job.parameters["action"])
            undone = undo(tx, self.dispatcher, action_id)
            return {
                "message": f"Undone: {job.parameters['title']}",
                "action": action_id,
                "changed": undone.changed,
                "conflicts": undone.conflicts,
                "refused": _refused(tx, action_id) if job.failed else [],
            }

        return effect


def undo(tx: Transaction, dispatcher: Dispatcher, action_id: int) -> Undone:
    """Undo what an action has written; images whose files could not come back stay as they are.

    Where some did not, the action can be undone once more. Where copies were looked for since, without those that had
    left, they are looked for again.

    Raises:
        NotFound: there is no such action.
        Conflict: it is undone already, or still under way.
    """
    undone = journal.undo(tx, action_id, leave=resolutions.still_away(tx, action_id))
    resolutions.close_hidden(tx, action_id)
    if resolutions.with_files_away(tx, action_id):
        actions.mark(tx, action_id, ActionState.DONE)
    action = actions.get(tx, action_id)
    run = action.parameters.get("run")
    if action.catalog_id is not None and run is not None and proposals.catalog_of(tx, run) is None:
        ask(tx, dispatcher, DETECT_DUPLICATES, action.catalog_id)
    return undone


_VERBS = {"hide": "hidden", "trash": "moved to the trash"}


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"


def _refused(tx: Transaction, action_id: int) -> list[Mapping[str, Any]]:
    found = resolutions.refused(tx, action_id, NAMED)
    return [{"image": each.image_id, "path": each.path, "reason": each.reason} for each in found]
