"""Whether what an action has done to the taxonomy can still be taken back, as a whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lumina.domain.curation import Conflict, Field
from lumina.domain.tree import Place, problem
from lumina.store import taxonomy
from lumina.store.database import Row, Transaction
from lumina.store.fields import FIELDS


def problem_of(tx: Transaction, action_id: int) -> str | None:
    """Why an action's edits of the tree can no longer be taken back, in a sentence; None where they can.

    The tree is locked from then on, since part of an edit is never undone: what is left might hang in the air.
    """
    taxonomy.lock_tree(tx)
    edits = _edits(tx, action_id)
    if changed := next((row for row in edits if row["present"] != row["after"]), None):
        return f'The node "{changed["present"]["name"]}" has been changed since.'
    before = {row["key"]: row["before"] for row in edits}
    if inhabited := _inhabited(tx, action_id, before):
        return f'"{before[inhabited]["name"]}" has images of its own by now.'
    return problem(taxonomy.places(tx) | {key: place(state) for key, state in before.items()}, set(before))


def conflicts(tx: Transaction, action_id: int) -> list[Conflict]:
    """Every node that an action has changed, as undo leaves it."""
    rows = _edits(tx, action_id)
    return [Conflict(None, Field.NODE, row["key"], row["present"], row["before"]) for row in rows]


def place(state: Mapping[str, Any]) -> Place:
    """Where a node of this state (`Field.NODE`) stands."""
    return Place(state["parent"], state["name"], live=not state["removed"])


def _edits(tx: Transaction, action_id: int) -> list[Row]:
    """Each node that an action has changed: before its first change, after its last, and now."""
    access = FIELDS[Field.NODE]
    rows = tx.rows(
        f"""WITH w AS (
            SELECT DISTINCT ON (key) key, CAST(NULL AS bigint) AS image_id, after, first_value(before) OVER e AS before
            FROM journal WHERE action_id = :action AND field = :field WINDOW e AS (PARTITION BY key ORDER BY id)
            ORDER BY key, id DESC
        ) SELECT w.key, w.before, w.after, {access.present} AS present FROM w {access.joins} ORDER BY w.key""",
        action=action_id,
        field=Field.NODE.value,
    )
    return list(rows)


def _inhabited(tx: Transaction, action_id: int, before: Mapping[int, Mapping[str, Any]]) -> int | None:
    """A node that would be none any more although others than this action have said something with it."""
    going = [key for key, state in before.items() if state["removed"] and state["merged_into"] is None]
    found: int | None = tx.value(
        """SELECT id FROM unnest(CAST(:going AS bigint[])) g (id)
        WHERE EXISTS (SELECT FROM label l WHERE l.node_id = g.id)
           OR EXISTS (SELECT FROM verdict v WHERE v.node_id = g.id AND NOT EXISTS (
               SELECT FROM journal j WHERE j.action_id = :action AND j.field = :verdict
                 AND j.key = v.node_id AND j.image_id = v.image_id)) LIMIT 1""",
        going=going,
        action=action_id,
        verdict=Field.VERDICT.value,
    )
    return found
