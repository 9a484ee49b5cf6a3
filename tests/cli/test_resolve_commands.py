"""`lumina duplicates resolve` and its undo, as a person or a script calls them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.support.copies import scene
from tests.support.leaving import manifest
from tests.support.lumina_home import Home

pytestmark = [pytest.mark.integration, pytest.mark.timeout(100)]


@pytest.fixture
def home(database_url: str, tmp_path: Path, photos: Path) -> Home:
    """A home with a catalog of two pictures, one of which has a copy."""
    made = Home(tmp_path / "home")
    made.environment |= {"LUMINA_DATABASE_URL": database_url, "LUMINA_VAULT_WRITABLE": "true"}
    for seed in range(2):
        Image.fromarray(scene(seed, (90, 120))).save(photos / f"{seed}.jpg")
    (photos / "copies").mkdir()
    shutil.copy2(photos / "0.jpg", photos / "copies" / "0.jpg")
    made.run("up", "--once", photos)
    return made


def test_dry_run_resolution_and_undo(home: Home, photos: Path, tmp_path: Path) -> None:
    before = manifest(photos)
    policy = tmp_path / "policy.toml"
    policy.write_text('action = "trash"\n[[rule]]\nrule = "folder"\navoid = ["copies"]\n')
    said = home.json("duplicates", "resolve", "--policy", policy, "--dry-run")
    (plan,) = said["plans"]
    assert said["dry_run"]
    (step,) = plan["actions"]
    assert (step["operation"], step["tier"]) == ("trash", "bytes")
    assert (step["path"], step["keeper"]) == (str(photos / "copies/0.jpg"), str(photos / "0.jpg"))
    assert manifest(photos) == before
    assert "1 images of 1 groups" in home.run("duplicates", "resolve", "--dry-run").stdout
    done = home.run("duplicates", "resolve", "--policy", policy)
    assert "1 image moved to the trash" in done.stdout
    assert set(before) - set(manifest(photos)) == {"copies/0.jpg"}
    assert home.run("duplicates", "resolve").stdout == "Nothing was resolved.\n"
    home.run("undo")
    assert manifest(photos) == before
    policy.write_text('[[rule]]\nrule = "colour"\n')
    assert "line 2: there is no rule 'colour'" in home.run("duplicates", "resolve", "--policy", policy, code=2).stderr
    assert "no such tier" in home.run("duplicates", "resolve", "--tier", "looks", code=2).stderr
    (photos / "copies" / "0.jpg").unlink()
    done = home.run("duplicates", "resolve", code=3)  # something had to stay
    assert "no longer there" in done.stderr
