"""A real Redis of a test's own, on a free port, that can be killed and started again."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path


class RedisServer:
    """`redis-server` without persistence; `url` stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers.

        Raises:
            RuntimeError: it ended at once, or did not answer within ten seconds; the message holds what it printed.
        """
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        log = self.folder / "redis.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                ["redis-server", *options, "--dir", str(self.folder)], stdout=output, stderr=output
            )
        for _ in range(200):
            if self._process.poll() is None and self.command("PING") == b"+PONG":
                return
            time.sleep(0.05)
        raise RuntimeError(f"redis-server does not answer: {log.read_text(errors='replace')}")

    def kill(self) -> None:
        """End it at once, as a power cut would; what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        """Empty it."""
        assert self.command("FLUSHALL") == b"+OK"

    def command(self, *words: str) -> bytes:
        """The first line of the answer to one command; empty where nobody answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(" ".join(words).encode() + b"\r\n")
                return connection.recv(4096).split(b"\r\n")[0]
        except OSError:
            return b""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
