"""Answers that no marketplace should give."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from lumina.domain.market import GONE
from lumina.domain.rate import Said
from lumina.errors import Later, NotFound, Refused
from lumina.remote.etsy import client, deadline
from lumina.remote.etsy.client import Client
from lumina.remote.etsy.key import DEMO, Key
from lumina.remote.etsy.source import EtsySource

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]


class Hasty:
    """A pace without any waiting."""

    def wait(self) -> None:
        """Go."""

    def heard(self, status: int, said: Said) -> None:
        """Whatever it is."""

    def sleep(self, seconds: float) -> None:
        """No time for that."""


class Stub:
    """Answers as `answer` says: status, body, headers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[str], tuple[int, bytes, dict[str, str]]] = lambda _: (404, b"{}", {})
        self.trickle = b""
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stub.asked.append(self.path)
                if stub.trickle:
                    self._trickle(stub.trickle)
                    return
                status, body, headers = stub.answer(self.path)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def _trickle(self, begin: bytes) -> None:
                """A byte now and then for as long as somebody listens; each is no silence."""
                self.close_connection = True
                with suppress(OSError):
                    self.wfile.write(begin)
                    while True:
                        self.wfile.write(b"x")
                        time.sleep(0.02)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def etsy(stub: Stub) -> Iterator[EtsySource]:
    made = EtsySource(Client(f"http://127.0.0.1:{stub.http.server_port}", DEMO, Hasty(), stall=2.0))
    yield made
    made.close()


def said(*numbers: int) -> bytes:
    return json.dumps({"results": [{"listing_id": number, "shop_id": 7, "title": "x"} for number in numbers]}).encode()


def test_one_that_has_vanished_takes_no_other_with_it_that_an_answer_has_left_out(stub: Stub, etsy: EtsySource) -> None:
    batches = iter([said(1), said(3, 4)])  # cut short; 2 and 5 have vanished

    def answer(path: str) -> tuple[int, bytes, dict[str, str]]:
        return (200, next(batches), {}) if "/listings/batch" in path else (404, b"{}", {})

    stub.answer = answer
    found = {listing.listing_id: listing.state for listing in etsy.listings([1, 2, 3, 4, 5])}
    assert found == {1: "active", 2: GONE, 3: "active", 4: "active", 5: GONE}
    assert len(stub.asked) == 3


def test_an_answer_that_is_packed_many_times_is_not_unpacked(stub: Stub, etsy: EtsySource) -> None:
    bomb = gzip.compress(gzip.compress(b" " * 60_000_000, 9), 9)
    stub.answer = lambda _: (200, bomb, {"Content-Encoding": "gzip, gzip"})
    with pytest.raises(Later, match=r"packed in a way that was not asked for \(gzip, gzip\)"):
        etsy.shop(7)
    stub.answer = lambda _: (200, gzip.compress(b'{"shop_id": 7}'), {"Content-Encoding": "gzip"})
    shop = etsy.shop(7)
    assert shop is not None
    assert shop.shop_id == 7


def test_numbers_of_any_length_end_nothing(stub: Stub, etsy: EtsySource) -> None:
    long = "9" * 5000
    stub.answer = lambda _: (200, json.dumps({"count": long, "results": [{"listing_id": long}]}).encode(), {})
    assert etsy.listings([]) == []
    assert list(etsy.reviews(7, None)) == []
    with pytest.raises(NotFound, match="There is no shop"):
        etsy.find_shop(long)
    batch, stub.answer = stub.answer, lambda path: batch(path) if "batch" in path else (404, b"{}", {})
    assert [listing.state for listing in etsy.listings([1])] == [GONE]


def test_a_key_that_is_said_back_is_not_repeated(stub: Stub) -> None:
    body = b'{"error": "The key mykeystring:hunter2hunter2 is revoked"}'
    stub.answer = lambda _: (403, body, {})
    mine = Client(f"http://127.0.0.1:{stub.http.server_port}", Key("mykeystring", "hunter2hunter2"), Hasty())
    with pytest.raises(Refused, match=r"The key \.\.\.:\.\.\. is revoked"):
        mine.get("/shops")
    mine.close()


@pytest.mark.parametrize(
    "begin",
    [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"],
    ids=["headers", "body"],
)
def test_an_answer_that_trickles_ends_in_time(
    stub: Stub, etsy: EtsySource, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(client, "MOST_SECONDS", 0.2)
    monkeypatch.setattr(client, "TRIES", 2)
    stub.trickle = begin
    with pytest.raises(Later, match="it does not answer in time"):
        etsy.shop(7)


def test_a_name_that_is_looked_up_for_ever_is_not_waited_for() -> None:
    made, closed = threading.Event(), threading.Event()

    class Late:
        def connect(self) -> Late:
            made.wait()
            return self

        def close(self) -> None:
            closed.set()

    with deadline.within(0.05), pytest.raises(httpx.ConnectTimeout):
        deadline._in_time(Late().connect)
    made.set()
    assert closed.wait(20), "a connection that comes too late is not left open"
