"""Vectors in files: the same rows in each, what FAISS reads is what the database holds, and never a mixture."""

from __future__ import annotations

import json
import resource
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from lumina.bootstrap import App, Settings, build
from lumina.domain.stage import Lane
from lumina.domain.vector_files import INDEX, MANIFEST
from lumina.domain.vectors import SpaceKind
from lumina.domain.work import Job
from lumina.engine import export
from lumina.engine.export import Wish
from lumina.errors import BadInput
from lumina.files.vector_files import VectorFile, VectorWriter
from lumina.services import market_files
from lumina.store import exporting, outcomes
from lumina.store.ledger import Worker
from tests.support.death import Death
from tests.support.market import listed, market
from tests.support.messages import Messages
from tests.support.vectors_of import embedded

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
MODELS = {"clip-vit-b32": 8, "dinov2-base": 12}
SETTING = ("clip-vit-b32", "mobilenet-v2")


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[App]:
    made = build(Settings(home=tmp_path / "home", database_url=database_url), sender=Messages())
    with made.store.transaction() as tx:
        outcomes.declare(tx, made.registry.versions)
    yield made
    made.close()


@pytest.fixture
def images(app: App) -> list[int]:
    """40 images; all but the last have vectors of both models, all but the first two one of their words."""
    with app.store.transaction() as tx:
        found = listed(tx, market(tx), 20)
        embedded(tx, found, {"clip-vit-b32": 8})
        embedded(tx, found[:-1], {"dinov2-base": 12})
        embedded(tx, found[2:], {"clip-vit-b32": 8}, SpaceKind.TEXT, seed=5)
    return found


def run(app: App, wish: Wish) -> Job:
    job = market_files.export(app.store, app.dispatcher, wish, SETTING)
    while app.engine.run_one(Lane.IO, 0, Worker("server", "1/1")):
        pass
    return app.work.get(job.id)


def read(folder: Path) -> dict[str, Any]:
    """What FAISS itself reads, with the index."""
    found: dict[str, Any] = {path.stem: faiss.read_index(str(path)) for path in folder.glob("*.faiss")}
    return found | {"index": json.loads((folder / INDEX).read_text())}


