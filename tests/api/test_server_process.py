"""The server as a process: it starts, stays small, and stops at once even while somebody listens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.api.conftest import House

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(os.name != "posix", reason="the server runs on POSIX systems"),
]


@pytest.fixture
def server(house: House, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "LUMINA_HOME": str(tmp_path / "home"),
        "LUMINA_DATABASE_URL": house.app.settings.database_url,
        "LUMINA_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "lumina.cli", "serve"], env=environment)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            if httpx.get(f"{url}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("the server did not become ready")


def test_an_open_stream_does_not_hold_up_the_end(server: tuple[subprocess.Popen[bytes], str]) -> None:
    process, url = server
    wait_until_ready(process, url)
    resident = psutil.Process(process.pid).memory_info().rss / 2**20
    assert resident < 300, f"{resident:.0f} MiB"
    with httpx.stream("GET", f"{url}/api/events", timeout=30) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 2000"
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        rest = list(lines)
    process.wait(20)
    assert rest[0] == "event: heartbeat", "what was sent is read to its end"
    assert time.monotonic() - began < 4, "shorter than the server's grace for requests under way"
