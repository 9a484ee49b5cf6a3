"""Resolve copies: see what would happen, do exactly that, undo it."""

from __future__ import annotations

from lumina.domain.curation import Action, Undone
from lumina.domain.duplicates import Tier
from lumina.domain.resolution import Plan, Wish
from lumina.domain.work import Job
from lumina.engine import resolving
from lumina.engine.dispatch import Dispatcher
from lumina.errors import BadInput, Conflict
from lumina.store import Store, Transaction, actions, resolutions

ACTIONS = ("hide", "trash")
TIERS = {tier.word: tier for tier in (Tier.BYTES, Tier.PIXELS, Tier.PICTURE)}


def plan(store: Store, wish: Wish, *, writable: bool) -> Plan:
    """Exactly what resolving would do; nothing is changed.

    Args:
        store: the database.
        wish: what is to be resolved, and how.
        writable: the setting `vault_writable`.

    Raises:
        NotFound: there is no such catalog.
        BadInput: copies were not looked for yet, a group or keeper does not fit, or the policy makes no sense.
    """
    if wish.action is not None and wish.action not in ACTIONS:
        raise BadInput(f"action: {wish.action!r} is neither of {', '.join(ACTIONS)}.")
    if Tier.SUBJECT in (wish.tier, *(wish.tiers or ())):
        raise BadInput("tier: images of one subject are no copies of each other; they are never resolved.")
    return resolving.plan(store, wish, writable=writable)


def resolve(
    store: Store, dispatcher: Dispatcher, wish: Wish, *, writable: bool, digest: str | None = None
) -> tuple[Job, Action]:
    """Ask for what `plan` has shown; with a digest, for that and nothing else.

    Raises:
        BadInput: as `plan`, or nothing would leave.
        Conflict: the digest is of another plan: something has changed since. Or it is being done already.
    """
    made = plan(store, wish, writable=writable)
    if digest is not None and digest != made.digest:
        raise Conflict("The images, their copies or the policy have changed since the preview: look at it again.")
    with store.transaction() as tx:
        return resolving.begin(tx, dispatcher, wish.catalog_id, made)


def undo(tx: Transaction, dispatcher: Dispatcher, action_id: int) -> tuple[Undone, Job | None]:
    """Undo an action under which images have left: at once, or by a job where files have to be brought back.

    Raises:
        NotFound: there is no such action.
        Conflict: it is undone already, or still under way.
    """
    resolutions.settle(tx)
    action = actions.get(tx, action_id, lock=True)
    if action.state.value != "done" or not resolutions.with_files_away(tx, action_id):
        return resolving.undo(tx, dispatcher, action_id), None
    return Undone(0, 0, ()), resolving.begin_undo(tx, dispatcher, action)


def moves_images(tx: Transaction, action_id: int) -> bool:
    """Whether images have left, or were to leave, under an action."""
    return resolutions.exist(tx, action_id)
