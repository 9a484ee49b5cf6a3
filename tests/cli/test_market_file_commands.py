"""`lumina market adopt`, `export-faiss` and `cleanup`, as a person or a script calls them."""

from __future__ import annotations

import json
from pathlib import Path

import faiss
import pytest

from tests.support.lumina_home import Home
from tests.support.predecessor import Predecessor

pytestmark = [pytest.mark.integration, pytest.mark.timeout(100)]


def test_adopted_exported_and_what_a_clean_up_would_move(database_url: str, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.environment |= {"LUMINA_DATABASE_URL": database_url, "LUMINA_MODELS": "clip-vit-b32"}
    before = Predecessor(tmp_path / "before", listings=2)
    before.path((2, 22)).unlink()
    seen = home.json("market", "adopt", before.folder, "--dry-run")
    assert (seen["dry_run"], seen["images"], seen["downloaded"]) == (True, 4, 3)
    done = home.run("market", "adopt", before.folder)
    assert "4 images of 2 listings, 3 with their files; vectors: clip-vit-b32 3" in done.stdout
    assert "file-missing" in done.stdout
    assert "no place of their own here: phase_of_moon" in done.stderr
    folder = tmp_path / "vectors"
    plan = home.json("market", "export-faiss", folder, "--dry-run")
    assert (plan["rows"], plan["files"]["clip_vitb32.faiss"]) == (3, 512)
    assert not folder.exists()
    job = home.json("market", "export-faiss", folder)["job"]
    assert job["result"]["message"] == "3 images in 3 files, verified; 1 lack a vector of one of them"
    assert faiss.read_index(str(folder / "clip_vitb32.faiss")).ntotal == 3
    assert json.loads((folder / "image_index.json").read_text()) == [[1, 11], [1, 12], [2, 21]]
    before.database.with_name("embeddings").joinpath("clip_vitb32.faiss").write_bytes(b"")
    assert "clip_vitb32.faiss cannot be read by FAISS" in home.run("market", "adopt", before.folder, code=3).stdout
    disk = tmp_path / "disk"
    disk.mkdir()
    would = home.json("market", "cleanup", "--to", disk, "--dry-run")
    assert (would["images"], would["models"]) == (0, ["clip-vit-b32", "dinov2-base"]), "no checksum is known yet"
    assert list(disk.iterdir()) == []
    assert "--to FOLDER or --back" in home.run("market", "cleanup", code=2).stderr
    assert "is the backup disk mounted" in home.run("market", "cleanup", "--to", tmp_path / "none", code=2).stderr
    assert "etsy_data.db is not there" in home.run("market", "adopt", disk, "--dry-run", code=2).stderr
    assert "has embedded no pictures" in home.run("market", "export-faiss", folder, "--models", "x", code=2).stderr
