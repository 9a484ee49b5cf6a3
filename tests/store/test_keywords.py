"""Keywords of files become labels on nodes; hierarchies make the nodes that they need, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lumina.services import taxonomy as edits
from lumina.store import Store, Transaction, journal, keywords, taxonomy
from tests.conftest import copied
from tests.support.journal import images
from tests.support.taxonomy import SMALL, plant, rolled_back, shown

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]


@pytest.fixture(scope="module")
def shared(postgres: str, template_database: str) -> Iterator[Store]:
    """A database with the images 1 and 2 for tests that leave nothing behind."""
    with copied(postgres, template_database) as url:
        store = Store(url)
        images(store, 2)
        yield store
        store.close()


@pytest.fixture
def tx(shared: Store) -> Iterator[Transaction]:
    """A transaction on a small tree, of which nothing stays."""
    with rolled_back(shared) as open_:
        plant(open_, SMALL)
        yield open_


def _say(tx: Transaction, *words: str, image: int = 1) -> set[str]:
    """Names of the tags that an image has after its file has said so."""
    keywords.label(tx, {image: words})
    paths = taxonomy.paths(tx, shown(tx, image))
    return {"/".join(path) for path in paths.values()}


def test_plain_keywords_count_where_one_node_has_the_name(tx: Transaction) -> None:
    assert _say(tx, "DÒG", "sunshine") == {"animal/dog"}
    edits.add(tx, "dog")
    assert _say(tx, "dog") == set(), "two nodes have the name"
    assert _say(tx) == set()
    assert tx.value("SELECT count(*) FROM label") == 0


def test_a_hierarchy_makes_what_is_missing_below_what_is_there(tx: Transaction) -> None:
    assert _say(tx, "animal|dog|Zoey", "Zoey", "animal", "animal|dog") == {"animal/dog/Zoey"}
    assert _say(tx, "animal|beagle|Rex", "Lakes|[Big]|Ammersee") == {"animal/dog/beagle/Rex", "Lakes/Big/Ammersee"}
    assert tx.value("SELECT count(*) FROM taxonomy_node WHERE origin = 'file'") == 5
    assert _say(tx, "a|" * 40 + "b", "|".join(["x" * 300, "y"]), "{}") == set(), "too deep, too long, or no name"


def test_what_people_make_of_a_node_stays(tx: Transaction) -> None:
    _say(tx, "Lakes|Ammersee")
    lakes, lake = (taxonomy.find(tx, name)[0] for name in ("Lakes", "Ammersee"))
    edits.edit(tx, lake, {"name": "Lake Ammer", "parent": taxonomy.find(tx, "animal")[0]})
    assert _say(tx, "Lakes|Ammersee") == {"animal/Lake Ammer"}
    merged = edits.merge(tx, lake, taxonomy.find(tx, "pickup")[0])
    assert _say(tx, "Lakes|Ammersee") == {"vehicle/truck/pickup"}
    assert merged.action is not None
    journal.undo(tx, merged.action.id)
    assert {taxonomy.get(tx, node).name for node in shown(tx, 1)} == {"Lake Ammer"}
    edits.remove(tx, lakes)
    assert _say(tx, "Lakes|Chiemsee") == set(), "below what was removed nothing grows again"


def test_two_savers_that_need_the_same_nodes_make_them_once(store: Store) -> None:
    _, ids = images(store, 8)
    begin = threading.Barrier(4)

    def save(part: int) -> None:
        begin.wait()
        for image in ids[part::4]:
            with store.transaction() as tx:
                taxonomy.hold_tree(tx)
                order = sorted(["A|B|C", "A|B|D", "E|F", "G|H"], reverse=bool(part % 2))
                keywords.label(tx, {image: order})

    with ThreadPoolExecutor(4) as savers:
        list(savers.map(save, range(4)))
    with store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM taxonomy_node") == 8
        assert tx.value("SELECT count(*) FROM tag") == 8 * 4
