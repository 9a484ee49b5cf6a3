"""`lumina taxonomy` and `lumina tags` as a person or a script calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.store import Store, actions, journal
from tests.support.journal import images
from tests.support.lumina_home import Home
from tests.support.taxonomy import SMALL, dump, plant

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Home:
    """A home with the images 1 to 4 and a small tree."""
    home = Home(tmp_path / "home")
    home.environment["LUMINA_DATABASE_URL"] = store.url
    images(store, 4, taken=True)
    with store.transaction() as tx:
        plant(tx, SMALL)
    return home


def test_images_are_tagged_refused_and_found(home: Home) -> None:
    home.run("tags", "1", "2", "--add", "poodles", "--add", "fun/beach", "--create")
    assert "Refused" in home.run("tags", "2", "--refuse", "animal").stdout
    assert "image 1: animal/dog/poodle (a person); fun/beach (a person)" in home.run("tags", "1").stdout
    assert "animal (refused)" in home.run("tags", "2").stdout
    assert [i["id"] for i in home.json("images", "--tag", "dog")["images"]] == [1]
    listed = home.run("taxonomy").stdout
    assert "animal (1)\n" in listed
    assert "    poodle (1)\n" in listed
    said = home.json("tags", "3", "--add", "cat", "--dry-run")
    assert (said["dry_run"], said["done"][0]["images"]) == (True, 1)
    assert "Took back" in home.run("tags", "1", "--forget", "poodle").stdout


def test_the_tree_is_edited_and_every_edit_is_undone(home: Home, store: Store, tmp_path: Path) -> None:
    home.run("tags", "1", "2", "--add", "truck")
    with store.transaction() as tx:
        before = dump(tx)
    home.run("taxonomy", "add", "van", "--below", "vehicle", "--also", "de:Lieferwagen", "--also", "transporter")
    home.run("taxonomy", "rename", "Lieferwagen", "Van")
    assert "Would have: Moved" in home.run("taxonomy", "move", "van", "animal", "--dry-run").stdout
    home.run("taxonomy", "move", "van", "/")
    assert "would come below itself" in home.run("taxonomy", "move", "animal", "poodle", code=1).stderr
    said = home.json("taxonomy", "merge", "truck", "van")
    assert (said["images"], said["nodes"], said["node"]["images"]) == (2, 3, 2)
    out = tmp_path / "tree.json"
    home.run("taxonomy", "export", "-o", out)
    assert (
        "Van\n\t{Lieferwagen}\n\t{transporter}\n\t{truck}\n\tpickup\n"
        in home.run("taxonomy", "export", "--keywords").stdout
    )
    home.run("taxonomy", "remove", "animal", "--below")
    assert "Added 5 nodes" in home.run("taxonomy", "import", out).stdout
    assert "cannot be read" in home.run("taxonomy", "import", tmp_path / "none.txt", code=2).stderr
    with store.transaction() as tx:
        for action in actions.listed(tx)[:-1]:
            journal.undo(tx, action.id)
        assert dump(tx) == before
