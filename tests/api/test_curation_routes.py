"""Curating, the journal and undo over HTTP."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from lumina.services.events import CurationChanged
from lumina.store import Store
from tests.api.conftest import House, photo
from tests.support.journal import dump, images

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{}" xmp:Label="Blue"/></rdf:RDF></x:xmpmeta>"""


def _all(store: Store) -> dict[str, Any]:
    with store.transaction() as tx:
        return dump(tx)


def test_what_sidecars_say_comes_first_and_a_persons_word_stays(house: House) -> None:
    photo(house.photos / "a.jpg", colour=1)
    photo(house.photos / "b.jpg", colour=90)
    for name in ("a.xmp", "b.xmp"):
        (house.photos / name).write_text(SIDECAR.format(3 if name == "a.xmp" else -1))
    house.add_photos()
    ids = {item["name"]: item["id"] for item in house.get("/api/images")["items"]}
    first, second = (house.get(f"/api/images/{ids[name]}") for name in ("a.jpg", "b.jpg"))
    assert (first["rating"], first["label"], second["rating"], second["flag"]) == (3, "blue", 0, "reject")
    facts = {fact["name"]: (fact["text"], fact["origin"]) for fact in first["facts"]}
    assert (facts["rating"], facts["label"]) == (("3 of 5", "Sidecar:xmp:Rating"), ("blue", "Sidecar:xmp:Label"))
    house.post("/api/images/curate", {"images": [ids["a.jpg"]], "changes": {"rating": 5, "title": "Mine"}})
    (house.photos / "a.xmp").write_text(SIDECAR.format(1))
    (house.photos / "b.xmp").write_text(SIDECAR.format(2))
    house.post("/api/jobs", {"kind": "ingest"}, 202)
    house.work()
    first, second = (house.get(f"/api/images/{ids[name]}") for name in ("a.jpg", "b.jpg"))
    assert (first["rating"], second["rating"], second["flag"]) == (5, 2, None)
    facts = {fact["name"]: (fact["text"], fact["origin"]) for fact in first["facts"]}
    assert (facts["rating"], facts["title"]) == (("5 of 5", "Lumina"), ("Mine", "Lumina"))


def test_all_that_a_view_shows_is_changed_as_one_action(house: House) -> None:
    catalog, ids = images(house.store, 6, taken=True)
    before = _all(house.store)
    done = house.post("/api/images/curate", {"images": ids[:4], "changes": {"rating": 2}})
    assert (done["images"], done["action"]["title"]) == (4, "Rated 4 images 2 stars")
    body = {"selection": {"rating": 1, "catalog": str(catalog)}, "changes": {"trashed": True, "flag": "reject"}}
    assert house.post("/api/images/curate", body)["images"] == 4
    assert [item["id"] for item in house.get("/api/images")["items"]] == ids[:3:-1]
    assert [item["shelf"] for item in house.get("/api/images", shelf="trash")["items"]] == ["trash"] * 4
    assert house.get("/api/trash") == {"images": 4, "files": 0, "size": 0, "due_files": 0, "due_size": 0, "days": 30}
    listed = house.get("/api/actions", limit=1)
    assert [action["title"] for action in listed["items"]] == ["Rejected 4 images and moved them to the trash"]
    rest = house.get("/api/actions", cursor=listed["next"], catalog=str(catalog))
    assert ([action["id"] for action in rest["items"]], rest["next"]) == ([done["action"]["id"]], None)
    for changed in (8, 4):
        undone = house.post("/api/undo", {})
        assert (undone["changed"], undone["conflicts"], undone["action"]["state"]) == (changed, 0, "undone")
    assert _all(house.store) == before
    house.problem(house.client.post("/api/undo"), 404)


def test_words_come_to_those_that_are_there(house: House) -> None:
    _, (one, two) = images(house.store, 2)
    with house.store.transaction() as tx:
        tx.execute("INSERT INTO metadata (image_id, keywords) VALUES (:i, ARRAY['sea'])", i=one)
    house.post("/api/images/curate", {"images": [one], "changes": {"keywords": ["a"]}})
    done = house.post("/api/images/curate", {"images": [one, two], "changes": {"add_keywords": ["sea", " b ", "a"]}})
    found = [house.get(f"/api/images/{image}") for image in (one, two)]
    assert [image["curation"]["keywords"] for image in found] == [["a", "b"], ["sea", "b", "a"]]
    assert next(fact["value"] for fact in found[0]["facts"] if fact["name"] == "keywords") == ["sea", "a", "b"]
    again = house.post("/api/images/curate", {"images": [one], "changes": {"add_keywords": ["b"]}})
    assert again == {"action": None, "images": 1}
    assert house.get("/api/actions")["items"][0]["id"] == done["action"]["id"]


