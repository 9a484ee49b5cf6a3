"""Browsing over HTTP: the timeline, lists, one image, its pictures, its master."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.api.conftest import HOSTILE, House, photo

pytestmark = pytest.mark.integration


def by_name(album: House, name: str) -> dict[str, Any]:
    items = album.get("/api/images")["items"]
    return next(item for item in items if item["name"] == name)


def test_the_timeline_lists_buckets_and_the_undated_shelf(album: House) -> None:
    found = album.get("/api/timeline/buckets")
    assert found["buckets"]["key"][:3] == ["2021-01", "2020-03", "2020-02"]
    assert found["buckets"]["count"][-2:] == ([2, 1] if os.name == "posix" else [1, 2])
    july = found["buckets"]["key"].index("2019-07")
    assert found["buckets"]["start"][july] == "2019-07-14T10:11:12.000"
    assert found["buckets"]["end"][july] == "2019-07-14T10:11:13.000"
    assert found["undated"] == 2  # the scan without a date, and the broken file
    assert found["undated_buckets"] == {"key": ["undated.1"], "count": [2]}
    assert found["total"] == sum(found["buckets"]["count"]) + 2


def test_a_bucket_gives_columns_newest_first(album: House) -> None:
    bucket = album.get("/api/timeline/bucket", key="2019-07")
    assert bucket["name"] == ["b.jpg", "a.jpg"]
    assert bucket["ratio"] == [0.75, 1.333]
    assert bucket["taken_at"] == ["2019-07-14T10:11:13.000", "2019-07-14T10:11:12.000"]
    assert bucket["state"] == ["done", "done"]
    assert bucket["kind"] == ["photo", "photo"]
    assert all(len(key) == 32 for key in bucket["thumbnail"])
    assert len({len(column) for column in bucket.values()}) == 1


def test_what_failed_is_on_the_shelf_and_says_so(album: House) -> None:
    bucket = album.get("/api/timeline/bucket", key="undated.1")
    states = dict(zip(bucket["name"], bucket["state"], strict=True))
    assert states == {"scan.png": "done", "broken.jpg": "failed"}


@pytest.mark.parametrize("path", ["/api/timeline/buckets", "/api/timeline/bucket?key=2019-07"])
def test_unchanged_answers_are_not_sent_twice(album: House, path: str) -> None:
    first = album.client.get(path)
    again = album.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert album.client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_lists_are_walked_by_cursor_without_a_gap_or_a_repeat(album: House) -> None:
    everything = [item["id"] for item in album.get("/api/images", limit=500)["items"]]
    walked, cursor = [], None
    while True:
        page = album.get("/api/images", limit=1, **({"cursor": cursor} if cursor else {}))
        walked += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert walked == everything
    assert len(set(walked)) == len(walked)


@pytest.mark.parametrize(
    "cursor", ["nonsense", "bnVsbA", "WzEsMl0", "WyIyMDIwIiwidHJ1ZSJd", "W251bGwsdHJ1ZV0", "é", "WzE"]
)
def test_a_bad_cursor_is_named(album: House, cursor: str) -> None:
    problem = album.problem(album.client.get("/api/images", params={"cursor": cursor}), 422)
    assert "cursor" in problem["detail"]
    problem = album.problem(album.client.get("/api/jobs", params={"cursor": cursor}), 422)
    assert "cursor" in problem["detail"]


def test_hostile_names_come_back_as_text(album: House) -> None:
    response = album.client.get("/api/images")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert by_name(album, HOSTILE)["name"] == HOSTILE
    facts = album.get(f"/api/images/{by_name(album, HOSTILE)['id']}")
    assert facts["files"][0]["path"] == f"2020/{HOSTILE}"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps any bytes as a name")
def test_a_name_that_is_not_text_can_be_listed_shown_and_fetched(album: House) -> None:
    image = next(item for item in album.get("/api/images")["items"] if item["name"].startswith("bad"))
    assert album.get(f"/api/images/{image['id']}")["name"] == image["name"]
    response = album.client.get(f"/api/images/{image['id']}/original")
    assert response.content == Path(os.fsdecode(os.fsencode(album.photos) + b"/bad\xff\xfename.jpg")).read_bytes()


def test_facts_say_where_they_come_from(album: House) -> None:
    facts = album.get(f"/api/images/{by_name(album, 'a.jpg')['id']}")
    known = {fact["name"]: fact for fact in facts["facts"]}
    assert known["taken_at"]["value"] == "2019-07-14T10:11:12.000"
    assert known["taken_at"]["origin"] == "EXIF:DateTimeOriginal"
    assert known["camera_model"]["text"] == "Canon EOS R6"
    assert known["camera_model"]["origin"].endswith(":Model")
    assert known["latitude"]["group"] == "Place"
    assert known["geohash"]["origin"]
    assert known["dimensions"]["text"].startswith("160 × 120")
    assert facts["camera"] == "Canon EOS R6"
    assert facts["catalog"]["name"] == "Album"
    assert facts["folder"] == "2019"
    assert [file["role"] for file in facts["files"]] == ["original"]
    assert len(facts["files"][0]["checksum"]) == 64
    assert set(facts["fingerprint"]) == {"dhash", "ahash", "whash", "phash", "flat"}
    assert len(facts["fingerprint"]["phash"]) == 16
    assert facts["measures"]["sharpness"] >= 0
    parts = ("format_score", "resolution_score", "size_score", "sharpness_score")
    assert facts["measures"]["score"] == pytest.approx(sum(facts["measures"][part] for part in parts), abs=1e-3)
    assert facts["measures"]["data_size"] < facts["files"][0]["size"]
    assert known["score"]["group"] == "Quality"
    assert known["format_score"]["text"] == "30.0 of 40"
    done = dict.fromkeys(("checksum", "metadata", "proxy", "thumbnail", "hash", "quality"), "done")
    waiting = dict.fromkeys(("embed:clip-vit-b32", "embed:mobilenet-v2", "tag"), "waiting")
    assert {stage["stage"]: stage["state"] for stage in facts["stages"]} == done | waiting


def test_a_failure_is_told_with_its_cause(album: House) -> None:
    facts = album.get(f"/api/images/{by_name(album, 'broken.jpg')['id']}")
    failed = [stage for stage in facts["stages"] if stage["state"] == "failed"]
    assert failed
    assert all(stage["code"] and stage["note"] for stage in failed)


def test_neighbours_follow_the_view(album: House) -> None:
    ids = [item["id"] for item in album.get("/api/images")["items"]]
    for position, image_id in enumerate(ids):
        facts = album.get(f"/api/images/{image_id}")
        assert facts["previous"] == (ids[position - 1] if position else None)
        assert facts["next"] == (ids[position + 1] if position + 1 < len(ids) else None)
    a, b = by_name(album, "a.jpg")["id"], by_name(album, "b.jpg")["id"]
    in_view = album.get(f"/api/images/{a}", camera="Canon EOS R6")
    assert (in_view["previous"], in_view["next"]) == (b, None)


@pytest.mark.parametrize(
    ("kind", "media_type", "form"), [("thumbnail", "image/webp", "WEBP"), ("proxy", "image/jpeg", "JPEG")]
)
def test_pictures_are_immutable_under_their_key(album: House, kind: str, media_type: str, form: str) -> None:
    image = by_name(album, "a.jpg")
    key, url = image[kind], f"/api/images/{image['id']}/{kind}"
    keyed = album.client.get(url, params={"v": key})
    assert keyed.headers["content-type"] == media_type
    assert keyed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert keyed.headers["etag"] == f'"{key}"'
    assert Image.open(io.BytesIO(keyed.content)).format == form
    for parameters in ({}, {"v": "00" * 16}):
        plain = album.client.get(url, params=parameters)
        assert plain.headers["cache-control"] == "no-cache"
        assert plain.content == keyed.content
    assert album.client.get(url, headers={"If-None-Match": f'W/"{key}"'}).status_code == 304


def test_a_picture_that_is_not_there_yet_is_a_problem_and_goes_first(house: House) -> None:
    photo(house.photos / "a.jpg", "2019:07:14 10:11:12")
    catalog = house.post("/api/catalogs", {"name": "Home"}, 201)["id"]
    house.post(f"/api/catalogs/{catalog}/sources", {"path": str(house.photos)}, 201)
    house.app.engine.run_one(*house.messages.waiting.pop(0), house.me)  # the scan, and nothing more
    image = house.get("/api/images")["items"][0]
    assert image["state"] == "missing"
    house.problem(house.client.get(f"/api/images/{image['id']}/thumbnail"), 404)
    with house.store.transaction() as tx:
        assert tx.value("SELECT max(priority) FROM batch WHERE :id = ANY(items)", id=image["id"]) == 30
    assert house.client.post("/api/attention", json={"images": [image["id"], 999]}).status_code == 204
    house.work()
    assert house.client.get(f"/api/images/{image['id']}/thumbnail").status_code == 200


def test_a_picture_whose_file_was_cleared_away_is_a_problem(house: House) -> None:
    photo(house.photos / "a.jpg")
    house.add_photos()
    image = house.get("/api/images")["items"][0]
    for path in (house.app.derived.root / "thumbnail").rglob("*.webp"):
        path.unlink()
    problem = house.problem(house.client.get(f"/api/images/{image['id']}/thumbnail"), 404)
    assert "removed" in problem["detail"]


def test_the_master_is_served_whole_and_in_ranges(album: House) -> None:
    image = by_name(album, "a.jpg")
    master = (album.photos / "2019" / "a.jpg").read_bytes()
    url = f"/api/images/{image['id']}/original"
    whole = album.client.get(url)
    assert whole.content == master
    assert whole.headers["content-disposition"] == 'attachment; filename="a.jpg"'
    assert whole.headers["content-type"] == "image/jpeg"
    assert whole.headers["accept-ranges"] == "bytes"
    part = album.client.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, master[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(master)}"
    assert album.client.get(url, headers={"Range": "bytes=-5"}).content == master[-5:]
    changed = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert album.client.get(url, headers=changed).content == master
    beyond = album.client.get(url, headers={"Range": f"bytes={len(master)}-"})
    assert beyond.status_code == 416


def test_masters_are_left_exactly_as_they_were(album: House) -> None:
    for item in album.get("/api/images")["items"]:
        facts = album.get(f"/api/images/{item['id']}")
        response = album.client.get(f"/api/images/{item['id']}/original")
        assert len(response.content) == facts["files"][0]["size"]
        assert hashlib.sha256(response.content).digest()


def test_a_hostile_name_cannot_break_the_download_header(album: House) -> None:
    response = album.client.get(f"/api/images/{by_name(album, HOSTILE)['id']}/original")
    disposition = response.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''")
    assert "<" not in disposition
    assert '"' not in disposition


def test_a_master_that_is_gone_is_not_available_and_one_that_leads_out_is_not_found(house: House) -> None:
    master = photo(house.photos / "a.jpg")
    secret = house.photos.parent / "secret.jpg"
    secret.write_bytes(b"secret")
    house.add_photos()
    image = house.get("/api/images")["items"][0]
    url = f"/api/images/{image['id']}/original"
    master.unlink()
    house.problem(house.client.get(url), 503)
    master.symlink_to(secret)
    house.problem(house.client.get(url), 404)
    with house.store.transaction() as tx:
        tx.execute("UPDATE file SET path = '../secret.jpg'")
    house.problem(house.client.get(url), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/api/images/../../etc/passwd",
        "/api/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd/original",
        "/api/images/%252e%252e/original",
        "/api/images/1%2f..%2f2/thumbnail",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fapp.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/assets/..\\..\\app.py",
    ],
)
def test_paths_lead_nowhere(album: House, path: str) -> None:
    response = album.client.get(path)
    assert b"root:" not in response.content
    assert b"create_app" not in response.content
    assert response.status_code in (404, 422) or response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("image_id", ["0", "-1", "x", "99999999999999999999", "1.5"])
def test_ids_that_are_none_are_refused(album: House, image_id: str) -> None:
    for suffix in ("", "/thumbnail", "/proxy", "/original"):
        album.problem(album.client.get(f"/api/images/{image_id}{suffix}"), 422)


@pytest.mark.parametrize("suffix", ["", "/thumbnail", "/proxy", "/original"])
def test_an_unknown_image_is_not_found(album: House, suffix: str) -> None:
    problem = album.problem(album.client.get(f"/api/images/123456789{suffix}"), 404)
    assert "123456789" in problem["detail"]


def test_facets_count_what_a_view_can_be_narrowed_by(album: House) -> None:
    facets = album.get("/api/facets")
    cameras = {facet["value"]: facet["count"] for facet in facets["cameras"]}
    assert cameras == {"Canon EOS R6": 2, "Google Pixel 7": 2}
    assert facets["years"][0]["value"] == "2021"
    assert {facet["value"] for facet in facets["formats"]} >= {"jpeg", "png"}
    narrowed = album.get("/api/facets", camera="Google Pixel 7")
    assert narrowed["years"] == [{"value": "2020", "count": 2}]


def test_files_taken_for_one_moment_can_be_taken_apart(house: House) -> None:
    photo(house.photos / "a.jpg", "2019:07:14 10:11:12", camera=("Canon", "R6"), colour=1)
    photo(house.photos / "a.png", "2019:07:14 10:11:12", camera=("Canon", "R6"), colour=1)
    house.add_photos()
    images = house.get("/api/images")["items"]
    assert len(images) == 1, "the two files should have been grouped"
    apart = house.post(f"/api/images/{images[0]['id']}/ungroup")
    assert len(apart["images"]) == 2
    house.work()
    after = house.get("/api/images")["items"]
    assert {item["name"] for item in after} == {"a.jpg", "a.png"}
    assert {item["state"] for item in after} == {"done"}
    house.problem(house.client.post("/api/images/999/ungroup"), 404)
