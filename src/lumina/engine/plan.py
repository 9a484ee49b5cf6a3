"""From what is due to batches."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lumina.domain.stage import Reads
from lumina.domain.work import BatchKind
from lumina.engine.dispatch import Dispatcher
from lumina.engine.registry import Group, Registry
from lumina.store import Transaction, ledger, plans
from lumina.store.inputs import Scope
from lumina.store.plans import Plan

BATCH = 32
"""Images per batch: about a second of work, so that what a crash costs and what a user waits for stay small."""


class Planner:
    """Adds the batches of a job."""

    def __init__(self, registry: Registry, dispatcher: Dispatcher, batch: int = BATCH) -> None:
        self.registry = registry
        self.dispatcher = dispatcher
        self.batch = batch

    def plan(self, tx: Transaction, job_id: UUID, scope: Scope, stages: Sequence[str] | None = None) -> int:
        """Add batches for all that is due in a scope and not yet in this job; returns the number of images.

        Groups whose needs are not done yet follow by themselves, when a batch that they need has ended.
        """
        images = 0
        for group in self.registry.groups:
            able = self._able(group)
            wanted = {
                name: v for name, v in group.versions.items() if name in able and (stages is None or name in stages)
            }
            if wanted:
                needs = {name: self.registry[name].version for name in group.needs}
                fetches = group.reads is Reads.REMOTE
                plan = Plan(group.lane, wanted, needs, self._largest(group), _payload(stages), fetches)
                images += plans.add_due(tx, job_id, plan, scope)
                self.dispatcher.after(tx, group.lane)
        return images

    def add(
        self,
        tx: Transaction,
        job_id: UUID,
        group: Group,
        images: Sequence[int],
        *,
        only: Sequence[str] | None = None,
        cut: bool = True,
    ) -> None:
        """Add images in batches of one group.

        Args:
            tx: the transaction.
            job_id: to which job.
            group: what is to be done.
            images: with which.
            only: the job is about these stages and no others.
            cut: few images are cut small, so that every worker gets some; what comes of a batch is cut already.
        """
        names = [name for name in self._able(group) if only is None or name in only]
        if not images or not names:
            return
        size = self._size(group, len(images)) if cut else self._largest(group)
        parts = [images[start : start + size] for start in range(0, len(images), size)]
        ledger.add(tx, job_id, BatchKind.WORK, group.lane, stages=names, items=parts, payload=_payload(only))
        self.dispatcher.after(tx, group.lane)

    def masters(self, tx: Transaction, job_id: UUID, images: Sequence[int]) -> None:
        """Add the stages that need nothing but the master: for images that a scan has just found or seen changed."""
        for group in self.registry.groups:
            if group.reads is Reads.MASTER and not group.needs:
                self.add(tx, job_id, group, images)

    def fetch(self, tx: Transaction, job_id: UUID, images: Sequence[int]) -> None:
        """Add the stages that bring masters: for images that a marketplace has just told of."""
        self._reading(tx, job_id, Reads.REMOTE, images)

    def words(self, tx: Transaction, job_id: UUID, images: Sequence[int]) -> None:
        """Add the stages that read what listings say: for images whose listings say something else than before."""
        self._reading(tx, job_id, Reads.WORDS, images)

    def _reading(self, tx: Transaction, job_id: UUID, reads: Reads, images: Sequence[int]) -> None:
        for group in self.registry.groups:
            if group.reads is reads:
                self.add(tx, job_id, group, images)

    def _able(self, group: Group) -> list[str]:
        """Names of a group's stages that wait for nothing."""
        return [stage.name for stage in group.stages if stage.waiting is None]

    def _size(self, group: Group, images: int) -> int:
        """Small jobs are cut small, so that every worker gets some."""
        return max(1, min(self._largest(group), images // 8))

    def _largest(self, group: Group) -> int:
        return max(self.batch, *(stage.batch for stage in group.stages))


def _payload(only: Sequence[str] | None) -> dict[str, list[str]]:
    return {} if only is None else {"only": list(only)}