def test_what_was_changed_since_is_named_and_stays(house: House) -> None:
    _, ids = images(house.store, 2)
    old = house.post("/api/images/curate", {"images": ids, "changes": {"label": "red"}})["action"]["id"]
    house.post("/api/images/curate", {"images": ids[:1], "changes": {"label": None}})
    undone = house.post("/api/undo", {"action_id": old})
    assert (undone["changed"], undone["conflicts"], undone["job"], undone["left"]) == (1, 0, None, [])
    old = house.post("/api/images/curate", {"images": ids, "changes": {"rating": 1}})["action"]["id"]
    house.post("/api/images/curate", {"images": ids[:1], "changes": {"rating": 4}})
    undone = house.post("/api/undo", {"action_id": old})
    assert (undone["changed"], undone["conflicts"]) == (1, 1)
    assert undone["left"] == [{"image_id": ids[0], "field": "rating", "key": 0, "present": 4, "wanted": 0}]
    house.problem(house.client.post("/api/undo", json={"action_id": old}), 409)
    house.problem(house.client.post("/api/undo", json={"action_id": 10**9}), 404)


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"changes": {"rating": 1}}, 422, "images or selection"),
        ({"images": [1], "selection": {}, "changes": {"rating": 1}}, 422, "images or selection"),
        ({"images": [1], "changes": {}}, 422, "nothing"),
        ({"images": [1], "changes": {"rating": 6}}, 422, "rating"),
        ({"images": [1], "changes": {"label": "orange"}}, 422, "label"),
        ({"images": [1], "changes": {"album": True}}, 422, "album"),
        ({"images": [1], "changes": {"location": [91, 0]}}, 422, "location"),
        ({"images": [1], "changes": {"keywords": ["a"], "add_keywords": ["b"]}}, 422, "add_keywords"),
        ({"images": [1, 7, 8], "changes": {"rating": 1}}, 404, "7, 8"),
        ({"selection": {"colour": "red"}, "changes": {"rating": 1}}, 422, "colour"),
        ({"selection": {"catalog": "00000000-0000-0000-0000-000000000000"}, "changes": {"rating": 1}}, 404, "catalog"),
    ],
)
def test_what_makes_no_sense_is_named(house: House, body: dict[str, Any], status: int, named: str) -> None:
    images(house.store, 1)
    assert named in house.problem(house.client.post("/api/images/curate", json=body), status)["detail"]


def test_albums_are_filled_renamed_and_brought_back(house: House) -> None:
    catalog, ids = images(house.store, 4, taken=True)
    album = house.post("/api/albums", {"catalog_id": str(catalog), "name": " Best  of ", "images": ids[:2]}, 201)
    assert (album["name"], album["images"], album["cover"]["id"]) == ("Best of", 2, ids[1])
    where = f"/api/albums/{album['id']}"
    filled = house.post(f"{where}/images", {"add": ids[2:], "remove": ids[:1]})
    assert filled["action"]["title"] == 'Added 2 images to and took 1 image out of the album "Best of"'
    assert house.post(f"{where}/images", {"remove": ids[:1]})["action"] is None
    house.post("/api/images/curate", {"images": [ids[1]], "changes": {"archived": True}})
    house.post("/api/images/curate", {"images": [ids[2]], "changes": {"trashed": True}})
    assert [item["id"] for item in house.get("/api/images", album=album["id"])["items"]] == [ids[3], ids[1]]
    assert house.get(where)["images"] == 2
    assert house.get(f"/api/images/{ids[3]}")["curation"]["albums"] == [{"id": album["id"], "name": "Best of"}]
    assert house.client.patch(where, json={"name": "Best"}).json()["name"] == "Best"
    removed = house.client.delete(where).json()["action"]
    assert house.get("/api/albums") == []
    house.problem(house.client.get(where), 404)
    other = house.post("/api/albums", {"catalog_id": str(catalog), "name": "Best"}, 201)
    assert house.post("/api/undo", {"action_id": removed["id"]})["conflicts"] == 1, "the name is taken"
    house.problem(house.client.post("/api/albums", json={"catalog_id": str(catalog), "name": "Best"}), 409)
    assert [entry["id"] for entry in house.get("/api/albums", catalog=str(catalog))] == [other["id"]]


