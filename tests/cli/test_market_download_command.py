"""`lumina market download` and `lumina market demo` without doing anything, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.bootstrap import Settings, build
from lumina.store import Store
from tests.support.lumina_home import Home
from tests.support.market import listed, market
from tests.support.messages import Messages

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def home(store: Store, database_url: str, tmp_path: Path) -> Home:
    """With a marketplace that has told of six images."""
    app = build(Settings(home=tmp_path / "home", database_url=database_url), sender=Messages())
    app.set_up_database()
    app.close()
    with store.transaction() as tx:
        listed(tx, market(tx), 3)
    found = Home(tmp_path / "home")
    found.environment["LUMINA_DATABASE_URL"] = database_url
    return found


def test_what_would_be_fetched_is_said(home: Home) -> None:
    said = home.json("market", "download", "--dry-run")
    assert said["dry_run"]
    assert said["images"] == {"download": 6}
    assert "download: 6 images are due" in home.run("market", "download", "--dry-run", "--market", "demo").stdout
    assert "no marketplace 'etsy'" in home.run("market", "download", "--market", "etsy", code=1).stderr


def test_a_demo_that_is_only_asked_about_starts_nothing(home: Home) -> None:
    assert home.json("market", "demo", "--dry-run", "--listings", "7")["listings"] == 7
    assert not (home.folder / "market").exists()
    home.run("market", "demo", "--listings", "1", code=2)