def test_files_hold_the_same_rows_and_what_the_database_holds(
    app: App, images: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PIECE", 7)
    folder = tmp_path / "to" / "vectors"
    plan = market_files.plan_export(app.store, Wish(folder), SETTING)
    assert (plan.rows, plan.images) == (37, 40)
    assert not folder.exists()
    job = run(app, Wish(folder))
    assert job.state == "SUCCESS", job.result
    assert job.result["message"] == "37 images in 3 files, verified; 3 lack a vector of one of them"
    found = read(folder)
    assert sorted(found) == ["clip_vitb32", "clip_vitb32_text", "dinov2_base", "index"]
    assert {path.name for path in folder.iterdir()} == {*plan.files, INDEX, MANIFEST}
    with app.store.transaction() as tx:
        source = market(tx).source_id
        rows = {tuple(pair): row for row, pair in enumerate(found["index"])}
        known = tx.rows("SELECT image_id, listing_id, remote_id FROM listing_image WHERE image_id = ANY(:i)", i=images)
        for name, kind in (("clip_vitb32", "image"), ("dinov2_base", "image"), ("clip_vitb32_text", "text")):
            index = found[name]
            assert isinstance(index, faiss.IndexFlatIP)
            assert index.ntotal == len(rows) == 37
            stored = index.reconstruct_n(0, 37)
            assert np.allclose(np.linalg.norm(stored, axis=1), 1, atol=1e-6)
            model = "dinov2-base" if name.startswith("dino") else "clip-vit-b32"
            table = tx.value("SELECT id FROM vector_space WHERE model = :m AND kind = :k", m=model, k=kind)
            for row in known:
                text = tx.value(f"SELECT vector::text FROM vector_{table} WHERE image_id = :i", i=row["image_id"])
                place = rows.get((row["listing_id"], row["remote_id"]))
                if place is not None:
                    assert np.allclose(stored[place], json.loads(text), atol=1e-3)
        assert (exporting.numbered(tx, source, np.array([1, 9]), np.array([11, 99])) > 0).tolist() == [True, False]


def test_chosen_models_and_what_cannot_be_chosen(app: App, images: list[int], tmp_path: Path) -> None:
    run(app, Wish(tmp_path / "one", models=("dinov2-base",)))
    assert sorted(read(tmp_path / "one")) == ["dinov2_base", "index"]
    assert len(read(tmp_path / "one")["index"]) == 39
    with pytest.raises(BadInput, match="dinov3-base has embedded no pictures of demo; there is: clip"):
        market_files.export(app.store, app.dispatcher, Wish(tmp_path / "x", models=("dinov3-base",)), SETTING)
    with pytest.raises(BadInput, match="No model has embedded any cut-out"):
        market_files.export(app.store, app.dispatcher, Wish(tmp_path / "x", of=SpaceKind.CUTOUT), SETTING)
    with pytest.raises(BadInput, match="no marketplace 'ebay'"):
        market_files.plan_export(app.store, Wish(tmp_path / "x", market="ebay"), SETTING)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(BadInput, match=r"holds other things \(letter.txt\)"):
        market_files.export(app.store, app.dispatcher, Wish(tmp_path / "mine"), SETTING)


def test_killed_at_each_step_the_folder_is_the_old_export_or_the_new_one(
    app: App, images: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    death = Death(monkeypatch, [(shutil, "rmtree")])
    folder = tmp_path / "vectors"
    wish = Wish(folder)
    run(app, wish)
    before = read(folder)["index"]
    with app.store.transaction() as tx:
        embedded(tx, images, {"dinov2-base": 12}, seed=9)
    ends, steps = set(), 0
    while death.after(steps := steps + 2, lambda: run(app, wish)):
        found = read(folder)
        manifest = json.loads((folder / MANIFEST).read_text())
        counts = {found[name].ntotal for name in found if name != "index"}
        assert counts == {len(found["index"])} == {manifest["rows"]}
        ends.add(len(found["index"]))
        with app.store.transaction() as tx:
            tx.execute("DELETE FROM job")
    assert ends == {len(before), len(before) + 1}, "there were steps before the change, and after it"
    assert [path.name for path in tmp_path.iterdir() if "lumina" in path.name] == []


def test_a_disk_that_is_full_leaves_the_old_export(app: App, images: list[int], tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    run(app, Wish(folder, models=("dinov2-base",)))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
        job = run(app, Wish(folder))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert job.state == "FAILURE"
    assert "cannot be written: File too large; what was there is as before" in job.result["message"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if "lumina" in path.name] == []


def test_what_was_written_wrongly_is_noticed(
    app: App, images: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = VectorWriter.add
    monkeypatch.setattr(VectorWriter, "add", lambda self, vectors: add(self, np.roll(vectors, 1, axis=0)))
    job = run(app, Wish(tmp_path / "vectors"))
    assert job.state == "FAILURE"
    assert "does not hold the database's vectors in the order of image_index.json" in job.result["message"]
    assert not (tmp_path / "vectors").exists()


def test_files_of_others_are_read_or_refused_by_name(tmp_path: Path) -> None:
    matrix = np.eye(4, 3, dtype=np.float32)
    flat = faiss.IndexFlatL2(3)
    flat.add(matrix)
    faiss.write_index(flat, str(tmp_path / "flat.faiss"))
    numbered = faiss.IndexIDMap2(faiss.IndexFlatIP(3))
    numbered.add_with_ids(matrix, np.array([7, 5, 6, 4]))
    faiss.write_index(numbered, str(tmp_path / "ids.faiss"))
    faiss.write_index(faiss.IndexHNSWFlat(3, 4), str(tmp_path / "graph.faiss"))
    (tmp_path / "half.faiss").write_bytes((tmp_path / "flat.faiss").read_bytes()[:70])
    (tmp_path / "empty.faiss").write_bytes(b"")
    found = VectorFile(tmp_path / "flat.faiss")
    assert (found.rows, found.dimensions, found.ids) == (4, 3, None)
    assert np.array_equal(found.part(2, 9), matrix[2:])
    ids = VectorFile(tmp_path / "ids.faiss")
    assert ids.ids is not None
    assert ids.ids.tolist() == [7, 5, 6, 4]
    assert np.array_equal(ids.at(np.array([3, 0])), matrix[[3, 0]])
    for name, what in (("graph", "kind IndexHNSWFlat"), ("half", "cannot be read"), ("empty", "cannot be read")):
        with pytest.raises(BadInput, match=what):
            VectorFile(tmp_path / f"{name}.faiss")
