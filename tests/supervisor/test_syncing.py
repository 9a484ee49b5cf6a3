"""What is followed is synced in its time while Lumina is up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lumina.bootstrap import App, Settings, build
from lumina.domain.market import FollowKind
from lumina.store import follows, markets
from lumina.supervisor.syncing import Syncing
from tests.support.messages import Messages

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[App]:
    made = build(Settings(home=tmp_path, database_url=database_url), sender=Messages())
    yield made
    made.close()


def test_what_is_due_is_asked_for_unless_a_kill_file_is_there(app: App) -> None:
    with app.store.transaction() as tx:
        here = markets.ensure(tx, "etsy", title="Etsy", address="https://api.example.org", folder=Path("/nowhere"))
        first = follows.add(tx, here.source_id, FollowKind.KEYWORDS, "mug", "mug", 60)
        follows.put_off(tx, follows.add(tx, here.source_id, FollowKind.KEYWORDS, "jug", "jug", 60).id, "later", 600)
    kill = app.settings.home / "KILL_SYNC"
    kill.touch()
    with Syncing(app, look_seconds=0.02):
        time.sleep(0.2)
        assert app.work.listed() == []
        kill.unlink()
        until = time.monotonic() + 10
        while not app.work.listed() and time.monotonic() < until:
            time.sleep(0.02)
    (job,) = app.work.listed()
    assert job.kind == "market-sync"
    with app.store.transaction() as tx:
        assert tx.value("SELECT array_agg(payload ->> 'follow') FROM batch") == [str(first.id)]
