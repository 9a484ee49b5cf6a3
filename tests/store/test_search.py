"""Images are found by words and filters, in order, page by page."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import numpy as np
import pytest

from lumina.domain.found import After
from lumina.domain.query import BadQuery, Query, parse
from lumina.domain.terms import Filter, Node, Not, either, every, leaves
from lumina.store import Store, nearest, reasons, search, spaces, vectors, walk
from tests.support.worded import Image, library, meant, write_documents

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

WORDS = [
    "truck",
    "trucks",
    "red",
    "lake",
    "dog",
    "2019",
    "IMG_3",
    "redtruck*",
    "tru*",
    "strasse",
    "東京",
    "lisbon",
    "summer",
]
WORDS += ["july", "d70", "nothing", "the", "bavaria", "vehicle", '"red truck"', '"the lake"', '"lake the"', "mp4"]
FILTERS = [
    "camera:nikon",
    "camera:d70",
    "lens:50mm",
    "place:Portugal",
    "place:pt",
    "place:lisboa",
    "near:lisboa",
    "near:48.1,11.6,10km",
    "date:2019",
]
FILTERS += ["date:2019-07..2020-02", "date:>2019", "rating:>=3", "rating:0", "rating:<5", "quality:>=60", "album:zoey"]
FILTERS += [
    "tag:vehicle",
    "tag:dog",
    "folder:holidays",
    "folder:Lake",
    "name:truck",
    "name:.nef",
    "iso:>100",
    "f:1.8..2.8",
]
FILTERS += [
    "mm:50",
    "is:video",
    "is:photo",
    "is:favourite",
    "is:pick",
    "is:burst",
    "is:archived",
    "has:gps",
    "has:caption",
]
FILTERS += ["has:tags", "has:rating", "has:sidecar", "has:raw", "has:album", "has:keywords", "has:date", "type:raw"]
FILTERS += ["type:jpeg", "type:video", "label:red", "label:none", "has:title", "has:label", "has:place"]


def found(store: Store, text: str) -> list[int]:
    with store.transaction() as tx:
        return [hit.image_id for hit in search.matches(tx, parse(text)).hits]


def _tree(rng: random.Random, depth: int) -> Node:
    if depth == 0 or rng.random() < 0.3:
        node = parse(rng.choice(WORDS if rng.random() < 0.55 else FILTERS)).root
        assert node is not None
        return node
    parts = [_tree(rng, depth - 1) for _ in range(rng.randint(2, 3))]
    node = every(parts) if rng.random() < 0.6 else either(parts)
    return Not(node) if rng.random() < 0.25 else node


def _asks_for_archived(root: Node) -> bool:
    return any(isinstance(leaf, Filter) and str(Query("", leaf)) == "is:archived" for leaf, _ in leaves(root))


def _ids(images: list[Image], root: Node) -> set[int]:
    return {image.id for image in images if meant(image, root, _asks_for_archived(root))}


def test_a_query_means_what_it_says_image_by_image(store: Store) -> None:
    """Every word and filter alone, and 150 trees of them, against plain Python over all images."""
    _, images = library(store, 40)
    rng = random.Random(3)
    trees = [root for text in (*WORDS, *FILTERS) if (root := parse(text).root) is not None]
    trees += [_tree(rng, rng.randint(1, 3)) for _ in range(150)]
    matched = 0
    with store.transaction() as tx:
        for root in trees:
            query, expected = Query("", root), _ids(images, root)
            where = search.begun(tx, query)
            for begin in filter(None, ("true", where.begin)):
                rows = tx.rows(f"SELECT i.id FROM image i WHERE {begin} AND {where.sql}", **where.parameters)
                assert {row["id"] for row in rows} == expected, str(query)
            page = search.matches(tx, query)
            assert {hit.image_id for hit in page.hits} == expected, str(query)
            matched += bool(expected)
    assert matched > 120


def test_what_looks_alike_among_few_is_exact_before_documents_are_written_too(store: Store) -> None:
    """Facts of documents narrow them down; what has just become one of them is found all the same."""
    _, images = library(store, 60)
    drawn = np.random.default_rng(3).normal(size=(len(images), 8)).astype(np.float32)
    ids = np.array([image.id for image in images])
    with store.transaction() as tx:
        space = spaces.get_or_create(tx, "looks", 1, 8)
        vectors.save(tx, space, ids, drawn)
        tx.execute(f"CREATE INDEX {spaces.index(space)} ON {spaces.table(space)} USING hnsw (vector halfvec_ip_ops)")
        where = search.begun(tx, parse("has:gps type:jpeg"))
    assert where.begin is not None
    assert 0 < (where.likely or 0) < len(images)

    def found() -> list[int]:
        with store.transaction() as tx:
            return [near.image_id for near in nearest.nearest(tx, space, drawn[0], count=60, conditions=where)]

    near = ids[np.argsort(-(drawn / np.linalg.norm(drawn, axis=1, keepdims=True)) @ drawn[0])].tolist()
    shown = {image.id: image for image in images if image.format == "jpeg" and not image.archived}
    assert found() == [image for image in near if image in shown and shown[image].place]
    lost = next(image for image in shown.values() if not image.place)
    with store.transaction() as tx:
        tx.execute("UPDATE metadata SET latitude = 1, longitude = 1 WHERE image_id = :id", id=lost.id)
    lost.place = "Lisbon"
    assert found() == [image for image in near if image in shown and shown[image].place]


def test_more_candidates_are_compared_one_by_one_where_the_index_would_have_to_be_walked_far() -> None:
    assert nearest.border(20, 100_000) == nearest.border(20, 0) == nearest.FEW
    assert nearest.border(100, 100_000) == 6_324
    assert nearest.border(500, 10**9) == nearest.MOST


def _all_pages(store: Store, text: str, limit: int, catalog: UUID | None = None) -> list[int]:
    ids: list[int] = []
    after: After | None = None
    while True:
        with store.transaction() as tx:
            page = search.matches(tx, parse(text), limit=limit, after=after, catalog=catalog)
        ids += (hit.image_id for hit in page.hits)
        after = page.next
        if after is None:
            return ids


def test_pages_follow_each_other_in_one_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranked, from the timeline, from the indexes, and from the indexes where the timeline gives too little."""
    catalog, images = library(store, 30, seed=2)
    wanted = [image for image in images if not image.archived]
    newest = sorted(wanted, key=lambda image: (image.taken_at or datetime.min, image.id), reverse=True)
    ways = ((3_000, 0, 0, 0), (-1, 0, 4_000, 15_000), (-1, 99, 4_000, -1), (-1, -1, 4_000, -1), (-1, 99, 3, 3))
    for most, many, least, far in ways:
        monkeypatch.setattr(search, "RANKED", most)
        monkeypatch.setattr(search, "SORTED", many)
        monkeypatch.setattr(walk, "LEAST", least)
        monkeypatch.setattr(walk, "MOST", far)
        for text in ("tru* OR red OR dog OR lake OR nef OR mp OR jpeg", "is:photo OR is:video"):
            whole = _all_pages(store, text, 100)
            assert {*whole} == {image.id for image in wanted}
            assert _all_pages(store, text, 4, catalog) == whole
            if most < 0 or "is:" in text:
                assert whole == [image.id for image in newest]


