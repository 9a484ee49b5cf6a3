"""Logs of children: complete, bounded, with the last words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lumina.supervisor.logs import LogFile, LogPump

pytestmark = pytest.mark.unit


def test_a_full_file_is_rotated_and_the_oldest_dropped(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "x.log", largest=100, kept=2)
    for number in range(40):
        log.write(f"line {number:03d}\n".encode())
    log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.log", "x.log.1", "x.log.2"]
    assert all(path.stat().st_size <= 100 for path in tmp_path.iterdir())
    lines = [line for name in ("x.log.2", "x.log.1", "x.log") for line in (tmp_path / name).read_text().splitlines()]
    assert lines == [f"line {number:03d}" for number in range(40 - len(lines), 40)]


def test_an_existing_log_is_continued(tmp_path: Path) -> None:
    for word in (b"one\n", b"two\n"):
        log = LogFile(tmp_path / "x.log")
        log.write(word)
        log.close()
    assert (tmp_path / "x.log").read_bytes() == b"one\ntwo\n"


def test_a_pump_copies_everything_and_keeps_the_last_lines(tmp_path: Path) -> None:
    read, write = os.pipe()
    pump = LogPump(os.fdopen(read, "rb"), LogFile(tmp_path / "x.log"))
    with os.fdopen(write, "wb") as pipe:
        for number in range(1000):
            pipe.write(f"{number}\n".encode())
        pipe.write(b"\xffbroken")
    pump.finish(10)
    assert (tmp_path / "x.log").read_bytes().splitlines()[:1000] == [str(n).encode() for n in range(1000)]
    assert list(pump.last)[-2:] == ["999", "\ufffdbroken"]
