"""The API over a real database, real files and the real stages; only the broker's messages are delivered by hand."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from lumina.api.app import create_app
from lumina.api.context import Lumina
from lumina.bootstrap import App, Configuration, Settings, build
from lumina.store import Store
from lumina.store.ledger import Worker
from tests.support.messages import Messages
from tests.support.taxonomy import restore_tree
from tests.support.vectors_of import forget_all

ORIGIN = "http://127.0.0.1:8765"


@dataclass
class House:
    """A running API and the worker behind it."""

    app: App
    lumina: Lumina
    client: TestClient
    messages: Messages
    photos: Path
    me: Worker = field(default_factory=lambda: Worker("server", "1/2"))

    @property
    def store(self) -> Store:
        return self.app.store

    def work(self) -> None:
        """Do all that has been asked for."""
        while self.messages.waiting:
            self.app.engine.run_one(*self.messages.waiting.pop(0), self.me)

    def get(self, path: str, /, status: int = 200, **parameters: Any) -> Any:
        response = self.client.get(path, params=parameters)
        assert response.status_code == status, response.text
        return response.json()

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        response = self.client.post(path, json=body)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def problem(self, response: Any, status: int) -> dict[str, Any]:
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        body: dict[str, Any] = response.json()
        assert set(body) == {"type", "title", "status", "detail"}
        assert body["status"] == status
        assert body["type"].startswith("/problems/")
        assert body["title"]
        assert body["detail"]
        return body

    def add_photos(self, catalog: str = "Home") -> str:
        """Read the folder of photos into a catalog; returns its id."""
        made = self.post("/api/catalogs", {"name": catalog}, 201)
        self.post(f"/api/catalogs/{made['id']}/sources", {"path": str(self.photos)}, 201)
        self.work()
        return str(made["id"])


def photo(
    path: Path,
    taken: str | None = None,
    *,
    camera: tuple[str, str] | None = None,
    size: tuple[int, int] = (160, 120),
    place: tuple[float, float] | None = None,
    colour: int = 0,
) -> Path:
    """A small picture with a gradient of its own, and EXIF where asked for."""
    ramp = Image.linear_gradient("L").resize(size)
    flat = Image.new("L", size, colour % 256)
    picture = Image.merge("RGB", (ramp, flat, ramp.rotate(180)))
    exif = Image.Exif()
    if camera:
        exif[271], exif[272] = camera
    if taken:
        exif.get_ifd(0x8769)[36867] = taken
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: _degrees(place[0]), 3: "E", 4: _degrees(place[1])})
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, exif=exif)
    return path


def _degrees(value: float) -> tuple[float, float, float]:
    return (int(value), int(value * 60 % 60), round(value * 3600 % 60, 4))


def make_house(database_url: str, folder: Path) -> Iterator[House]:
    settings = Settings(home=folder / "home", database_url=database_url)
    (folder / "photos").mkdir(exist_ok=True)
    messages = Messages()
    app = build(settings, sender=messages)
    app.set_up_database()
    lumina = Lumina(app, Configuration(settings, dict.fromkeys(Settings.model_fields, "default")))
    with TestClient(create_app(lumina), base_url=ORIGIN, client=("127.0.0.1", 50000)) as client:
        yield House(app, lumina, client, messages, folder / "photos")
    app.close()


@pytest.fixture(scope="session")
def one_house(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An API whose database the tests share, one after the other."""
    name = f"house_{uuid.uuid4().hex}"
    admin = Store(postgres.format("postgres"))
    _alone(admin, f"CREATE DATABASE {name} TEMPLATE {template_database}")
    yield from make_house(postgres.format(name), tmp_path_factory.mktemp("house"))
    _alone(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def house(one_house: House, tmp_path: Path) -> House:
    """An API without images or jobs."""
    with one_house.store.transaction() as tx:
        restore_tree(tx)  # sees in the journal what was changed
        tx.execute("TRUNCATE catalog, source, image, job RESTART IDENTITY CASCADE")
        forget_all(tx)
    one_house.messages.waiting.clear()
    one_house.photos = tmp_path / "photos"
    one_house.photos.mkdir()
    return one_house


HOSTILE = "<img src=x onerror=alert(1)>&\"'.jpg"


@pytest.fixture(scope="session")
def album(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An API with a processed catalog "Album"; for tests that only look. Photos a-f newest last, see the code."""
    name = f"album_{uuid.uuid4().hex}"
    admin = Store(postgres.format("postgres"))
    _alone(admin, f"CREATE DATABASE {name} TEMPLATE {template_database}")
    folder = tmp_path_factory.mktemp("album")
    for house in make_house(postgres.format(name), folder):
        _fill(house.photos)
        house.add_photos("Album")
        yield house
    _alone(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def _fill(photos: Path) -> None:
    canon, pixel = ("Canon", "Canon EOS R6"), ("Google", "Pixel 7")
    photo(photos / "2019" / "a.jpg", "2019:07:14 10:11:12", camera=canon, place=(46.95, 7.45), colour=10)
    photo(photos / "2019" / "b.jpg", "2019:07:14 10:11:13", camera=canon, colour=60, size=(120, 160))
    photo(photos / "2020" / "c.jpg", "2020:02:29 23:59:59", camera=pixel, place=(47.37, 8.54), colour=110)
    photo(photos / "2020" / HOSTILE, "2020:03:01 00:00:00", camera=pixel, colour=160)
    photo(photos / "2020" / "umlaut ä 100%_.jpg", "2021:01:01 12:00:00", colour=210)
    photo(photos / "scan.png", colour=240)
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"nothing of a picture" * 20)
    if os.name == "posix":
        photo(photos / "odd.jpg", "2018:01:01 01:01:01", colour=33)
        raw = os.fsencode(photos) + b"/bad\xff\xfename.jpg"
        os.rename(photos / "odd.jpg", raw)  # noqa: PTH104


def _alone(store: Store, sql: str) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(sql)
