"""Fixtures on the real parts: one PostgreSQL per test session, a fresh database per test."""

from __future__ import annotations

import gc
import os
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from lumina.store import Store, migrate
from scripts import browser
from scripts.sample_library import build
from tests.support.redis_server import RedisServer

ROOT = Path(__file__).parent.parent
# where `make test` has put programs that the machine lacks
os.environ["PATH"] = os.pathsep.join((str(ROOT / ".tools" / "bin"), os.environ["PATH"]))


LONG = ("system", "supervisor", "worker", "cli", "browser")
"""Folders of the tests that take longest: they begin, so that nobody waits for them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((n for n, name in enumerate(LONG) if name in item.path.parts), len(LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported now stays to the end: the collector need not look at it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL pattern of a running server, `{}` standing for the database's name.

    `LUMINA_TEST_POSTGRES` names one that runs already; by default the embedded one is started.
    """
    if given := os.environ.get("LUMINA_TEST_POSTGRES"):
        yield given
        return
    from lumina.store.embedded import EmbeddedPostgres

    folder = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(folder) as server:
        _write_carelessly(server.url_of("postgres"))
        yield server.url_of("{}")


def _write_carelessly(url: str) -> None:
    """Nobody pulls this server's plug: it need not wait for the disk, nor log what only a torn page would need."""
    admin = Store(url, pool_size=1)
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        _run_outside_transaction(admin, f"ALTER SYSTEM SET {name} = off")
    _run_outside_transaction(admin, "SELECT pg_reload_conf()")
    admin.close()


def _admin(postgres: str) -> Store:
    return Store(postgres.format("postgres"))


def _run_outside_transaction(store: Store, sql: str) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(sql)


@pytest.fixture(scope="session")
def template_database(postgres: str) -> Iterator[str]:
    """Name of a migrated, empty database to copy."""
    name = f"template_{uuid.uuid4().hex}"
    admin = _admin(postgres)
    _run_outside_transaction(admin, f"CREATE DATABASE {name}")
    template = Store(postgres.format(name))
    migrate.upgrade(template)
    template.close()
    yield name
    _run_outside_transaction(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@contextmanager
def copied(postgres: str, template_database: str) -> Iterator[str]:
    """URL of a fresh, migrated database."""
    name = f"test_{uuid.uuid4().hex}"
    admin = _admin(postgres)
    _run_outside_transaction(admin, f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY wal_log")
    yield postgres.format(name)
    _run_outside_transaction(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def database_url(postgres: str, template_database: str) -> Iterator[str]:
    """URL of a fresh, migrated database."""
    with copied(postgres, template_database) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on a fresh, migrated database."""
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """An empty folder for photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def sample_library() -> Path:
    """Some 70 files, painted by code, of every case that a catalog has to know. Copy it before changing anything."""
    folder = ROOT / "build" / "sample-library"
    build(folder)
    return folder


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A running Redis of this test's own; `.url` is its address."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A running Chromium; make a context of your own in it, with the window's size that the test is about.

    Per module, because Playwright keeps an event loop running in this thread, which other tests want for themselves.
    """
    program = browser.find()
    assert program, "no Chromium here: run `make test`, which sets it up or says how"
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not work for root, and not in most containers
        yield playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
