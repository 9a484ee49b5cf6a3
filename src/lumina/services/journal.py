"""What was done, newest first, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lumina.domain.curation import Action, Undone
from lumina.domain.work import Job
from lumina.engine import follow
from lumina.engine.dispatch import Dispatcher
from lumina.errors import NotFound
from lumina.services import resolution
from lumina.services.attempt import attempt
from lumina.store import Store, Transaction, actions, catalogs, journal


def listed(
    tx: Transaction, *, catalog_id: UUID | None = None, before: int | None = None, limit: int = 50
) -> list[Action]:
    """Actions, newest first; `before` is the id of the last one seen.

    Raises:
        NotFound: there is no such catalog.
    """
    if catalog_id is not None:
        catalogs.get(tx, catalog_id)
    return actions.listed(tx, catalog_id=catalog_id, before=before, limit=limit)


def newest(tx: Transaction, catalog_id: UUID | None = None) -> Action:
    """The last thing that a person did and that is not undone.

    Raises:
        NotFound: there is none.
    """
    found = actions.newest(tx, catalog_id=catalog_id)
    if found is None:
        raise NotFound("There is nothing to undo.")
    return found


@dataclass(frozen=True, slots=True)
class Undoing:
    """The action as it is now, what came of undoing it, and the job that brings files back, where there are any.

    Attributes:
        labels: jobs that bring models' labels in line with what is recognised by now.
    """

    action: Action
    undone: Undone
    job: Job | None = None
    labels: tuple[Job, ...] = ()


def undo(
    store: Store,
    dispatcher: Dispatcher,
    action_id: int | None = None,
    *,
    catalog_id: UUID | None = None,
    dry_run: bool = False,
) -> Undoing:
    """Undo an action, by default the last thing that a person did (in this catalog, where one is given).

    Where files have to be brought back a job does it all, and nothing is changed yet. A dry run says what would come of
    it; its job is never begun.

    Raises:
        NotFound: there is no such action, or nothing to undo.
        Conflict: it is undone already, or still under way.
    """

    def take_back(tx: Transaction) -> Undoing:
        number = newest(tx, catalog_id).id if action_id is None else action_id
        if resolution.moves_images(tx, number):
            undone, job = resolution.undo(tx, dispatcher, number)
            return Undoing(actions.get(tx, number), undone, job)
        undone = journal.undo(tx, number)
        labels = tuple(follow.undone(tx, dispatcher, number))
        return Undoing(actions.get(tx, number), undone, labels=labels)

    return attempt(store, take_back, dry_run=dry_run)
