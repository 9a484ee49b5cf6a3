"""Exports, clean-ups and adoptions over HTTP: each is a job, and one that runs is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.store import outcomes
from tests.api.conftest import House
from tests.support.market import listed, market
from tests.support.vectors_of import embedded

MODELS = {"dinov2-large": 4, "dinov3-base": 3}
pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def images(house: House, tmp_path: Path) -> list[int]:
    """Four images of two listings, without files, embedded by two models."""
    with house.store.transaction() as tx:
        outcomes.declare(tx, house.app.registry.versions)
        found = listed(tx, market(tx, tmp_path / "market"), 2)
        embedded(tx, found, MODELS)
    return found


def test_each_is_a_job_that_is_joined_and_another_one_is_told_of_it(
    house: House, images: list[int], tmp_path: Path
) -> None:
    disk, vectors = str(tmp_path / "disk"), str(tmp_path / "vectors")
    (tmp_path / "disk").mkdir()
    for name, body, other in (
        ("export", {"folder": vectors}, {"models": ["dinov2-large"]}),
        ("cleanup", {"folder": disk}, {"folder": None, "back": True}),
        ("adopt", {"folder": disk}, {"copy_files": True}),
    ):
        job = house.post(f"/api/market/{name}", body, 202)
        assert house.post(f"/api/market/{name}", body, 202)["id"] == job["id"]
        said = house.problem(house.client.post(f"/api/market/{name}", json=body | other), 409)
        assert job["id"] in said["detail"]
        house.work()
        ended = house.get(f"/api/jobs/{job['id']}")
        assert ended["state"] == ("FAILURE" if name == "adopt" else "SUCCESS"), ended
    assert "etsy_data.db is not there" in ended["message"]
    assert (tmp_path / "vectors" / "image_index.json").is_file()
    plan = house.post("/api/market/export", {"folder": str(tmp_path / "more"), "dry_run": True})
    files = {"dinov2_large.faiss": 4, "dinov3_base.faiss": 3}
    assert plan == {"market": "demo", "rows": 4, "images": 4, "bytes": 4 * (4 * 7 + 40), "files": files}
    would = house.post("/api/market/cleanup", {"folder": disk, "dry_run": True})
    assert (would["images"], would["models"], would["unfinished"]) == (0, list(MODELS), 0)


def test_what_makes_no_sense_is_refused(house: House, images: list[int], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, body, sentence in (
        ("export", {"folder": "vectors"}, "is not an absolute path"),
        ("export", {"folder": f"{tmp_path}/market/vectors"}, "which is a source, lie within each other"),
        ("export", {"folder": f"{tmp_path}/x", "models": ["dinov9"]}, "dinov9 has embedded no pictures of demo"),
        ("cleanup", {"folder": f"{tmp_path}/none"}, "is the backup disk mounted? Nothing was removed."),
        ("cleanup", {"folder": f"{tmp_path}", "back": True}, "either folder or back"),
        ("cleanup", {}, "either folder or back"),
        ("adopt", {"folder": f"{tmp_path}/none"}, "none is not there"),
        ("adopt", {"folder": f"{tmp_path}/file"}, "file is no folder"),
        ("adopt", {"folder": "nearby"}, "is not an absolute path"),
    ):
        assert sentence in house.problem(house.client.post(f"/api/market/{path}", json=body), 422)["detail"]
