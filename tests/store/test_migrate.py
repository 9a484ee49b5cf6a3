"""Migrations on the real database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from lumina.errors import Unavailable, VersionMismatch
from lumina.store import Store, migrate

pytestmark = pytest.mark.integration


@pytest.fixture
def empty(store: Store) -> Iterator[Store]:
    with store.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return store


def test_the_files_names_agree_with_alembics_own_order() -> None:
    scripts = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert migrate.revisions() == [script.revision for script in scripts.walk_revisions()][::-1]
    assert migrate.head() == scripts.get_current_head()


def test_an_empty_database_gets_the_newest_schema(empty: Store) -> None:
    assert migrate.revision(empty) is None
    assert migrate.upgrade(empty) == migrate.head() == migrate.revision(empty)
    assert migrate.upgrade(empty) == migrate.head()


def test_two_servers_starting_at_once_migrate_once(empty: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert (
            list(pool.map(lambda _: migrate.upgrade(Store(empty.url, pool_size=0)), range(4))) == [migrate.head()] * 4
        )
    assert migrate.revision(empty) == migrate.head()


def test_a_migration_that_is_cut_off_leaves_the_old_version(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE node (in_the_way integer)"))  # the last table that 0001 makes
    with pytest.raises(Exception, match="node"):
        migrate.upgrade(empty)
    assert migrate.revision(empty) is None
    with empty.engine.begin() as connection:
        assert connection.execute(text("SELECT to_regclass('catalog')")).scalar() is None
        connection.execute(text("DROP TABLE node"))
    assert migrate.upgrade(empty) == migrate.head()


def test_a_database_from_the_future_is_refused(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE lumina_schema SET version_num = '9999'"))
    with pytest.raises(VersionMismatch, match="9999"):
        migrate.upgrade(store)


def test_missing_extensions_are_named_with_the_command_that_installs_them(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "EXTENSIONS", ("vector", "no_such_extension"))
    with pytest.raises(Unavailable, match=r"no_such_extension.*apt-get install"):
        migrate.upgrade(empty)


def test_a_server_that_does_not_answer_is_said_so() -> None:
    nowhere = Store("postgresql://lumina@127.0.0.1:9/none")
    with pytest.raises(Unavailable, match="does not answer"), nowhere.transaction():
        pass
