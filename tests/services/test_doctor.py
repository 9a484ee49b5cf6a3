"""What the doctor says."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from lumina import __version__
from lumina.broker.app import Broker
from lumina.broker.probe import problem
from lumina.domain.stage import Lane
from lumina.services import doctor, sources
from lumina.store import Store, migrate, nodes
from tests.support.redis_server import RedisServer

Usage = namedtuple("Usage", "total used free")


def found(checks: list[doctor.Check]) -> dict[str, doctor.Check]:
    return {check.name: check for check in checks}


def examine(store: Store, home: Path) -> dict[str, doctor.Check]:
    return found(doctor.examine(store, home, "server", lambda: None))


@pytest.mark.integration
def test_an_installation_in_order(store: Store, tmp_path: Path, photos: Path) -> None:
    (photos / "a.jpg").touch()
    sources.place(store, photos, catalog="Photos")
    checks = examine(store, tmp_path / "home")
    assert {check.state for check in checks.values()} == {"ok"}
    assert "vector, ltree, pg_trgm" in checks["extensions"].sentence


@pytest.mark.integration
def test_a_source_that_is_away_is_named(store: Store, tmp_path: Path, photos: Path) -> None:
    place = sources.place(store, photos, catalog="Photos")
    photos.rename(photos.with_name("away"))
    check = examine(store, tmp_path)[f"source-{place.source_id}"]
    assert check.state == "failed"
    assert str(photos) in check.sentence
    assert check.remedy
    assert "Nothing is removed" in check.remedy


@pytest.mark.integration
def test_a_worker_of_another_version_is_named(store: Store, tmp_path: Path) -> None:
    with store.transaction() as tx:
        nodes.announce(tx, nodes.SERVER, __version__, migrate.head())
        nodes.announce(tx, "old/cpu", "0.0.1", migrate.head(), lanes=[Lane.CPU.value], slots=2)
    check = examine(store, tmp_path)["node-old/cpu"]
    assert check.state == "failed"
    assert "0.0.1" in check.sentence
    assert check.remedy
    assert __version__ in check.remedy


@pytest.mark.integration
def test_a_database_that_does_not_answer_is_one_failed_check() -> None:
    away = Store("postgresql://me:hush@127.0.0.1:1/x")
    (check,) = doctor.installation(away, "server", lambda: None)
    assert (check.name, check.state) == ("database", "failed")
    assert "hush" not in check.sentence


@pytest.mark.integration
def test_a_broker_that_does_not_answer_is_named(redis_server: RedisServer) -> None:
    broker = Broker(redis_server.url)
    assert problem(broker) is None
    redis_server.kill()
    assert problem(broker)


@pytest.mark.unit
@pytest.mark.parametrize(("free", "state"), [(10**9 * 100, "ok"), (10**9 * 2, "warning"), (10**6, "failed")])
def test_disk_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 0, free))
    assert found(list(doctor.machine(tmp_path)))["space"].state == state


@pytest.mark.unit
def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert found(list(doctor.machine(tmp_path / "file" / "home")))["home"].state == "failed"
