"""One rate for all processes."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from lumina.domain.rate import Said
from lumina.engine.turns import Turns
from lumina.errors import Interrupted, Later
from lumina.store import Store, request_rate
from tests.support.market import market

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]


def test_processes_get_different_slots_and_what_was_learnt_outlives_them(store: Store) -> None:
    with store.transaction() as tx:
        here = market(tx).source_id
        request_rate.heard(tx, here, 200, Said(per_second=100, per_day=1000, remaining=500), 1000)
    slots: list[float] = []
    lock = threading.Lock()

    def process() -> None:
        own = Store(store.url, pool_size=1)
        for _ in range(20):
            with own.transaction() as tx:
                slot = request_rate.reserve(tx, here, 1000)
                with lock:
                    slots.append(slot.rate.next_at)
        own.close()

    threads = [threading.Thread(target=process) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slots.sort()
    assert len(slots) == 60
    assert min(later - first for first, later in pairwise(slots)) >= 1 / 100
    again = Store(store.url, pool_size=1)
    with again.transaction() as tx:
        known, _ = request_rate.get(tx, here)
    again.close()
    assert (known.stated, known.remaining) == (100, 440)


def test_a_turn_waits_for_a_short_block_and_leaves_a_long_one(store: Store) -> None:
    with store.transaction() as tx:
        here = market(tx).source_id
    stopped = threading.Event()
    turns = Turns(store, here, 1000, stopped.is_set)
    turns.wait()
    turns.heard(429, Said(retry_after=86_400))
    with pytest.raises(Later, match=r"Nothing may be asked until .* UTC: the daily limit is reached") as caught:
        turns.wait()
    assert 86_390 < caught.value.seconds <= 86_400
    with store.transaction() as tx:
        tx.execute("UPDATE request_rate SET state = state || CAST(:over AS jsonb)", over='{"blocked_until": 1}')
    turns.wait()
    stopped.set()
    with pytest.raises(Interrupted):
        turns.wait()


def test_good_answers_are_written_together_and_bad_ones_at_once(store: Store) -> None:
    with store.transaction() as tx:
        here = market(tx).source_id
    turns = Turns(store, here, 1000)
    for _ in range(50):
        turns.heard(200, Said(per_second=10))
    turns.heard(503, Said(per_second=10))
    with store.transaction() as tx:
        known, _ = request_rate.get(tx, here)
    assert (known.stated, known.speed) == (10, 8.5)
