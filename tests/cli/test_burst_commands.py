"""`lumina bursts`, in this process, on a catalog that has been searched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lumina.cli.main import app
from lumina.errors import NotFound
from tests.support.copies import new_twins, searching
from tests.support.series import Series

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def series(database_url: str, tmp_path: Path) -> Iterator[Series]:
    with searching(database_url, tmp_path) as parts:
        yield Series(new_twins(*parts))


def test_bursts_are_shown_and_their_best_frames_kept(series: Series, database_url: str, tmp_path: Path) -> None:
    def lumina(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--home", str(tmp_path), "--set", f"database_url={database_url}", *arguments])

    images = series.burst(3)
    series.detect()
    shown = lumina("bursts")
    assert shown.exit_code == 0, shown.output
    assert "Burst of 2019-07-14 12:00:00, Canon EOS R6: 3 frames in 0.4 s" in shown.stdout
    assert "/nowhere/i000001.jpg" in shown.stdout
    assert "1 sequences, 3 images" not in shown.stdout
    assert "1 sequence, 3 images" in shown.stdout

    (burst,) = json.loads(lumina("bursts", "--json").stdout)["bursts"]
    assert burst["best"] == "/nowhere/i000001.jpg"
    assert burst["kind"] == "burst"
    assert [member["id"] for member in burst["members"]] == images
    assert {"path", "root", "relative", "score", "reasons", "flag"} < set(burst["members"][0])
    assert (burst["members"][0]["root"], burst["members"][0]["relative"]) == ("/nowhere", "i000001.jpg")
    assert json.loads(lumina("bursts", "--json", "--kind", "panorama").stdout) == {"bursts": []}

    trial = json.loads(lumina("bursts", "--keep-best", "--dry-run", "--json").stdout)
    assert trial == {"dry_run": True, "bursts": 1, "rejected": 2, "action": None}
    kept = lumina("bursts", "--keep-best")
    assert "Kept the best of 1 burst, rejected 2 images" in kept.stdout
    assert "No burst is left" in lumina("bursts", "--keep-best").stdout
    members = json.loads(lumina("bursts", "--json").stdout)["bursts"][0]["members"]
    assert [member["flag"] for member in members] == ["pick", "reject", "reject"]
    assert isinstance(lumina("bursts", "--catalog", "elsewhere").exception, NotFound)
