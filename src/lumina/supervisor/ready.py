"""Whether the web interface answers yet."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit


def is_ready(url: str, seconds: float = 1.0) -> bool:
    """True once `/health/ready` says so."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
