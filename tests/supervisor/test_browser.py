"""Where the server listens, and whether a browser can show it."""

from __future__ import annotations

import socket
import sys

import pytest

from lumina.errors import Unavailable
from lumina.supervisor.browser import address, has_display

pytestmark = pytest.mark.unit


def test_port_0_takes_a_free_one() -> None:
    url, port = address("127.0.0.1", 0)
    assert port > 0
    assert url == f"http://127.0.0.1:{port}"


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"port {port}.*LUMINA_PORT"):
            address("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    with pytest.raises(Unavailable, match=host):
        address(host, 0)


def test_all_addresses_are_opened_as_the_local_one() -> None:
    url, port = address("0.0.0.0", 0)
    assert url == f"http://127.0.0.1:{port}"


@pytest.mark.skipif(sys.platform != "linux", reason="the variables are Linux's")
def test_a_display_is_recognised() -> None:
    assert has_display({"DISPLAY": ":0"})
    assert has_display({"WAYLAND_DISPLAY": "wayland-0"})
    assert not has_display({"DISPLAY": ""})
