"""`lumina taxonomy` and `lumina tags` as a person or a script calls them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lumina.store import Store
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
    assert [i["id"] for i in home.json("images", "--tag", "fun")["images"]] == [2, 1]
    assert "no node 'sea'" in home.run("images", "--tag", "sea", code=1).stderr
    listed = home.run("taxonomy").stdout
    assert "animal (1)\n" in listed
    assert "    poodle (1)\n" in listed
    said = home.json("tags", "3", "--add", "cat", "--dry-run")
    assert (said["dry_run"], said["done"][0]["images"]) == (True, 1)
    assert home.json("tags", "3")["images"] == [{"image": 3, "tags": []}]
    home.run("tags", "1", "--forget", "poodle")
    assert home.json("images", "--tag", "dog")["images"] == []
    assert "go with --add" in home.run("tags", "1", "--create", code=2).stderr


def test_the_tree_is_edited_and_every_edit_is_undone(home: Home, store: Store, tmp_path: Path) -> None:
    home.run("tags", "1", "2", "--add", "truck")
    with store.transaction() as tx:
        before = dump(tx)
    assert "(2 images)" in home.run("taxonomy", "move", "vehicle", "animal", "--dry-run").stdout
    home.run("taxonomy", "add", "van", "--below", "vehicle", "--also", "de:Lieferwagen", "--also", "transporter")
    home.run("taxonomy", "rename", "Lieferwagen", "Van")
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
    assert "no text" in home.run("taxonomy", "import", sys.executable, code=2).stderr
    assert "cannot be read" in home.run("taxonomy", "import", tmp_path / "none.txt", code=2).stderr
    actions = home.json("undo", "--list")["actions"]
    for action in actions[:-1]:
        home.run("undo", str(action["id"]))
    with store.transaction() as tx:
        assert dump(tx) == before
