"""One batch of images: load, run the stages, save everything in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from lumina.domain.picture import Picture
from lumina.domain.stage import Lane, Reads
from lumina.domain.work import Batch, BatchKind, Status
from lumina.engine.execute import Executed, Executor, Task, tasks_of
from lumina.engine.guard import time_limit
from lumina.engine.pace import Halts, Pace
from lumina.engine.plan import Planner
from lumina.engine.registry import AnyStage, Registry
from lumina.engine.seen import EMBED, open_seen
from lumina.store import Store, Transaction, inputs, ledger, outcomes, results, taxonomy
from lumina.store.inputs import Input

Opener = Callable[[Transaction, Sequence[int]], Callable[[Input], Any]]
"""Prepares to hand these images to stages, and gives what hands one."""
TooLate = Callable[[Transaction, Sequence[tuple[Input, Any]]], None]
"""What becomes of results whose image has changed or was removed meanwhile."""
DEFER_TRIES = 3
"""A batch with deferred images is tried this often within its job; then they stay due for the next one."""


class Worker:
    """Runs `work` batches."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        planner: Planner,
        open_pictures: Callable[[Transaction, bool], Callable[[Input], Picture]],
        *,
        item_seconds: float,
        stopped: Callable[[], Collection[str]] = frozenset,
        openers: Mapping[Reads, Opener] | None = None,
        too_late: Mapping[type, TooLate] | None = None,
    ) -> None:
        self.store = store
        self.registry = registry
        self.planner = planner
        self.open_pictures = open_pictures
        self.item_seconds = item_seconds
        self.stopped = stopped
        self.openers, self.too_late = openers or {}, too_late or {}
        self._pace = Pace()

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Work on a leased batch until done or told to stop; what is left then becomes a batch of its own."""
        stages = [self.registry[name] for name in batch.stages if name in self.registry.names]
        stages = [stage for stage in stages if stage.waiting is None]
        fetches = any(stage.reads is Reads.REMOTE for stage in stages)
        with self.store.transaction() as tx:
            sources = inputs.load_of_markets(tx, batch.items) if fetches else inputs.load(tx, batch.items)
            states = inputs.states(tx, batch.items)
            open_picture = self._opener(tx, stages, batch.items)
        halts = Halts(self.stopped)
        tasks = list(tasks_of(sources, states, stages, halts.names))
        executed = Executor(stages, open_picture, self._guard, self._pace, halts).run(tasks, stop)
        with self.store.transaction() as tx:
            self._save(tx, batch, tasks, executed)

    def _opener(self, tx: Transaction, stages: Sequence[AnyStage], images: Sequence[int]) -> Callable[[Input], Any]:
        """Stages of one batch are all handed the same."""
        reads = stages[0].reads if stages else Reads.MASTER
        if reads is Reads.VECTORS:
            return open_seen(tx, next(need for need in stages[0].needs if need.startswith(EMBED)), images)
        if reads in self.openers:
            return self.openers[reads](tx, images)
        return self.open_pictures(tx, reads is not Reads.MASTER)

    def _guard(self, sources: Sequence[Input]) -> AbstractContextManager[None]:
        return time_limit(self.item_seconds * len(sources))

    def _save(self, tx: Transaction, batch: Batch, tasks: list[Task], executed: Executed) -> None:
        ledger.hold(tx, batch)
        taxonomy.hold_tree(tx)  # comes before locks on images
        revisions = {task.source.image_id: task.source.revision for task in tasks}
        current = outcomes.unchanged(tx, {image: revisions[image] for image in executed.images})
        rows = [row for row in executed.outcomes if row.image_id in current]
        for name, pairs in executed.results.items():
            kept = [(source, result) for source, result in pairs if source.image_id in current]
            kind = self.registry[name].result
            if kept:
                results.SAVERS[kind](tx, kept)
            if len(kept) < len(pairs) and kind in self.too_late:
                self.too_late[kind](tx, [pair for pair in pairs if pair[0].image_id not in current])
        results.save_render_keys(tx, {i: key for i, key in executed.render_keys.items() if i in current})
        outcomes.record(tx, rows)
        self._end(tx, batch, tasks, executed, rows)

    def _end(
        self, tx: Transaction, batch: Batch, tasks: list[Task], executed: Executed, rows: list[outcomes.Outcome]
    ) -> None:
        begun = set(executed.images) - executed.left
        left = [task.source.image_id for task in tasks if task.source.image_id not in begun]
        deferred = sorted({row.image_id for row in rows if row.status is Status.DEFERRED})
        tries = int(batch.payload.get("tries", 0)) + 1
        again = [image for image in deferred if image in begun] if tries < DEFER_TRIES else []
        self._once_more(tx, batch, left, batch.payload)
        self._once_more(tx, batch, again, {**batch.payload, "tries": tries}, delay_seconds=2.0**tries)
        done, failed = _count(rows, exclude={*again, *left})
        idle = len(batch.items) - len(left) - len(again) - done - failed
        self._follow(tx, batch, rows)
        if ledger.end(tx, batch, done=done + max(idle, 0), failed=failed):
            self.planner.dispatcher.after(tx, Lane.IO)

    def _once_more(
        self, tx: Transaction, batch: Batch, images: list[int], payload: Mapping[str, Any], delay_seconds: float = 0
    ) -> None:
        if images:
            ledger.add(
                tx,
                batch.job_id,
                BatchKind.WORK,
                batch.lane,
                stages=batch.stages,
                items=[images],
                payload=payload,
                delay_seconds=delay_seconds,
                count_total=False,
            )

    def _follow(self, tx: Transaction, batch: Batch, rows: list[outcomes.Outcome]) -> None:
        done: dict[str, list[int]] = {}
        for row in rows:
            if row.status is Status.DONE:
                done.setdefault(row.stage, []).append(row.image_id)
        for group in self.registry.followers(done):
            needs = group.needs or tuple(done)
            images = sorted({image for need in needs for image in done.get(need, ())})
            if len(group.needs) > 1:
                images = inputs.with_all(tx, images, group.needs)
            self.planner.add(tx, batch.job_id, group, images, only=batch.payload.get("only"), cut=False)


def _count(rows: list[outcomes.Outcome], exclude: Collection[int]) -> tuple[int, int]:
    """Images done and failed; one with any failure is failed."""
    failed = {row.image_id for row in rows if row.status is not Status.DONE} - set(exclude)
    done = {row.image_id for row in rows} - failed - set(exclude)
    return len(done), len(failed)
