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


def test_a_database_of_the_first_version_keeps_what_it_knows(empty: Store) -> None:
    first = Path(migrate.__file__).parent / "migrations" / "versions" / "0001_foundation.sql"
    with empty.engine.begin() as connection:
        connection.exec_driver_sql(first.read_text(encoding="utf-8"))
        connection.execute(text("CREATE TABLE lumina_schema (version_num varchar(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO lumina_schema VALUES ('0001')"))
        connection.execute(text("INSERT INTO catalog (name) VALUES ('c')"))
        connection.execute(text("INSERT INTO source (catalog_id, path) SELECT id, '/photos' FROM catalog"))
        connection.execute(
            text(
                """INSERT INTO image (catalog_id, source_id, folder, stem, taken_at, missing_since)
                SELECT catalog_id, id, '', n, '2024-05-06 07:08:09', CASE WHEN n = 3 THEN now() END
                FROM source, generate_series(1, 3) AS n"""
            )
        )
        connection.execute(
            text("INSERT INTO metadata (image_id, rating, label) VALUES (1, 4, 'Red'), (2, -1, 'Moody')")
        )
        connection.execute(text("INSERT INTO fingerprint SELECT id, 1, 2, 3, 4, false FROM image"))
    assert migrate.upgrade(empty) == migrate.head()
    with empty.transaction() as tx:
        assert [row["shown"] for row in tx.rows("SELECT shown FROM image ORDER BY id")] == [True, True, False]
        assert tx.value("SELECT count(*) FROM fingerprint WHERE dhash = 1 AND phash = 4") == 3
        assert [
            tuple(row.values()) for row in tx.rows("SELECT rating, flag, label FROM curation ORDER BY image_id")
        ] == [
            (4, None, "red"),
            (0, "reject", None),
        ]
        tx.execute("UPDATE image SET hidden = true WHERE stem = '1'")
        tx.execute("SELECT timeline_fold()")
        assert tx.value("SELECT sum(images) FROM timeline_day") == 1


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
