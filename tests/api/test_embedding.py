"""From an installed model to vectors in the database, without a restart; and back to waiting."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from lumina.store import spaces, vectors
from tests.api.conftest import House, photo
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

STAGE = "embed:mobilenet-v2"


def states(house: House) -> tuple[int, int]:
    """How many images are embedded, and how many of all stages failed or are left over."""
    with house.store.transaction() as tx:
        done = tx.value(
            "SELECT count(*) FROM stage_state s JOIN stage g ON g.id = s.stage_id WHERE g.name = :n AND status = 1",
            n=STAGE,
        )
        return int(done), int(tx.value("SELECT count(*) FROM stage_state WHERE status <> 1"))


def test_a_model_is_used_from_the_moment_it_is_installed(house: House) -> None:
    for number in range(5):
        photo(house.photos / f"{number}.jpg", colour=50 * number, size=(400, 300 + number))
    models = house.app.models.home
    try:
        house.add_photos()
        with house.store.transaction() as tx:
            assert tx.value("SELECT count(*) FROM batch WHERE lane = 'gpu'") == 0, "nothing is planned for what waits"
            keys = {row["id"]: bytes(row["render_key"]) for row in tx.rows("SELECT id, render_key FROM image")}
        assert states(house) == (0, 0)

        install_mobilenet(models)
        house.post("/api/jobs", {"kind": "stages", "stages": [STAGE]}, 202)
        house.work()
        assert states(house) == (5, 0)
        with house.store.transaction() as tx:
            space = spaces.get(tx, "mobilenet-v2", 1)
            assert space is not None
            ids, matrix = vectors.load(tx, space)
            now = {row["id"]: bytes(row["render_key"]) for row in tx.rows("SELECT id, render_key FROM image")}
        assert ids.tolist() == sorted(keys)
        assert matrix.shape == (5, 1280)
        np.testing.assert_allclose(np.linalg.norm(matrix.astype(np.float32), axis=1), 1, atol=1e-2)
        assert now == keys, "the proxy's key does not take the place of the master's"

        house.post("/api/jobs", {"kind": "stages", "stages": [STAGE]}, 202)
        house.work()
        assert states(house) == (5, 0)
        shutil.rmtree(models / "mobilenet-v2")
        photo(house.photos / "new.jpg", colour=7)
        house.post("/api/jobs", {"kind": "ingest"}, 202)
        house.work()
        assert states(house) == (5, 0), "without its model the stage waits again, and fails nothing"
    finally:
        shutil.rmtree(models, ignore_errors=True)