def test_titles_count_for_more_than_names_and_the_newest_is_first_among_equals(store: Store) -> None:
    with store.transaction() as tx:
        assert search.matches(tx, parse("boat")).total == 0
    _, images = library(store, 12, seed=5)
    named, old, new = [image.id for image in images if not image.archived][:3]
    with store.transaction() as tx:
        tx.execute("UPDATE image SET stem = 'boat', taken_at = now() WHERE id = :id", id=named)
        tx.execute("UPDATE metadata SET title = 'Boat' WHERE image_id IN (:old, :new)", old=old, new=new)
        tx.execute("UPDATE image SET taken_at = '2001-01-01' WHERE id = :id", id=old)
        tx.execute("UPDATE image SET taken_at = '2002-01-01' WHERE id = :id", id=new)
        write_documents(tx)
        page = search.matches(tx, parse("boats"))
        assert [hit.image_id for hit in page.hits] == [new, old, named]
        assert page.ranked
        why = reasons.of_images(tx, parse("boats -nothing"), [new, named])
    assert [(reason.kind, reason.text, reason.term) for reason in why[new]] == [("title", "Boat", "boats")]
    assert [reason.kind for reason in why[named]] == ["name"]


HOSTILE = [
    "' OR 1=1 --",
    "\\",
    "a' & b:*",
    "%_%",
    "\x00a",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "\u202eabc",
    ":q0",
    "name:%",
    "camera:'x",
    "x" * 5_000,
]


def test_nothing_in_a_query_means_anything_to_the_database(store: Store) -> None:
    library(store, 3)
    with store.transaction() as tx:
        for text in HOSTILE:
            with suppress(BadQuery):
                assert search.matches(tx, parse(text)).hits == ()
        with pytest.raises(BadQuery, match="no town called") as raised:
            search.matches(tx, parse("red near:nowhereville"))
    assert (raised.value.start, raised.value.end) == (4, 21)
