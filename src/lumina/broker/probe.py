"""Whether a broker answers."""

from __future__ import annotations

from lumina.broker.app import Broker

SECONDS = 3.0


def problem(broker: Broker) -> str | None:
    """Why the broker cannot be used; None when it can. The one inside PostgreSQL is judged with the database."""
    if broker.is_postgres:
        return None
    import redis

    client = redis.Redis.from_url(broker.url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
    try:
        client.ping()
    except redis.RedisError as error:
        return str(error)
    finally:
        client.close()
    return None
