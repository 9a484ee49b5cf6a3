"""A client that falls silent within a transaction keeps nobody waiting."""

from __future__ import annotations

import pytest

from lumina.errors import Unavailable
from lumina.store import Store, migrate

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def fall_silent(frozen: Store, other: Store) -> None:
    with frozen.transaction() as silent:
        silent.execute("UPDATE catalog SET name = 'of the frozen'")
        with other.transaction() as tx:
            tx.execute("UPDATE catalog SET name = 'of the other'")
        silent.execute("UPDATE catalog SET name = 'too late'")


def test_the_locks_of_a_silent_client_are_freed_and_its_late_commit_is_refused(database_url: str) -> None:
    frozen, other = Store(database_url, idle_seconds=1), Store(database_url)
    migrate.upgrade(other)
    with other.transaction() as tx:
        tx.execute("INSERT INTO catalog (name) VALUES ('before')")
    with pytest.raises(Unavailable):
        fall_silent(frozen, other)
    with other.transaction() as tx:
        assert tx.value("SELECT name FROM catalog") == "of the other"
    frozen.close()
    other.close()
