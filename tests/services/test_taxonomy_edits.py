"""Edits of the tree are refused where they make no sense, and undoing them brings everything back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.domain.curation import Change, Field
from lumina.errors import BadInput, Conflict, NotFound
from lumina.services import taxonomy
from lumina.store import Store, Transaction, journal
from lumina.store import taxonomy as kept
from tests.support.journal import images
from tests.support.taxonomy import COUNTED, COUNTED_AGAIN, SMALL, dump, label, plant, shown

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

_NUMBER = st.integers(0, 30)
_STEP = st.tuples(
    st.sampled_from(["add", "rename", "move", "merge", "remove", "prune", "names", "threshold", "verdict"]),
    _NUMBER,
    _NUMBER,
    st.sampled_from([True, False, None]),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(_STEP, min_size=1, max_size=14),
    labels=st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=4, max_size=4),
)
def test_any_edits_undone_in_reverse_leave_what_was(
    store: Store, steps: list[tuple[str, int, int, Any]], labels: list[list[int]]
) -> None:
    _, ids = images(store, 4)
    with store.transaction() as tx:
        for table in ("tag", "label", "verdict", "taxonomy_delta", "taxonomy_count", "taxonomy_name", "taxonomy_node"):
            tx.execute(f"DELETE FROM {table}")
        made = list(plant(tx, SMALL).values())
        for image, said in zip(ids, labels, strict=True):
            label(tx, image, sorted({made[n] for n in said}), confidence=0.4 + image % 3 / 10)
    done = []
    for step in steps:
        with store.transaction() as tx:
            before = dump(tx)
            try:
                action = _do(tx, ids, *step)
            except (Conflict, BadInput):
                assert dump(tx) == before
                continue
            if action is None:
                continue
            assert [tuple(row) for row in tx.execute(COUNTED).all()] == [
                tuple(r) for r in tx.execute(COUNTED_AGAIN).all()
            ]
            done.append((action, before))
    for action, before in reversed(done):
        with store.transaction() as tx:
            assert journal.undo(tx, action).conflicts == 0
            assert dump(tx) == before


def _do(tx: Transaction, ids: list[int], what: str, a: int, b: int, yes: bool | None) -> int | None:
    live = sorted(kept.nodes(tx))
    one, other = live[a % len(live)], live[b % len(live)]
    if what == "verdict":
        changes = [Change(ids[b % 4], Field.VERDICT, yes, one)]
        return journal.perform(tx, catalog_id=None, kind="tag", title="", changes=changes).id
    edits = {
        "add": lambda: taxonomy.add(tx, f"n{a}", parent=other if yes else None, names=[["de", f"N{b}"]]),
        "rename": lambda: taxonomy.edit(tx, one, {"name": f"n{b}"}),
        "move": lambda: taxonomy.edit(tx, one, {"parent": other if yes else None}),
        "merge": lambda: taxonomy.merge(tx, one, other),
        "remove": lambda: taxonomy.remove(tx, one),
        "prune": lambda: taxonomy.remove(tx, one, below=True),
        "names": lambda: taxonomy.edit(tx, one, {"names": [["fr", f"m{b}"], ["", "x"]]}),
        "threshold": lambda: taxonomy.edit(tx, one, {"threshold": b / 30}),
    }
    if len(live) == 1 and what in ("remove", "prune"):
        return None
    edited = edits[what]()
    return edited.action.id if edited.action else None
