"""One end for a whole request."""

from __future__ import annotations

from threading import Event

import httpx
import pytest

from lumina.remote.etsy import deadline

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]


def test_no_connection_is_begun_where_no_time_is_left() -> None:
    begun = Event()
    with deadline.within(-1), pytest.raises(httpx.TimeoutException):
        deadline._in_time(begun.set)
    assert not begun.wait(0.2)