def test_undoing_takes_no_album_away_that_others_have_filled(house: House) -> None:
    catalog, ids = images(house.store, 2)
    album = house.post("/api/albums", {"catalog_id": str(catalog), "name": "a", "images": ids[:1]}, 201)
    house.post(f"/api/albums/{album['id']}/images", {"add": ids[1:]})
    undone = house.post("/api/undo", {"action_id": album["action"]["id"]})
    assert (undone["changed"], undone["conflicts"], undone["left"][0]["field"]) == (1, 1, "album-name")
    assert [item["id"] for item in house.get("/api/images", album=album["id"])["items"]] == ids[1:]
    assert house.post("/api/images/curate", {"selection": {"q": "nowhere"}, "changes": {"rating": 1}}) == {
        "action": None,
        "images": 0,
    }


def test_an_album_holds_images_of_its_own_catalog(house: House) -> None:
    (catalog, ours), (_, strange) = images(house.store, 1), images(house.store, 1)
    album = house.post("/api/albums", {"catalog_id": str(catalog), "name": "a", "images": ours}, 201)
    where = f"/api/albums/{album['id']}/images"
    for body, named in (
        ({"add": strange}, "own catalog"),
        ({"add": ours, "remove": ours}, "put in and taken out"),
        ({}, "no image"),
    ):
        assert named in house.problem(house.client.post(where, json=body), 422)["detail"]
    house.problem(house.client.post("/api/albums/9/images", json={"add": ours}), 404)
    house.problem(house.client.patch("/api/albums/1", json={"name": " "}), 422)
    both = house.post("/api/images/curate", {"images": ours + strange, "changes": {"favourite": True}})
    assert both["action"]["catalog_id"] is None


def test_files_leave_the_trash_after_their_time_only(house: House) -> None:
    catalog, (young, old, loose) = images(house.store, 3)
    home = Path(house.app.settings.home) / "trash"
    with house.store.transaction() as tx:
        for image, days in ((young, 29), (old, 31)):
            tx.execute("UPDATE image SET trashed_at = now() - :d * interval '1 day' WHERE id = :i", d=days, i=image)
            path = f"1/{image}/x.jpg"
            tx.execute("UPDATE file SET trash_path = :p, size = 3 WHERE image_id = :i", p=path, i=image)
            (home / path).parent.mkdir(parents=True)
            (home / path).write_bytes(b"abc")
        tx.execute("UPDATE image SET trashed_at = now() - interval '99 days' WHERE id = :i", i=loose)
    assert house.get("/api/trash", catalog=str(catalog))["due_files"] == 1
    assert house.post("/api/trash/empty", {"dry_run": True}) == {"files": 1, "size": 3, "dry_run": True}
    assert sorted(path.parent.name for path in home.rglob("*.jpg")) == sorted(map(str, (young, old)))
    assert house.post("/api/trash/empty", {}) == {"files": 1, "size": 3, "dry_run": False}
    assert [path.parent.name for path in home.rglob("*.jpg")] == [str(young)]
    assert house.post("/api/trash/empty", {})["files"] == 0
    restore = {"images": [young], "changes": {"trashed": False}}
    assert "undo the action" in house.problem(house.client.post("/api/images/curate", json=restore), 409)["detail"]
    house.problem(house.client.post("/api/trash/empty", json={"catalog": "00000000-0000-0000-0000-000000000000"}), 404)


def test_listeners_hear_of_decisions(house: House) -> None:
    catalog, ids = images(house.store, 1)
    heard: list[Any] = []

    def hear(event: Any) -> None:
        if isinstance(event, CurationChanged):
            heard.append(event.catalog_id)

    stop = house.lumina.events.subscribe(hear)
    try:
        _wait(lambda: house.lumina.events.listening)
        time.sleep(0.6)
        house.post("/api/images/curate", {"images": ids, "changes": {"rating": 1}})
        _wait(lambda: len(heard) == 1)
        house.post("/api/undo")
        _wait(lambda: len(heard) == 2)
    finally:
        stop()
    assert set(heard) == {catalog}


def _wait(there: Any) -> None:
    until = time.monotonic() + 10
    while not there():
        assert time.monotonic() < until, "nothing was heard"
        time.sleep(0.02)
