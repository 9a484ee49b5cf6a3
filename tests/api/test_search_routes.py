"""Searching over the API, with real networks in miniature."""

from __future__ import annotations

import dataclasses
import io
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lumina.domain.searching import TEMPLATES
from lumina.inference.models import Models
from lumina.services.search import Search
from lumina.services.search.questions import Questions
from lumina.store import Store, spaces, vectors
from tests.api.conftest import House, _alone, make_house, photo
from tests.support.tiny_models import DIMENSIONS, entries, install_tiny

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
COUNT = 60
"""Images; fewer than 50 say nothing about chance."""


@pytest.fixture(scope="module")
def seeing(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A library whose first three images lie where the network sees a "red truck", the fourth where `PICTURE` is."""
    name = f"seeing_{uuid.uuid4().hex}"
    admin = Store(postgres.format("postgres"))
    _alone(admin, f"CREATE DATABASE {name} TEMPLATE {template_database}")
    folder = tmp_path_factory.mktemp("seeing")
    for house in make_house(postgres.format(name), folder):
        models = Models(folder / "models", entries=entries())
        install_tiny(folder / "models", "clip-vit-b32")
        _fill(house, models)
        app = house.app
        questions = Questions(
            app.store, models, app.derived, preferred="clip-vit-b32", max_pixels=10_000_000, megabytes=1024
        )
        house.lumina.app = dataclasses.replace(app, search=Search(app.store, questions, app.words.catch_up))
        yield house
    _alone(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def _fill(house: House, models: Models) -> None:
    photo(house.photos / "truck.jpg", "2019:07:14 10:11:12", camera=("Canon", "Canon EOS R6"))
    house.add_photos("Seeing")
    frames = [template.format("red truck") for template in TEMPLATES]
    words = models.text_encoder("clip-vit-b32").encode_text(frames).mean(axis=0)
    pixels = np.asarray(Image.open(io.BytesIO(PICTURE)).convert("RGB"))
    picture = models.image_encoder("clip-vit-b32").encode([pixels])[0]
    base, _ = np.linalg.qr(np.stack([words, picture]).T)
    random = np.random.default_rng(3)
    matrix = random.normal(size=(COUNT, DIMENSIONS))
    matrix += (random.uniform(-0.05, 0.05, (COUNT, 2)) - matrix @ base) @ base.T  # next to nothing of either is in them
    matrix[:3] = words
    matrix[3] = picture
    with house.store.transaction() as tx:
        source = tx.row("SELECT id, catalog_id FROM source")
        assert source is not None
        tx.execute(
            "INSERT INTO image (catalog_id, source_id, kind, folder, stem, taken_at)"
            " SELECT :catalog, :source, 'photo', '', 'other' || n, timestamp '2010-01-01' + n * interval '1 day'"
            " FROM generate_series(2, :count) n ORDER BY n",
            catalog=source["catalog_id"],
            source=source["id"],
            count=COUNT,
        )
        ids = [row["id"] for row in tx.rows("SELECT id FROM image ORDER BY id")]
        space = spaces.get_or_create(tx, "clip-vit-b32", 1, DIMENSIONS)
        vectors.save(tx, space, np.array(ids), matrix.astype(np.float32))


def _png(size: tuple[int, int] = (64, 64)) -> bytes:
    stream = io.BytesIO()
    Image.merge("RGB", [Image.linear_gradient("L").resize(size), Image.new("L", size, 90), Image.new("L", size)]).save(
        stream, "PNG"
    )
    return stream.getvalue()


PICTURE = _png()


def upload(house: House, image: bytes | None = PICTURE, **form: str) -> Any:
    parts: dict[str, Any] = {name: (None, value) for name, value in form.items()}
    if image is not None:
        parts["image"] = ("../x.txt", image)
    return house.client.post("/api/search", files=parts)


def ids(answer: dict[str, Any]) -> list[int]:
    return [item["image"]["id"] for item in answer["items"]]


def test_words_and_pictures_are_fused_with_reasons(seeing: House) -> None:
    found = seeing.get("/api/search", q="red truck")
    assert sorted(ids(found)) == [1, 2, 3]
    assert found["total"] == 3
    assert [(way["kind"], way["state"]) for way in found["ways"]] == [("words", "nothing"), ("picture", "used")]
    assert found["query"]["semantic"] == "red truck"
    assert [piece["text"] for piece in found["query"]["understood"]] == ["red", "truck"]
    assert all(item["reasons"][0]["kind"] == "picture" for item in found["items"])
    assert found["took_ms"] > 0
    named = seeing.get("/api/search", q="truck camera:canon")
    assert ids(named) == [1]
    assert {reason["kind"] for reason in named["items"][0]["reasons"]} >= {"name", "camera"}


def test_pages_follow_each_other(seeing: House) -> None:
    walked: list[int] = []
    answer = seeing.get("/api/search", q="", limit=25)
    while True:
        walked += ids(answer)
        if answer["next"] is None:
            break
        answer = seeing.get("/api/search", q="", limit=25, cursor=answer["next"])
    assert sorted(walked) == list(range(1, COUNT + 1))
    first = seeing.get("/api/search", q="red truck", limit=2)
    rest = seeing.get("/api/search", q="red truck", limit=2, cursor=first["next"])
    assert sorted(ids(first) + ids(rest)) == [1, 2, 3]
    refused = seeing.client.get("/api/search", params={"q": "lake", "cursor": first["next"]})
    assert "another search" in seeing.problem(refused, 422)["detail"]


def test_a_picture_finds_the_image_that_looks_like_it(seeing: House) -> None:
    answer = upload(seeing)
    assert answer.status_code == 200, answer.text
    assert ids(answer.json()) == [4]
    assert answer.json()["items"][0]["reasons"] == [
        {"kind": "picture", "text": "Looks very much like the picture", "weight": 1.0}
    ]
    assert ids(upload(seeing, q="date:2019").json()) == [], "filters hold"
    assert upload(seeing, region="0,0,1,1", limit="1").status_code == 200


def test_an_image_of_the_catalog_finds_its_like(seeing: House) -> None:
    assert sorted(ids(seeing.get("/api/images/2/similar"))) == [1, 3]
    assert sorted(ids(upload(seeing, None, image_id="2").json())) == [1, 3]
    assert upload(seeing, None, image_id="1", region="0,0,.5,.5").status_code == 200, "the proxy is read"
    waiting = upload(seeing, None, image_id="2", region="0,0,.5,.5").json()
    assert waiting["ways"][0]["state"] == "unavailable", "it has none"
    seeing.problem(seeing.client.get("/api/images/999/similar"), 404)


@pytest.mark.parametrize(
    ("form", "image", "says"),
    [
        ({}, b"", "empty"),
        ({}, b"%PDF-1.7" + bytes(100), "image: "),
        ({}, PICTURE[:60], "image: "),
        ({"region": "nan,0,1,1"}, PICTURE, "region: "),
        ({"region": "0,0,0.01,0.01"}, PICTURE, "too few"),
        ({"region": "1"}, None, "region: "),
        ({"image_id": "1"}, PICTURE, "not both"),
        ({"image_id": "minus one"}, None, "image_id"),
        ({"limit": "0"}, PICTURE, "limit"),
        ({"catalog": "x"}, PICTURE, "catalog"),
        ({"unknown": "x"}, PICTURE, "unknown"),
    ],
    ids=range(11),
)
def test_bad_forms_are_refused_with_what_is_wrong(
    seeing: House, form: dict[str, str], image: bytes | None, says: str
) -> None:
    assert says in seeing.problem(upload(seeing, image, **form), 422)["detail"]


def test_large_uploads_are_refused(seeing: House) -> None:
    assert "at most 50" in seeing.problem(upload(seeing, bytes(50_100_000)), 422)["detail"]
    seeing.problem(upload(seeing, bytes(52_000_000)), 413)
    kind = {"content-type": "multipart/form-data; boundary=x"}
    endless = seeing.client.post("/api/search", content=iter([bytes(26_000_000)] * 3), headers=kind)
    assert "too large" in seeing.problem(endless, 422)["detail"], "whatever length it claims, or none"
    other = seeing.client.post("/api/catalogs", content=bytes(2_000_000))
    seeing.problem(other, 413)


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("red cmera:nikon", 4, 10),
        ("truck rating:many", 6, 17),
        ('lake "red', 5, 6),
        ("word " * 10_000, 0, 50_000),
        ("w " * 201, 400, 401),
        ("near:nowhereatall", 0, 17),
    ],
    ids=range(6),
)
def test_bad_queries_are_refused_with_their_place(seeing: House, query: str, start: int, end: int) -> None:
    answer = upload(seeing, None, q=query)
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["type"], problem["start"], problem["end"]) == ("/problems/bad-query", start, end)
    assert problem["detail"]


def test_queries_in_any_script_are_answered(seeing: House) -> None:
    for query in ("\u72ac\u3068\u732b", "\u0635\u0648\u0631\u0629", "zero\x00byte", "\U0001f98a", "a\u202eb", "a%_\\"):
        answer = seeing.get("/api/search", q=query)
        assert answer["query"]["text"] == query
        seeing.get("/api/search/suggest", q=query)


def test_what_is_not_there_is_named(seeing: House) -> None:
    nobody = str(uuid.uuid4())
    for path in ("/api/search", "/api/search/suggest"):
        seeing.problem(seeing.client.get(path, params={"catalog": nobody}), 404)
    seeing.problem(seeing.client.get("/api/search", params={"q": "x", "model": "nonsense"}), 404)
    seeing.problem(seeing.client.get("/api/search", params={"cursor": "x"}), 422)
    missing = seeing.get("/api/images/1/similar", model="dinov2-base")
    assert (missing["items"], missing["total"], missing["ways"][0]["state"]) == ([], None, "unavailable")


def test_suggests_while_typing(seeing: House) -> None:
    found = seeing.get("/api/search/suggest", q="tru")["items"]
    assert {"text": "truck", "kind": "word", "detail": "1", "start": 0} in found
