"""Curate, albums, trash and undo as a person or a script calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.store import Store
from tests.support.journal import dump, images
from tests.support.lumina_home import Home

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Home:
    """A home whose only catalog has the images 1 to 4, whose files would lie in `photos`."""
    home = Home(tmp_path / "home")
    home.environment["LUMINA_DATABASE_URL"] = store.url
    images(store, 4, taken=True)
    (tmp_path / "photos" / "sub").mkdir(parents=True)
    with store.transaction() as tx:
        tx.execute("UPDATE source SET path = :path", path=str(tmp_path / "photos"))
        tx.execute("UPDATE file SET path = 'sub/' || path WHERE id > 2")
    return home


def test_images_are_named_by_number_file_or_folder(home: Home, store: Store, tmp_path: Path) -> None:
    with store.transaction() as tx:
        before = dump(tx)
    photos = tmp_path / "photos"
    said = home.json("curate", "1", photos / "sub", photos / "2.jpg", "--rating", "4", "--flag", "pick", "--dry-run")
    assert (said["images"], said["action"]["title"]) == (4, "Rated 4 images 4 stars and picked them")
    with store.transaction() as tx:
        assert dump(tx) == before
    home.run("curate", photos / "sub", "--label", "red", "--keyword", "a b", "--title", "Sea", "--location", "1.5,-2")
    assert "3" in home.run("images", "--label", "red").stdout
    shown = home.run("show", "3").stdout
    assert all(word in shown for word in ("Sea", "red", "a b", "1.500000° N", "Lumina"))
    home.run("curate", photos, "--favourite", "--archive")
    home.run("curate", "1", photos / "2.jpg", "--trash")
    assert [i["id"] for i in home.json("images", "--shelf", "archive", "--favourite")["images"]] == [4, 3]
    assert [i["shelf"] for i in home.json("images", "--shelf", "trash")["images"]] == ["trash"] * 2
    home.run("curate", "3", "--title", "-", "--label", "none", "--location", "-")
    assert "nothing" in home.run("curate", "1", code=2).stderr
    assert "'dark' is not possible" in home.run("curate", "1", "--label", "dark", code=2).stderr
    assert "latitude" in home.run("curate", "1", "--location", "here", code=2).stderr
    assert "no image 99" in home.run("curate", "99", "--rating", "1", code=1).stderr
    assert "no catalog" in home.run("curate", tmp_path / "x.jpg", "--rating", "1", code=1).stderr
    assert "no image" in home.run("curate", Path(__file__).parent, "--rating", "1", code=1).stderr
    assert "Nothing to change" in home.run("curate", "1", "--trash").stdout
    for _ in home.json("undo", "--list")["actions"]:
        home.run("undo")
    assert "nothing to undo" in home.run("undo", code=1).stderr
    with store.transaction() as tx:
        assert dump(tx) == before


def test_albums_by_name_or_number(home: Home) -> None:
    assert home.json("albums", "create", "Best", "1", "2", "--dry-run")["album"]["images"] == 2
    assert "No albums" in home.run("albums").stdout
    made = home.json("albums", "create", "Best", "1", "2")["album"]
    home.run("albums", "add", "Best", "3")
    home.run("albums", "take", str(made["id"]), "1")
    assert [i["id"] for i in home.json("images", "--album", "Best")["images"]] == [3, 2]
    home.run("albums", "rename", "Best", "Better")
    assert [(a["name"], a["images"]) for a in home.json("albums", "list")["albums"]] == [("Better", 2)]
    assert "no album 'Best'" in home.run("images", "--album", "Best", code=1).stderr
    assert "already" in home.run("albums", "create", "Better", code=1).stderr
    home.run("albums", "remove", "Better")
    assert "Better" not in home.run("albums").stdout
    home.run("undo")
    assert "Better" in home.run("albums").stdout


def test_undo_says_what_it_leaves(home: Home) -> None:
    old = home.json("curate", "1", "2", "--rating", "1")["action"]["id"]
    home.run("curate", "1", "--rating", "5")
    would = home.json("undo", str(old), "--dry-run")
    assert (would["changed"], would["conflicts"], would["action"]["state"]) == (1, 1, "undone")
    done = home.run("undo", str(old))
    assert "Rated 2 images 1 star" in done.stdout
    assert "image 1: rating was changed since" in done.stderr
    assert "undone already" in home.run("undo", str(old), code=1).stderr
    assert "undone" in home.run("undo", "--list").stdout


def test_the_trash_gives_nothing_away_before_its_time(home: Home, store: Store) -> None:
    home.run("curate", "1", "--trash")
    with store.transaction() as tx:
        tx.execute("UPDATE file SET trash_path = '1/1/1.jpg', size = 3 WHERE image_id = 1")
    file = home.folder / "trash" / "1" / "1" / "1.jpg"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"abc")
    assert home.json("trash", "--empty")["removed"] == 0
    assert home.json("--set", "trash_days=0", "trash", "--empty", "--dry-run")["due_files"] == 1
    assert file.exists()
    assert "Removed for good: 1" in home.run("--set", "trash_days=0", "trash", "--empty").stdout
    assert not file.exists()
    assert "In the trash: 1 images" in home.run("trash").stdout
