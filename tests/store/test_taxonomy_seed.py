"""The starting tree comes once; what people have made of it stays, whatever a newer version adds."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lumina.domain import everyday
from lumina.domain.everyday import Seed
from lumina.services import taxonomy as edits
from lumina.services import taxonomy_exchange, taxonomy_view
from lumina.store import Store, journal, taxonomy, taxonomy_seed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

_KEY = re.compile(r',\s*"key": "[^"]*"')
FIRST = [Seed("vehicle", None, "Vehicle"), Seed("truck", "vehicle", "Truck"), Seed("boat", "vehicle", "Boat")]
LATER = [*FIRST, Seed("pickup", "truck", "Pickup"), Seed("ship", "boat", "Ship"), Seed("cart", "vehicle", "Cart")]


def test_the_whole_tree_comes_once_and_goes_to_a_text_and_back(store: Store) -> None:
    with ThreadPoolExecutor(2) as servers:
        begin = threading.Barrier(2)

        def start(_: int) -> int:
            begin.wait()
            with store.transaction() as tx:
                return taxonomy_seed.seed(tx, everyday.seeds())

        assert sorted(servers.map(start, range(2))) == [0, len(everyday.seeds())]
    with store.transaction() as tx:
        for name, path in {
            "trucks": "Vehicle/Truck",
            "fire ENGINES": "Vehicle/Truck/Fire engine",
            "hunde": "Animal/Mammal/Dog",
            "ECUREUIL": "Animal/Mammal/Rodent/Squirrel",
        }.items():
            (found,) = taxonomy.find(tx, name)
            assert "/".join(taxonomy.paths(tx, [found])[found]) == path
        (truck,) = taxonomy.find(tx, "truck")
        assert {taxonomy.find(tx, name)[0] for name in ("pickup", "fire engine")} < set(taxonomy.subtree(tx, truck))
        assert taxonomy_view.level(tx, None) == []
        assert taxonomy_view.called(tx, "TRÚck")[0].node.id == truck
    some = everyday.seeds()[:100]
    with store.transaction() as tx:
        tx.execute("DELETE FROM taxonomy_node")
        taxonomy_seed.seed(tx, some)
        texts = {form: taxonomy_exchange.exported(tx, form) for form in ("json", "keywords")}
        action = taxonomy_exchange.imported(tx, texts["json"])
        assert (action.action, action.added) == (None, 0)
        tx.execute("DELETE FROM taxonomy_node")
        for form, text in texts.items():
            done = taxonomy_exchange.imported(tx, text, form)
            assert done.added == len(some)
            again = taxonomy_exchange.exported(tx, form)
            assert _KEY.sub("", again) == _KEY.sub("", text), "only Lumina itself gives keys"
            assert done.action is not None
            journal.undo(tx, done.action.id)
            assert taxonomy.nodes(tx) == {}


def test_what_people_have_made_of_it_stays(store: Store) -> None:
    with store.transaction() as tx:
        assert taxonomy_seed.seed(tx, FIRST) == 3
        boat, truck = taxonomy.find(tx, "boat")[0], taxonomy.find(tx, "truck")[0]
        edits.edit(tx, truck, {"name": "Lorry", "parent": None})
        edits.remove(tx, boat)
        cart = edits.add(tx, "CART", parent=taxonomy.find(tx, "vehicle")[0]).node
        assert cart is not None
    with store.transaction() as tx:
        assert taxonomy_seed.seed(tx, LATER) == 3
        assert taxonomy_seed.seed(tx, LATER) == 0
        there = ["/".join(path) for path in taxonomy.paths(tx, taxonomy.nodes(tx)).values()]
        assert sorted(there) == ["Lorry", "Lorry/Pickup", "Vehicle", "Vehicle/CART", "Vehicle/Ship"]
        assert taxonomy.by_keys(tx, ["cart", "boat", "truck"]) == {"cart": cart.id, "truck": truck}
