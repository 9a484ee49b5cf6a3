"""Lists of groups of which thousands of images were told apart."""

from __future__ import annotations

import pytest

from lumina.domain.copies import CopyFilter
from lumina.services import duplicates
from lumina.store import Store
from tests.support.review import thousands_of_groups

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def test_thousands_told_apart_do_not_hold_up_the_list(store: Store) -> None:
    thousands_of_groups(store, 5_000)
    with store.transaction() as tx:
        group = tx.value("SELECT min(id) FROM duplicate_group")
        tx.execute("UPDATE duplicate_member SET group_id = :group, position = image_id", group=group)
        tx.execute("DELETE FROM duplicate_group WHERE id <> :group", group=group)
        tx.execute("ANALYZE image, duplicate_member, duplicate_group")
        duplicates.say_distinct(tx, [group])
    with store.transaction() as tx:
        tx.execute("SET LOCAL statement_timeout = '2s'")  # the server knows nothing of the new set yet
        page = duplicates.page(tx, None, CopyFilter(), limit=10)
    assert (list(page.items), page.summary.groups) == ([], 0)
