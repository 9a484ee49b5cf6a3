"""Small trees for tests, and dumps of all that is kept about the taxonomy and its images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lumina.domain import everyday
from lumina.domain.curation import Field
from lumina.domain.taxonomy import Evidence, LabelSource
from lumina.store import Store, Transaction, tags, taxonomy_seed

Branch = Mapping[str, Any]
SMALL: Branch = {"animal": {"dog": {"poodle": {}, "beagle": {}}, "cat": {}}, "vehicle": {"truck": {"pickup": {}}}}


def plant(tx: Transaction, branch: Branch, parent: int | None = None) -> dict[str, int]:
    """Nodes named by the keys of nested mappings; returns name -> id."""
    made: dict[str, int] = {}
    for name, below in branch.items():
        made[name] = tx.value(
            "INSERT INTO taxonomy_node (parent_id, name) VALUES (:parent, :name) RETURNING id", parent=parent, name=name
        )
        made |= plant(tx, below, made[name])
    return made


def restore_tree(tx: Transaction) -> None:
    """The starting tree as it was before people changed it, for tests that share a database."""
    changed = tx.value(
        """SELECT EXISTS (SELECT FROM taxonomy_node WHERE origin <> 'lumina')
            OR EXISTS (SELECT FROM journal WHERE field = :field)""",
        field=Field.NODE.value,
    )
    if changed:
        tx.execute(
            "TRUNCATE taxonomy_node, taxonomy_name, taxonomy_count, taxonomy_delta, action RESTART IDENTITY CASCADE"
        )
        taxonomy_seed.seed(tx, everyday.seeds())


@contextmanager
def rolled_back(store: Store) -> Iterator[Transaction]:
    """A transaction of which nothing stays, for tests that share a database."""
    with store.engine.connect() as connection:
        yield Transaction(connection)
        connection.rollback()


def label(tx: Transaction, image: int, nodes: Sequence[int], *, confidence: float = 0.5, model: str = "m") -> None:
    """A model says that an image shows these nodes, and nothing else; its tags are settled."""
    rows = [Evidence(image, node, LabelSource.MODEL, model, 1, confidence) for node in nodes]
    tags.settle(tx, tags.replace_labels(tx, [image], LabelSource.MODEL, model, rows))


def shown(tx: Transaction, image: int) -> dict[int, str]:
    """Node -> source of the tags of an image."""
    return {tag.node_id: tag.source.value for tag in tags.tags_of(tx, [image]).get(image, [])}


def dump(tx: Transaction, ids: Sequence[int] | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """The tree, names, labels, verdicts, tags and counts; with `ids` of these nodes alone."""
    queries = {
        "node": "SELECT id, parent_id, path::text, target_id, kind, name, key, origin, removed, merged_into, threshold"
        " FROM taxonomy_node WHERE NOT (removed AND merged_into IS NULL) ORDER BY id",
        "name": "SELECT o.node_id, o.language, o.name FROM taxonomy_name o JOIN taxonomy_node ON id = node_id"
        " WHERE NOT (removed AND merged_into IS NULL) ORDER BY 1, 2, 3",
        "label": "SELECT image_id, node_id, source, model, version, confidence FROM label ORDER BY 1, 2, 3, 4",
        "verdict": "SELECT image_id, node_id, yes, decided_at FROM verdict ORDER BY 1, 2",
        "tag": "SELECT image_id, node_id, confidence, source FROM tag ORDER BY 1, 2",
        "count": COUNTED,
    }
    found = {name: [tuple(row) for row in tx.execute(query).all()] for name, query in queries.items()}
    if ids is not None:
        found["node"] = [row for row in found["node"] if row[0] in ids]
        found["name"] = [row for row in found["name"] if row[0] in ids]
    return found


COUNTED = """SELECT node_id, sum(own)::int, sum(images)::int FROM (
    SELECT node_id, own, images FROM taxonomy_count UNION ALL SELECT node_id, own, images FROM taxonomy_delta) c
    GROUP BY 1 HAVING sum(own) <> 0 OR sum(images) <> 0 ORDER BY 1"""
COUNTED_AGAIN = """SELECT a.id, count(*) FILTER (WHERE t.node_id = a.id)::int, count(DISTINCT t.image_id)::int
    FROM taxonomy_node a JOIN taxonomy_node n ON n.path <@ a.path JOIN tag t ON t.node_id = n.id
    GROUP BY 1 ORDER BY 1"""
