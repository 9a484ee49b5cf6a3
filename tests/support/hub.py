"""A small model hub on a real port, with every fault that a network or a server can have."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lumina.domain.model import ModelEntry, ModelFile
from lumina.inference.catalogue import entry


@dataclass
class Fault:
    """What goes wrong with one request.

    Attributes:
        status: answered instead of the file, with `headers` and `body`.
        cut: bytes of the body after which the connection is closed without a word.
        stall: seconds of silence after `cut` bytes.
        claim: Content-Length that is announced instead of the real one.
        ranges: whether Range is obeyed.
        redirect: Location that is answered.
        drop: headers that are left out.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: int | None = None
    stall: float = 0
    claim: int | None = None
    ranges: bool = True
    redirect: str = ""
    drop: tuple[str, ...] = ()


NONE = Fault()


@dataclass
class Request:
    """One that has come."""

    path: str
    headers: dict[str, str]


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Clients that go away are what this is about."""


class Server:
    """Serves `files` (path -> bytes) with the checksums that a hub states; `faults` go to the requests in turn."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.stated: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.before: Callable[[str], None] = lambda path: None
        self._closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = _Quiet(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()

    def sent(self, header: str) -> list[str]:
        """A header of each request."""
        return [request.headers.get(header.lower(), "") for request in self.requests]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append(Request(handler.path, {k.lower(): v for k, v in handler.headers.items()}))
        self.before(handler.path)
        fault = self.faults.pop(0) if self.faults else Fault()
        if fault.redirect:
            self._say(handler, 302, {"Location": fault.redirect, **self._stated(handler.path), **fault.headers}, b"")
        elif fault.status:
            self._say(handler, fault.status, fault.headers, fault.body)
        elif handler.path not in self.files:
            self._say(handler, 404, {}, b"no such file")
        else:
            self._file(handler, fault)

    def _stated(self, path: str) -> dict[str, str]:
        if path not in self.files:
            return {}
        data = self.files[path]
        checksum = self.stated.get(path, hashlib.sha256(data).hexdigest())
        return {"X-Linked-ETag": f'"{checksum}"', "X-Linked-Size": str(len(data))} if len(checksum) == 64 else {}

    def _file(self, handler: BaseHTTPRequestHandler, fault: Fault) -> None:
        data = self.files[handler.path]
        etag = f'"{self.stated.get(handler.path) or hashlib.sha256(data).hexdigest()}"'
        headers = {"ETag": etag, "Content-Type": "application/octet-stream", **fault.headers}
        status, start = 200, 0
        wanted, condition = handler.headers.get("Range", ""), handler.headers.get("If-Range", etag)
        if wanted and fault.ranges and condition == etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                self._say(handler, 416, {"Content-Range": f"bytes */{len(data)}"}, b"")
                return
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        headers = {name: value for name, value in headers.items() if name not in fault.drop}
        self._say(handler, status, headers, data[start:], fault)

    def _say(
        self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, fault: Fault = NONE
    ) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body) if fault.claim is None else fault.claim))
        handler.end_headers()
        try:
            handler.wfile.write(body if fault.cut is None else body[: fault.cut])
            if fault.stall:
                self._closing.wait(fault.stall)
        except OSError:
            return
        if fault.cut is not None or fault.claim is not None:
            handler.close_connection = True
            try:
                handler.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


@contextmanager
def serving() -> Iterator[Server]:
    """A hub that runs."""
    server = Server()
    try:
        yield server
    finally:
        server.close()


def small(server: Server, *, known: bool = True, name: str = "clip-vit-b32") -> ModelEntry:
    """An entry whose three small files the server has; with their SHA-256, or not `known`."""
    from dataclasses import replace

    real = entry(name)
    files = []
    for number, file in enumerate(real.files):
        path = f"/repo/resolve/main/{file.path}"
        data = server.files.setdefault(path, bytes(range(256)) * (40 + number))
        sha256 = hashlib.sha256(data).hexdigest() if known else ""
        files.append(ModelFile(file.path, len(data), sha256, url=server.url + path))
    return replace(real, files=tuple(files))


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it does not come true"
        time.sleep(0.01)
