"""One file over a bad network: the very bytes, or a reason."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.errors import BadModel, Conflict, Interrupted, Unavailable
from lumina.remote import part as parts
from lumina.remote.client import Client, target
from lumina.remote.download import Wanted, download
from lumina.remote.patience import Patience, retry_after
from tests.support.hub import Fault, Server, serving

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]
HASTY = Patience(stall=0.3, tries=5, first=0.001, longest=0.01, told=1)
PATIENT = Patience(stall=0.3, tries=8, first=0.001, longest=0.01, told=1)
"""Outlasts any faults that a test has made up."""
DATA = bytes(range(256)) * 400
SHA = hashlib.sha256(DATA).hexdigest()
PATH = "/repo/resolve/main/model.onnx"


@pytest.fixture(scope="module")
def one_server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def server(one_server: Server) -> Server:
    one_server.files = {PATH: DATA}
    one_server.stated, one_server.faults, one_server.requests = {}, [], []
    one_server.before = lambda path: None
    return one_server


def get(server: Server, folder: Path, **more: object) -> Path:
    place = folder / "model.onnx"
    values = {"url": server.url + PATH, "place": place, "largest": 1 << 20, "sha256": SHA} | more
    with Client(PATIENT.stall) as client:
        stored = download(client, Wanted(**values), patience=PATIENT)  # type: ignore[arg-type]
    assert stored.sha256 == hashlib.sha256(place.read_bytes()).hexdigest()
    assert stored.size == place.stat().st_size
    assert list(folder.iterdir()) == [place], "nothing else is left"
    return place


CURABLE = {
    "breaks off": [Fault(cut=5000)],
    "breaks off before the first byte": [Fault(cut=0)],
    "breaks off again and again": [Fault(cut=1000)] * 7,
    "stalls": [Fault(cut=9000, stall=1)],
    "says less than comes": [Fault(claim=100)],
    "says more than comes": [Fault(claim=len(DATA) + 100)],
    "ignores the range": [Fault(cut=5000), Fault(ranges=False)],
    "answers another range": [Fault(cut=5000), Fault(headers={"Content-Range": f"bytes 7-9/{len(DATA)}"})],
    "says nothing of the range": [Fault(cut=5000), Fault(drop=("Content-Range",))],
    "is overloaded": [Fault(503), Fault(502), Fault(429, headers={"Retry-After": "0"})],
    "has another file for a moment": [Fault(200, headers={"ETag": '"x"'}, body=b"other")],
    "redirects": [Fault(redirect=PATH), Fault(redirect=PATH)],
    "has a proxy in between that breaks off with a page": [Fault(cut=5000), Fault(504, body=b"<html>")],
}


@pytest.mark.parametrize("name", CURABLE)
def test_what_may_pass_is_borne(server: Server, tmp_path: Path, name: str) -> None:
    server.faults = list(CURABLE[name])
    assert get(server, tmp_path).read_bytes() == DATA
    assert not server.faults


INCURABLE: dict[str, tuple[list[Fault], type[Exception], str]] = {
    "never there": ([Fault(503)] * 9, Unavailable, "503"),
    "asked too often": ([Fault(429, headers={"Retry-After": "3600"})], Unavailable, "3,600 seconds"),
    "gated": ([Fault(401)], Unavailable, "HF_TOKEN"),
    "forbidden": ([Fault(403)], Unavailable, "HF_TOKEN"),
    "gone": ([Fault(404)], Unavailable, "does not have it"),
    "proxy": ([Fault(407)], Unavailable, "proxy"),
    "a page": (
        [Fault(200, headers={"Content-Type": "text/html; charset=utf-8"}, body=b"<p>")],
        Unavailable,
        "web page",
    ),
    "packed": ([Fault(headers={"Content-Encoding": "gzip"})], Unavailable, "packed"),
    "other bytes": ([Fault(200, body=b"x" * 50)] * 2, BadModel, "SHA-256"),
    "in a circle": ([Fault(redirect=PATH)] * 11, Unavailable, "redirects more than"),
    "to a file": ([Fault(redirect="file:///etc/passwd")], Unavailable, "file:///etc/passwd"),
    "to ftp": ([Fault(redirect="ftp://example.org/x")], Unavailable, "ftp://example.org"),
}


@pytest.mark.parametrize("name", INCURABLE)
def test_what_will_not_pass_is_said(server: Server, tmp_path: Path, name: str) -> None:
    faults, error, words = INCURABLE[name]
    server.faults = list(faults)
    with pytest.raises(error, match=words):
        get(server, tmp_path)
    assert not (tmp_path / "model.onnx").exists()


def test_a_broken_off_one_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    server.faults = [Fault(cut=70_000)]
    get(server, tmp_path)
    assert server.sent("Range") == ["", "bytes=70000-"]
    assert server.sent("If-Range") == ["", f'"{SHA}"']


def test_a_file_that_changes_between_two_tries_begins_anew(server: Server, tmp_path: Path) -> None:
    """Nothing is known of it but what the server states; the new one comes whole, and never a mixture."""
    new = DATA[::-1]

    def change(path: str) -> None:
        if len(server.requests) == 2:
            server.files[PATH] = new

    server.before, server.faults = change, [Fault(cut=70_000)]
    assert get(server, tmp_path, sha256="").read_bytes() == new


def test_too_many_bytes_are_refused_whether_announced_or_not(server: Server, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="at most 1,000"):
        get(server, tmp_path, largest=1000)
    server.faults = [Fault(drop=("Content-Length",))]
    with pytest.raises(BadModel):
        get(server, tmp_path, largest=1000)


@pytest.mark.parametrize("stated", [SHA, hashlib.sha1(b"blob %d\0" % len(DATA) + DATA).hexdigest()])
def test_without_a_known_checksum_the_stated_one_counts(server: Server, tmp_path: Path, stated: str) -> None:
    server.stated[PATH] = stated
    server.faults = [Fault(redirect=PATH), Fault(cut=7)]
    get(server, tmp_path, sha256="")


@pytest.mark.parametrize("stated", ["0" * 64, "0" * 40])
def test_a_server_that_lies_about_the_checksum_is_not_believed(server: Server, tmp_path: Path, stated: str) -> None:
    server.stated[PATH] = stated
    with pytest.raises(BadModel, match="SHA"):
        get(server, tmp_path, sha256="")
    assert not (tmp_path / "model.onnx").exists()


def test_a_server_that_states_no_checksum_is_refused_at_once(server: Server, tmp_path: Path) -> None:
    server.stated[PATH] = "abc"
    with pytest.raises(BadModel, match="states no checksum"):
        get(server, tmp_path, sha256="")


def test_another_file_than_the_known_one_is_refused_before_it_comes(server: Server, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="Nothing was downloaded"):
        get(server, tmp_path, sha256="1" * 64)


@pytest.mark.parametrize("stated", ["", hashlib.sha1(b"blob %d\0" % len(DATA) + DATA).hexdigest()])
def test_a_file_that_changed_since_it_was_installed_is_refused(server: Server, tmp_path: Path, stated: str) -> None:
    if stated:
        server.stated[PATH] = stated
    with pytest.raises(Conflict, match="--accept-change"):
        get(server, tmp_path, sha256="", pinned="2" * 64)


def test_being_stopped_keeps_what_has_come(server: Server, tmp_path: Path) -> None:
    part = tmp_path / "model.onnx.part"
    server.faults = [Fault(cut=60_000)]
    wanted = Wanted(server.url + PATH, tmp_path / "model.onnx", 1 << 20, SHA)
    with Client(HASTY.stall) as client, pytest.raises(Interrupted):
        download(client, wanted, stop=lambda: part.stat().st_size > 30_000, patience=Patience(first=60))
    kept = part.read_bytes()
    assert len(kept) > 30_000
    assert DATA.startswith(kept)
    get(server, tmp_path)
    assert server.sent("Range")[1] == f"bytes={len(kept)}-"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named_and_not_kept_full(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    room = [50_000]

    def write(handle: int, data: memoryview) -> int:
        if room[0] == 0:
            raise OSError(number, os.strerror(number))
        count = min(room[0], len(data))
        room[0] -= count
        return os.pwrite(handle, data[:count], 0)

    with monkeypatch.context() as patch:
        patch.setattr(parts.os, "write", write)
        with pytest.raises(Unavailable, match=r"disk of .* is full.*Make room"):
            get(server, tmp_path)
    assert (tmp_path / "model.onnx.part").stat().st_size == 0
    get(server, tmp_path)


def test_the_token_goes_to_the_hub_alone(server: Server, tmp_path: Path) -> None:
    with serving() as other:
        other.files[PATH] = DATA
        server.faults = [Fault(redirect=other.url + PATH), Fault(redirect=other.url + PATH)]
        for origin in (server.url, "https://huggingface.co"):
            with Client(1, "hf_secret", origin) as client:
                wanted = Wanted(server.url + PATH, tmp_path / origin[-4:], 1 << 20, SHA)
                download(client, wanted, patience=HASTY)
        assert server.sent("Authorization") == ["Bearer hf_secret", ""]
        assert other.sent("Authorization") == ["", ""]


def test_proxies_of_the_environment_are_used_but_where_they_should_not(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub plays the proxy: it is asked for the whole address of a host that does not exist."""
    address = "http://hub.invalid/model.onnx"
    server.files[address] = DATA
    monkeypatch.setenv("HTTP_PROXY", server.url)
    with Client(1) as client:
        download(client, Wanted(address, tmp_path / "a", 1 << 20, SHA), patience=HASTY)
    assert server.requests[-1].path == address
    monkeypatch.setenv("NO_PROXY", "hub.invalid")
    with Client(1) as client, pytest.raises(Unavailable, match="connection failed"):
        download(client, Wanted(address, tmp_path / "b", 1 << 20, SHA), patience=HASTY)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(st.tuples(st.integers(0, len(DATA) + 1), st.booleans(), st.booleans()), max_size=6),
    known=st.booleans(),
    killed=st.integers(0, 6),
)
def test_any_sequence_of_cut_offs_ends_in_the_exact_bytes(
    server: Server, tmp_path: Path, cuts: list[tuple[int, bool, bool]], known: bool, killed: int
) -> None:
    """With servers that forget ranges and tags in between, and with processes that give up and begin again."""
    for left in tmp_path.iterdir():
        left.unlink()
    server.faults = [Fault(cut=cut, ranges=ranges, drop=() if tags else ("ETag",)) for cut, ranges, tags in cuts]
    for fault in server.faults:
        fault.headers = {"X-Linked-ETag": f'"{SHA}"'}
    impatient = Patience(stall=1, tries=min(killed, 1), first=0.001, longest=0.001)
    wanted = Wanted(server.url + PATH, tmp_path / "model.onnx", 1 << 20, SHA if known else "")
    for _ in range(killed):
        try:
            with Client(1) as client:
                download(client, wanted, patience=impatient)
        except Unavailable:  # an earlier one may have brought it whole
            assert not wanted.place.exists() or wanted.place.read_bytes() == DATA
    assert get(server, tmp_path, sha256=wanted.sha256).read_bytes() == DATA


@pytest.mark.unit
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        (None, None),
        ("soon", None),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
        ("-3", None),
        ("²", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value) == seconds


@pytest.mark.unit
def test_redirects_never_leave_encryption() -> None:
    with pytest.raises(Unavailable, match="without encryption"):
        target(httpx.URL("https://hub.example.org/a"), "http://cdn.example.org/a")
    assert str(target(httpx.URL("https://hub.example.org/a/b"), "../c?d=e")) == "https://hub.example.org/c?d=e"
