"""The real server with the built web interface, driven by a real Chromium; only the broker's messages go by hand."""

from __future__ import annotations

import shutil
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page

from lumina.api.app import create_app
from lumina.api.context import Lumina
from lumina.api.web import FOLDER as WEB
from lumina.bootstrap import App, Configuration, Settings, build
from lumina.services import sources
from lumina.store import Store
from lumina.store.ledger import Worker
from tests.support.films import film
from tests.support.messages import Messages
from tests.support.pictures import encoded, scene

HOSTILE = "<img src=x onerror=document.title='owned'>&\"'.jpg"
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Site:
    """A running Lumina and its only worker, the test."""

    app: App
    address: str
    messages: Messages
    photos: Path
    me: Worker = field(default_factory=lambda: Worker("server", "1/2"))

    def step(self) -> bool:
        """Do the oldest piece of work; False where there is none."""
        if not self.messages.waiting:
            return False
        self.app.engine.run_one(*self.messages.waiting.pop(0), self.me)
        return True

    def work(self) -> None:
        """Do all that has been asked for."""
        while self.step():
            pass

    def add(self, name: str = "Photos") -> str:
        """Make a catalog of the photos and ask for the work on it; returns the catalog's id."""
        place = sources.place(self.app.store, self.photos, catalog=name)
        self.app.work.ingest(place.catalog_id, place.source_id)
        return str(place.catalog_id)

    def url(self, path: str = "/") -> str:
        return f"{self.address}{path}"


def serve(database_url: str, folder: Path, **settings_given: Any) -> Iterator[Site]:
    """A server on a free port, on a database and a folder of its own."""
    assert (WEB / "index.html").exists(), "the web interface has not been built: run `make install`"
    photos = folder / "photos"
    photos.mkdir(exist_ok=True)
    settings = Settings(home=folder / "home", database_url=database_url, **settings_given)
    messages = Messages()
    app = build(settings, sender=messages)
    app.set_up_database()
    lumina = Lumina(app, Configuration(settings, dict.fromkeys(Settings.model_fields, "default")))
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(lumina), log_level="error", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [port]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield Site(app, f"http://127.0.0.1:{port.getsockname()[1]}", messages, photos)
        finally:
            lumina.closing.set()
            server.should_exit = True
            thread.join(20)
            app.close()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A Lumina of its own, without any catalog."""
    yield from serve(database_url, tmp_path)


@pytest.fixture(scope="session")
def library(
    postgres: str, template_database: str, sample_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A Lumina with the sample library, a hostile name, broken files and a film, all done. For tests that only look."""
    name = f"library_{uuid.uuid4().hex}"
    admin = Store(postgres.format("postgres"))
    _alone(admin, f"CREATE DATABASE {name} TEMPLATE {template_database}")
    folder = tmp_path_factory.mktemp("library")
    shutil.copytree(sample_library, folder / "photos")
    (folder / "photos" / HOSTILE).write_bytes(encoded(scene(77)))
    (folder / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"nothing of a picture" * 20)
    film(folder / "photos" / "film.mp4")
    for site in serve(postgres.format(name), folder):
        site.add("Sample")
        site.work()
        yield site
    _alone(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def _alone(store: Store, sql: str) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(sql)


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Opens pages; at the end no page may have thrown an error or tried what the server's policy forbids.

    `open_page(address, width=1440, height=900, **context options)`; `allow` names parts of console errors to expect.
    """
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    def open_page(
        address: str = "", *, width: int = 1440, height: int = 900, allow: str | None = None, **more: Any
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB", **more)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(f"thrown: {error}"))
        page.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))

        def heard(message: Any) -> None:
            if message.type == "error" and not (allow and allow in message.text):
                trouble.append(f"console: {message.text}")

        page.on("console", heard)
        if address:
            page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def eventually(true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until it is true. (Playwright's `wait_for_function` needs `eval`, which the server's policy forbids.)"""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.05)
