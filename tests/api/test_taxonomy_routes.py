"""The taxonomy and tags over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import House, photo
from tests.support.journal import images

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<lr:hierarchicalSubject><rdf:Bag>{}</rdf:Bag></lr:hierarchicalSubject>
<dc:subject><rdf:Bag><rdf:li>Rex</rdf:li><rdf:li>Snow</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.fixture
def house(house: House) -> Iterator[House]:
    """The starting tree, as it was before once the test is over."""
    with house.store.transaction() as tx:
        last = tx.value("SELECT coalesce(max(id), 0) FROM action")
    yield house
    for action in house.get("/api/actions", limit=500)["items"]:
        if action["kind"] in ("tag", "taxonomy") and action["id"] > last and action["state"] == "done":
            house.post("/api/undo", {"action_id": action["id"]})


def _send(house: House, method: str, path: str, status: int, **given: Any) -> Any:
    response = house.client.request(method, path, **given)
    return response.json() if status < 400 and response.status_code == status else house.problem(response, status)


def _id(house: House, name: str) -> int:
    found = house.get("/api/taxonomy", q=name)["items"]
    return int(next(node["id"] for node in found if node["name"] == name))


def test_trucks_are_pickups_and_fire_engines(house: House) -> None:
    catalog, ids = images(house.store, 6, taken=True)
    assert house.get("/api/taxonomy")["items"] == [], "nothing that no image has"
    assert len(house.get("/api/taxonomy", empty="true")["items"]) > 15
    said = house.post("/api/images/tags", {"images": ids[:2], "name": "vehicle/pickup", "yes": True})
    assert (said["images"], said["action"]["title"]) == (2, 'Tagged 2 images "Pickup"')
    house.post("/api/images/tags", {"images": ids[2:3], "node": _id(house, "Fire engine"), "yes": True})
    truck = house.get("/api/taxonomy", q="trucks")["items"][0]
    assert (truck["name"], truck["images"], truck["own"]) == ("Truck", 3, 0)
    assert {card["id"] for card in truck["sample"]} == set(ids[:3])
    for view in ({"tag": truck["id"]}, {"tag": truck["id"], "catalog": str(catalog)}):
        assert [item["id"] for item in house.get("/api/images", **view)["items"]] == ids[2::-1]
    assert house.get("/api/timeline/buckets", tag=truck["id"])["total"] == 3
    (vehicle,) = house.get("/api/taxonomy")["items"]
    (below,) = house.get("/api/taxonomy", parent=vehicle["id"])["items"]
    assert (vehicle["name"], vehicle["children"], below["id"], below["path"]) == (
        "Vehicle",
        1,
        truck["id"],
        [vehicle["id"], truck["id"]],
    )
    whole = house.get("/api/taxonomy", all="true")["items"]
    assert len(whole) > 1400
    assert sum(node["own"] for node in whole) == 3
    # all that a view shows, refused at once: none of them is a truck any more, and none can become one
    body = {"selection": {"tag": truck["id"]}, "node": vehicle["id"], "yes": False}
    assert house.post("/api/images/tags", body)["images"] == 3
    assert house.get("/api/images", tag=truck["id"])["items"] == []
    facts = house.get(f"/api/images/{ids[0]}/tags")["items"]
    assert {(fact["name"], fact["verdict"], fact["confidence"]) for fact in facts} == {
        ("Pickup", True, None),
        ("Vehicle", False, None),
    }
    house.post("/api/undo", {})
    (fact,) = house.get(f"/api/images/{ids[0]}/tags")["items"]
    assert (fact["path"], fact["source"], fact["confidence"]) == (["Vehicle", "Truck", "Pickup"], "human", 1.0)
    assert fact["decided_at"].endswith("Z")


def test_the_tree_is_edited_and_brought_back(house: House) -> None:
    _, ids = images(house.store, 3)
    before = house.get("/api/taxonomy", all="true")
    zoey = house.post("/api/taxonomy", {"name": "Zoey", "parent": _id(house, "Dog"), "kind": "entity"}, 201)["node"]
    assert (zoey["kind"], zoey["origin"], zoey["images"]) == ("entity", "person", 0)
    house.post("/api/images/tags", {"images": ids, "node": zoey["id"], "yes": True})
    url, cat = f"/api/taxonomy/{zoey['id']}", _id(house, "Cat")
    would = _send(house, "PATCH", url, 200, params={"dry_run": "true"}, json={"parent": cat})
    assert (would["images"], would["nodes"], would["dry_run"], would["action"]) == (3, 1, True, None)
    assert house.get("/api/taxonomy/" + str(cat))["images"] == 0
    moved = _send(
        house, "PATCH", url, 200, json={"parent": cat, "name": "Zoé", "names": [{"language": "de", "name": "Zo"}]}
    )
    title = 'Renamed "Zoey" to "Zoé" and moved "Zoey" below "Cat" and changed the names or settings of "Zoey"'
    assert moved["action"]["title"] == f"{title} (3 images)"
    assert moved["node"]["names"] == [{"language": "de", "name": "Zo"}]
    assert _send(house, "PATCH", url, 409, json={"name": "kitten"})["detail"].startswith("There would be two nodes")
    assert _send(house, "PATCH", f"/api/taxonomy/{cat}", 409, json={"parent": zoey["id"]})["detail"].endswith("itself.")
    merged = house.post(f"{url}/merge", {"into": cat})
    assert (merged["images"], merged["node"]["images"]) == (3, 3)
    assert "was merged into" in _send(house, "GET", url, 404)["detail"]
    gone = _send(house, "DELETE", f"/api/taxonomy/{cat}", 200, params={"below": "true"})
    assert (gone["node"], gone["nodes"] > 3) == (None, True)
    assert house.get(f"/api/images/{ids[0]}/tags")["items"] == []
    for _ in range(5):
        house.post("/api/undo", {})
    assert house.get("/api/taxonomy", all="true") == before


def test_texts_come_and_go(house: House) -> None:
    would = {"text": "Places\n\tRome\n\t\t{Roma}\n", "format": "keywords"}
    done = _send(house, "POST", "/api/taxonomy/import", 200, params={"dry_run": "true"}, json=would)
    assert (done["added"], done["action"]) == (2, None)
    assert house.post("/api/taxonomy/import", would)["added"] == 2
    answer = house.client.get("/api/taxonomy/export", params={"format": "keywords"})
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Places\n\tRome\n\t\t{Roma}\n" in answer.text
    large = answer.text + "\n" * 1_100_000  # more than most requests may have
    assert house.post("/api/taxonomy/import", {"text": large})["action"] is None
    bad = _send(house, "POST", "/api/taxonomy/import", 422, json={"text": "a\n\t\tb", "parent": None})
    assert "line 2: 'b' is indented" in bad["detail"]


def test_what_makes_no_sense_is_refused(house: House) -> None:
    _, ids = images(house.store, 1)
    say = "/api/images/tags"
    _send(house, "POST", say, 422, json={"images": ids, "yes": True})
    _send(house, "POST", say, 422, json={"images": ids, "node": 1, "name": "Dog", "yes": True})
    _send(house, "POST", say, 422, json={"node": 1, "yes": True})
    assert "no node 'Zzz'" in _send(house, "POST", say, 404, json={"images": ids, "name": "Zzz", "yes": True})["detail"]
    assert "no image 99" in _send(house, "POST", say, 404, json={"images": [99], "name": "Dog", "yes": True})["detail"]
    house.post("/api/taxonomy", {"name": "Jaguar", "parent": _id(house, "Car")}, 201)
    unclear = _send(house, "POST", say, 409, json={"images": ids, "name": "jaguar", "yes": True})["detail"]
    assert "ambiguous: Animal/Mammal/Wild cat/Jaguar (" in unclear
    assert "Vehicle/Car/Jaguar (" in unclear
    _send(house, "GET", "/api/taxonomy/999999", 404)
    _send(house, "GET", "/api/images/99/tags", 404)
    _send(house, "GET", "/api/taxonomy", 422, params={"q": ""})
    assert house.get("/api/taxonomy", q="%_'; DROP")["items"] == []


def test_keywords_of_sidecars_become_tags_and_follow_them(house: House) -> None:
    photo(house.photos / "a.jpg")
    (house.photos / "a.xmp").write_text(SIDECAR.format("<rdf:li>Animals|Dogs|Rex</rdf:li>"))
    house.add_photos()
    (image,) = house.get("/api/images")["items"]
    facts = house.get(f"/api/images/{image['id']}/tags")["items"]
    assert {("/".join(fact["path"]), fact["source"]) for fact in facts} == {
        ("Landscape/Snow", "sidecar"),
        ("Animal/Mammal/Dog/Rex", "sidecar"),
    }
    house.post("/api/images/tags", {"images": [image["id"]], "name": "Rex", "yes": False})
    (house.photos / "a.xmp").write_text(
        SIDECAR.format("<rdf:li>Animals|Dogs|Rex</rdf:li><rdf:li>Lakes|Ammersee</rdf:li>")
    )
    house.post("/api/jobs", {"kind": "ingest"}, 202)
    house.work()
    facts = house.get(f"/api/images/{image['id']}/tags")["items"]
    held = {fact["name"] for fact in facts if fact["confidence"] is not None}
    assert held == {"Snow", "Ammersee"}, "what was refused stays so"
    assert house.get("/api/images", tag=_id(house, "Lake"))["items"][0]["id"] == image["id"]
