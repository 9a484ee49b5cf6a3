"""Sending wake-ups on both brokers, and without one."""

from __future__ import annotations

import pytest
from redis import Redis
from support.redis_server import RedisServer

from lumina.broker.app import Broker, queue_name
from lumina.broker.sender import CelerySender
from lumina.domain.stage import Lane
from lumina.errors import Unavailable
from lumina.store import Store
from lumina.store.queue import install_queues, keyword_dsn

pytestmark = pytest.mark.integration


def test_a_message_in_postgresql_carries_the_batch_id_and_nothing_else(store: Store) -> None:
    install_queues(store, [queue_name(lane) for lane in Lane])
    install_queues(store, [queue_name(lane) for lane in Lane])
    sender = CelerySender(Broker("", keyword_dsn(store.url)))
    sender.send(Lane.CPU, [7, 8])
    sender.close()
    with store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM pgmq.q_lumina_cpu") == 2
        assert tx.value("SELECT count(*) FROM pgmq.q_lumina_io") == 0
        args = tx.value(
            "SELECT array_agg(headers->>'argsrepr' ORDER BY msg_id) FROM pgmq.q_lumina_cpu",
        )
    assert args == ["[7]", "[8]"]


def test_a_redis_that_is_away_is_said_so_and_used_again_when_it_is_back(redis_server: RedisServer) -> None:
    sender = CelerySender(Broker(redis_server.url))
    sender.send(Lane.IO, [1])
    redis_server.kill()
    with pytest.raises(Unavailable, match="broker"):
        sender.send(Lane.IO, [2])
    redis_server.start()
    sender.send(Lane.IO, [3])
    assert Redis.from_url(redis_server.url).llen(queue_name(Lane.IO)) == 1


def test_a_database_that_is_away_is_said_so() -> None:
    sender = CelerySender(Broker("", "host=127.0.0.1 port=9 user=nobody password=x dbname=none"))
    with pytest.raises(Unavailable, match="broker"):
        sender.send(Lane.IO, [1])
