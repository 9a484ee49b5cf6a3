"""A file that moves to another disk: what is no copy is never taken for one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from blake3 import blake3

from lumina.errors import BadInput
from lumina.files import moving
from lumina.files.moving import check_mark, mark
from lumina.files.trash import Refused

pytestmark = pytest.mark.unit


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "7" / "1.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"dear")
    return path


def test_the_same_place_under_another_name_is_no_copy(source: Path, tmp_path: Path) -> None:
    """Were it taken for one, what is removed in the end would be the only file."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "7").symlink_to(source.parent)
    with pytest.raises(Refused, match="is the place where it lies"):
        moving.copy(source, tmp_path / "disk" / "7" / "1.jpg", 1, blake3(b"dear").digest())
    assert source.read_bytes() == b"dear"


def test_a_second_name_of_the_file_elsewhere_outlives_it(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "disk" / "1.jpg"
    target.parent.mkdir()
    os.link(source, target)
    moving.copy(source, target, 1, blake3(b"dear").digest())
    source.unlink()
    assert target.read_bytes() == b"dear"


def test_a_folder_of_another_lumina_is_not_taken_over(tmp_path: Path) -> None:
    mark(tmp_path, {"source": 3, "market": "etsy", "of": "one"})
    mark(tmp_path, {"source": 4, "market": "etsy", "of": "one"})  # a killed one made the first
    check_mark(tmp_path, 4)
    with pytest.raises(BadInput, match="belongs to another Lumina"):
        mark(tmp_path, {"source": 4, "market": "etsy", "of": "other"})
    check_mark(tmp_path, 4)
