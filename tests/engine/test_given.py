"""Nodes that are known by their names alone: sentences read by a text tower, made into heads of the space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lumina.domain.recognition import HeadKind
from lumina.domain.taxonomy import Node, NodeKind
from lumina.domain.vectors import Space
from lumina.engine import given
from lumina.engine.recognisers import Recognisers
from lumina.inference.models import Models
from lumina.store import Store, heads, spaces, vectors
from tests.support.taught import unit
from tests.support.taxonomy import SMALL, plant
from tests.support.tiny_models import entries, install_tiny

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

MODEL = "clip-vit-b32"


@pytest.fixture
def recognisers(store: Store, tmp_path: Path) -> Recognisers:
    models = Models(tmp_path, threads=1, entries=entries())
    install_tiny(models.home, MODEL)
    return Recognisers(store, models, MODEL)


def fill(recognisers: Recognisers, store: Store, count: int = 300) -> tuple[Space, list[int]]:
    """Images whose vectors are strewn, the last five of which lie where sentences about trucks do."""
    sentences = [template.format("truck") for template in given.TEMPLATES]
    towards = recognisers.models.text_encoder(MODEL).encode_text(sentences).mean(axis=0)
    towards = towards / np.linalg.norm(towards)
    strewn = np.random.default_rng(1).normal(0, 1, (count, len(towards)))
    strewn -= 0.9 * np.outer(strewn @ towards, towards)  # in so few dimensions chance would be as near as the truck
    strewn[-5:] = 10 * towards + 0.3 * strewn[-5:]
    with store.transaction() as tx:
        catalog = tx.value("INSERT INTO catalog (name) VALUES ('c') RETURNING id")
        source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/x') RETURNING id", c=catalog)
        rows = tx.rows(
            "INSERT INTO image (catalog_id, source_id, folder, stem) SELECT :c, :s, '', 'i' || n"
            " FROM generate_series(1, :n) n RETURNING id",
            c=catalog,
            s=source,
            n=count,
        )
        ids = [row["id"] for row in rows]
        space = spaces.get_or_create(tx, MODEL, recognisers.models.entry(MODEL).version, len(towards))
        vectors.save(tx, space, np.array(ids), unit(strewn))
    return space, ids


def test_a_name_is_recognised_above_what_chance_gives(recognisers: Recognisers, store: Store) -> None:
    with store.transaction() as tx:
        nodes = plant(tx, SMALL)
    space, ids = fill(recognisers, store)
    assert given.due(store, space, len(ids))
    assert given.measure(store, recognisers, space, len(ids)) is HeadKind.PROMPT
    assert not given.due(store, space, len(ids))
    with store.transaction() as tx:
        kept = {head.node_id: head for head in heads.applied(tx, space)}
        _, matrix = vectors.load(tx, space)
    assert kept.keys() == set(nodes.values())
    said = recognisers.of(space).recognise(matrix)
    trucks = [nodes["truck"] in {node for node, _ in each.labels} for each in said]
    assert all(trucks[-5:])
    assert sum(trucks[:-5]) <= 12, "a text tower that has learnt nothing draws all sentences together"

    with store.transaction() as tx:
        tx.execute("UPDATE taxonomy_node SET name = 'lorry' WHERE id = :id", id=nodes["truck"])
        tx.execute("UPDATE taxonomy_node SET removed = true WHERE id = :id", id=nodes["cat"])
    given.measure(store, recognisers, space, len(ids))
    with store.transaction() as tx:
        now = {head.node_id: head for head in heads.applied(tx, space)}
    assert now.keys() == kept.keys() - {nodes["cat"]}
    np.testing.assert_array_equal(now[nodes["dog"]].weights, kept[nodes["dog"]].weights)
    assert not np.array_equal(now[nodes["truck"]].weights, kept[nodes["truck"]].weights)


def test_only_english_names_are_put_into_sentences() -> None:
    node = Node(1, None, (1,), NodeKind.CONCEPT, "Truck", (("de", "Laster"), ("", "lorry"), ("en", "truck")))
    assert given.called(node) == ["truck", "lorry"]
