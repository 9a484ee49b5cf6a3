"""Changes of what people decide, written together with the journal that undoes them.

The rows of the images are locked first, in the order of their ids as everywhere, so that what is read as the value
before is what the new value takes the place of, whoever else writes at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from lumina.domain import change
from lumina.domain.curation import Action, ActionState, Change, Conflict, Field, Undone
from lumina.errors import Conflict as Clash
from lumina.store import actions, albums, settling, tree_undo
from lumina.store.database import Transaction
from lumina.store.fields import FIELDS

PIECE = 50_000
"""Changes that are written at once."""
LEFT = 200
"""Conflicts that `Undone` names; the others are counted."""


def perform(
    tx: Transaction,
    *,
    catalog_id: UUID | None,
    kind: str,
    title: str,
    changes: Iterable[Change],
    actor: str = "person",
    parameters: Mapping[str, Any] | None = None,
    state: ActionState = ActionState.DONE,
    job_id: UUID | None = None,
) -> Action:
    """Make changes and remember them as one action; those that change nothing are left out.

    `kind` is curate, album, keep-burst, resolve-duplicates, distinct, keeper, tag or taxonomy, `title` a sentence for
    people: "Rated 3 images 4 stars". Tags are settled by the verdicts and the tree as they are afterwards.

    Of several changes of one field of one image the last one counts; images that are gone are passed over.
    Where more follows (`extend`), `state` is DOING and `job_id` the job; `lumina.store.actions.mark` ends it.

    Raises:
        BadInput: a field cannot have such a value.
    """
    action = actions.create(
        tx,
        catalog_id=catalog_id,
        kind=kind,
        title=title,
        actor=actor,
        parameters=parameters or {},
        state=state,
        job_id=job_id,
    )
    return _apply(tx, action.id, changes)


def extend(tx: Transaction, action_id: int, changes: Iterable[Change]) -> Action:
    """Make further changes under an action; later ones may change fields again that earlier ones have changed.

    Raises:
        BadInput: a field cannot have such a value.
        NotFound: there is no such action.
    """
    actions.get(tx, action_id)
    return _apply(tx, action_id, changes)


def undo(tx: Transaction, action_id: int, *, leave: Sequence[int] = ()) -> Undone:
    """Set each field back that still is as the action left it, and call the action undone.

    What has been changed since stays and is counted as a conflict. The images in `leave` stay as they are, because
    their files could not be brought back. Where files lie (`Field.FILE`) is not touched: whoever moves them says so.

    Raises:
        NotFound: there is no such action.
        Conflict: it is undone already, or still under way, or all that it did was to the taxonomy, whose nodes have
            changed since.
    """
    action = actions.get(tx, action_id, lock=True)
    if action.state not in (ActionState.DONE, ActionState.UNDOING):
        reason = "has been undone already" if action.state is ActionState.UNDONE else "is still under way"
        raise Clash(f'Action {action_id} ("{action.title}") {reason}.')
    fields, left = _undoable(tx, action, list(_rounds(tx, action_id)))
    changed = 0
    with settling.around_undo(tx, action_id, [field for field, _ in fields]), tx.by_index():
        albums.lock_of_action(tx, action_id)
        _lock_of_action(tx, action_id)
        for field, rounds in fields:
            of_field, conflicts = _undo_field(tx, action_id, field, rounds, leave)
            changed, left = changed + of_field, left + conflicts
        _sweep(tx, action_id)
    actions.mark(tx, action_id, ActionState.UNDONE)
    return Undone(changed, len(left), tuple(left[:LEFT]))


def _undoable(
    tx: Transaction, action: Action, fields: list[tuple[Field, int]]
) -> tuple[list[tuple[Field, int]], list[Conflict]]:
    """The fields that can be undone, and what is left of the taxonomy, which is undone as a whole or not at all."""
    if Field.NODE not in dict(fields) or (reason := tree_undo.problem_of(tx, action.id)) is None:
        return fields, []
    if len(fields) == 1:
        raise Clash(f'Action {action.id} ("{action.title}") cannot be undone. {reason}')
    return [field for field in fields if field[0] is not Field.NODE], tree_undo.conflicts(tx, action.id)


def _apply(tx: Transaction, action_id: int, changes: Iterable[Change]) -> Action:
    rest = iter(changes)
    while piece := list(islice(rest, PIECE)):
        wanted = _by_field(piece)
        with settling.around(tx, _nodes(wanted), _judged(wanted)), tx.by_index():
            lock(tx, {image for values in wanted.values() for image, _ in values if image is not None})
            for field, values in wanted.items():
                _write(tx, action_id, field, values)
    return actions.count(tx, action_id)


_Key = tuple[int | None, int]


def _nodes(wanted: Mapping[Field, Mapping[_Key, Any]]) -> dict[int, Mapping[str, Any]]:
    """Nodes of the taxonomy that are to change, and into what."""
    return {key: state for (_, key), state in wanted.get(Field.NODE, {}).items()}


def _judged(wanted: Mapping[Field, Mapping[_Key, Any]]) -> set[int]:
    """Images of which something is said that decides about their tags."""
    return {image for image, _ in wanted.get(Field.VERDICT, {}) if image is not None}


def _by_field(changes: Iterable[Change]) -> dict[Field, dict[_Key, Any]]:
    found: dict[Field, dict[_Key, Any]] = {}
    for one in changes:
        found.setdefault(one.field, {})[one.image_id, one.key] = change.normal(one)
    return found


def lock(tx: Transaction, image_ids: Iterable[int]) -> None:
    """Let nobody else decide about these images before the transaction ends.

    Whoever changes more than `PIECE` fields locks all images first, since pieces are locked one after the other.
    """
    tx.execute(
        "SELECT count(*) FROM (SELECT FROM image WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE) locked",
        ids=sorted(image_ids),
    )


def _lock_of_action(tx: Transaction, action_id: int) -> None:
    tx.execute(
        "SELECT count(*) FROM (SELECT FROM image WHERE id IN (SELECT image_id FROM journal WHERE action_id = :action)"
        " ORDER BY id FOR NO KEY UPDATE) locked",
        action=action_id,
    )


def _write(tx: Transaction, action_id: int, field: Field, values: Mapping[_Key, Any]) -> None:
    ordered = sorted(values.items(), key=lambda entry: (entry[0][0] or 0, entry[0][1]))
    source = (
        "SELECT image_id, key, CAST(value AS jsonb) AS after, CAST(NULL AS jsonb) AS expected,"
        " CAST(NULL AS jsonb) AS origin"
        " FROM unnest(CAST(:images AS bigint[]), CAST(:keys AS bigint[]), CAST(:values AS text[]))"
        " AS given (image_id, key, value)"
    )
    tx.execute(
        f"""{_changing(field, source)}
        INSERT INTO journal (action_id, image_id, field, key, before, after)
        SELECT :action, image_id, :field, key, before, after FROM changed ORDER BY image_id, key""",
        action=action_id,
        field=field.value,
        images=[image for (image, _), _ in ordered],
        keys=[key for (_, key), _ in ordered],
        values=[json.dumps(value) for _, value in ordered],
    )


def _changing(field: Field, source: str) -> str:
    """WITH clauses that read `source` (image_id, key, after, expected, origin) and write what is to be changed.

    Further on there are `present` (the same with before and found) and `changed` (image_id, key, before, after).
    """
    access = FIELDS[field]
    writes = "".join(f", written_{n} AS ({statement})" for n, statement in enumerate(access.write))
    return f"""WITH wanted AS MATERIALIZED ({source}), present AS MATERIALIZED (
            SELECT w.image_id, w.key, {access.present} AS before, {access.after} AS after, w.expected, w.origin,
                {access.exists} AS found FROM wanted w {access.joins}
        ), changed AS MATERIALIZED (
            SELECT image_id, key, before, after FROM present
            WHERE found AND before <> after AND (expected IS NULL OR before = expected)
        ){writes}"""


def _rounds(tx: Transaction, action_id: int) -> Iterator[tuple[Field, int]]:
    """Each field that an action has changed, and how often at most for one image and key."""
    rows = tx.rows(
        """SELECT field, max(n) AS rounds FROM (
            SELECT field, count(*) AS n FROM journal WHERE action_id = :action AND field <> :file
            GROUP BY field, image_id, key) counted GROUP BY field ORDER BY field""",
        action=action_id,
        file=Field.FILE.value,
    )
    return ((Field(row["field"]), row["rounds"]) for row in rows)


def _undo_field(
    tx: Transaction, action_id: int, field: Field, rounds: int, leave: Sequence[int]
) -> tuple[int, list[Conflict]]:
    changed, stopped = 0, list[Mapping[Any, Any]]()
    for nth in range(1, rounds + 1):
        rows = _undo_round(tx, action_id, field, nth, leave, stopped)
        changed += rows[0]["changed"]
        stopped += [row for row in rows if row["stopped"]]
    conflicts = [row for row in stopped if row["conflict"]]
    return changed, [Conflict(r["image_id"], field, r["key"], r["present"], r["wanted"]) for r in conflicts]


def _undo_round(
    tx: Transaction, action_id: int, field: Field, nth: int, leave: Sequence[int], stopped: Sequence[Mapping[Any, Any]]
) -> Sequence[Mapping[Any, Any]]:
    """Undo the newest change of each image and key, or the one before it, ... but none below one that had to stay.

    Returns those that had to stay. Where somebody has brought back by hand what was at first that is no conflict.
    """
    source = """SELECT image_id, key, before AS after, after AS expected, origin FROM (
            SELECT image_id, key, before, after, row_number() OVER (PARTITION BY image_id, key ORDER BY id DESC) AS n,
                last_value(before) OVER (PARTITION BY image_id, key ORDER BY id DESC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS origin
            FROM journal WHERE action_id = :action AND field = :field) done
        WHERE n = :nth AND coalesce(image_id, 0) NOT IN (SELECT * FROM unnest(CAST(:leave AS bigint[])))
          AND (coalesce(image_id, 0), key) NOT IN (
            SELECT * FROM unnest(CAST(:stopped_images AS bigint[]), CAST(:stopped_keys AS bigint[])))"""
    return tx.rows(
        f"""{_changing(field, source)}
        SELECT (SELECT count(*) FROM changed) AS changed, l.*
        FROM (SELECT) one LEFT JOIN (
            SELECT image_id, key, CASE WHEN found THEN before END AS present, origin AS wanted, true AS stopped,
                NOT found OR before <> origin AS conflict
            FROM present WHERE NOT found OR before <> expected
        ) l ON true ORDER BY l.image_id, l.key""",
        action=action_id,
        field=field.value,
        nth=nth,
        leave=list(leave),
        stopped_images=[row["image_id"] or 0 for row in stopped],
        stopped_keys=[row["key"] for row in stopped],
    )


def _sweep(tx: Transaction, action_id: int) -> None:
    """Drop the rows of images about which nothing is said any more, as before anything was."""
    tx.execute(
        """DELETE FROM curation u
        WHERE u.image_id = ANY(ARRAY(SELECT image_id FROM journal WHERE action_id = :action))
          AND u.rating = 0 AND u.flag IS NULL AND u.label IS NULL AND NOT u.favourite AND u.title IS NULL
          AND u.caption IS NULL AND u.keywords = '{}' AND u.latitude IS NULL AND u.longitude IS NULL
          AND u.base = '{}'""",
        action=action_id,
    )
