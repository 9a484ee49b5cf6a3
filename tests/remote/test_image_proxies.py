"""Images through a proxy that wants a password."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from lumina.domain.market import RemoteImage
from lumina.domain.stage import Failure
from lumina.remote.images.fetcher import Fetcher
from lumina.remote.images.limits import Limits

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]


class Refusing(BaseHTTPRequestHandler):
    """A proxy that lets nobody through."""

    def do_CONNECT(self) -> None:
        self.send_error(407)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def test_the_password_of_a_proxy_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = HTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{proxy.server_port}")
    monkeypatch.setenv("NO_PROXY", "")
    fetcher = Fetcher(lambda _: "jpeg", Limits(tries=1, seconds=10))
    try:
        (failed,) = fetcher.fetch([RemoteImage(1, 1, 1, 1, "https://93.184.216.34/1.jpg", tmp_path, "1/1/1")])
    finally:
        fetcher.close()
        proxy.shutdown()
        proxy.server_close()
    assert isinstance(failed, Failure)
    assert "the proxy does not let us through (407" in failed.reason
    assert "hunter2" not in failed.reason
