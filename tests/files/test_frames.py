"""A folder as pandas frames."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from blake3 import blake3

import lumina
from lumina.errors import BadInput
from lumina.files.frames import FILES, IMAGES
from tests.support.library import NOON, jpeg, movie, raw, retag, sidecar

pytestmark = pytest.mark.unit


def test_images_and_their_files(tmp_path: Path) -> None:
    raw(tmp_path / "2024/IMG_1.dng", NOON)
    jpeg(tmp_path / "2024/IMG_1.jpg", taken=NOON)
    sidecar(tmp_path / "2024/IMG_1.xmp", rating=4)
    jpeg(tmp_path / "loose.jpg")
    (tmp_path / "README").write_text("hi")
    images, files = lumina.scan_directory(tmp_path)
    assert list(images["primary_path"]) == ["loose.jpg", "2024/IMG_1.dng"]
    grouped = images.set_index("primary_path").loc["2024/IMG_1.dng"]
    assert (grouped["folder"], grouped["stem"], grouped["file_count"]) == ("2024", "IMG_1", 3)
    assert (grouped["taken_at"], grouped["camera"], grouped["rating"]) == (pd.Timestamp(NOON), "Maker", 4)
    assert pd.isna(images.set_index("primary_path").loc["loose.jpg", "taken_at"])
    assert dict(zip(files["path"], files["role"], strict=True)) == {
        "loose.jpg": "original",
        "2024/IMG_1.dng": "original",
        "2024/IMG_1.jpg": "derived",
        "2024/IMG_1.xmp": "sidecar",
    }
    assert set(files["image_id"]) == set(images["image_id"])
    for row in files.itertuples():
        data = (tmp_path / row.path).read_bytes()
        assert (row.size, row.checksum) == (len(data), blake3(data).hexdigest())
        assert row.modified_at.value == (tmp_path / row.path).stat().st_mtime_ns


def test_types_are_the_same_for_any_folder(tmp_path: Path) -> None:
    for made in (False, True):
        if made:
            jpeg(tmp_path / "a.jpg")
        images, files = lumina.scan_directory(tmp_path)
        assert {name: str(kind) for name, kind in images.dtypes.items()} == IMAGES
        assert {name: str(kind) for name, kind in files.dtypes.items()} == FILES
        assert len(images) == len(files) == made


def test_a_retagged_copy_has_the_same_content(tmp_path: Path) -> None:
    data = jpeg(tmp_path / "a.jpg").read_bytes()
    (tmp_path / "b.jpg").write_bytes(data)
    retag(tmp_path / "b.jpg", "title")
    _, files = lumina.scan_directory(tmp_path)
    assert files["checksum"].nunique() == 2
    assert files["content"].nunique() == 1


def test_broken_and_unreadable_files_are_listed(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("no picture")
    movie(tmp_path / "film.mov", NOON)
    images, files = lumina.scan_directory(tmp_path)
    assert dict(zip(files["path"], files["format"], strict=True)) == {
        "empty.jpg": "unknown",
        "film.mov": "mov",
        "text.jpg": "unknown",
    }
    assert "empty" in str(files.set_index("path").loc["empty.jpg", "error"])
    assert list(images["kind"]) == ["photo", "video", "photo"]


def test_without_checksums(tmp_path: Path) -> None:
    jpeg(tmp_path / "a.jpg", taken=NOON)
    images, files = lumina.scan_directory(str(tmp_path), checksums=False, ignore_patterns=["b*"])
    assert files["checksum"].isna().all()
    assert images.loc[0, "taken_at"] == pd.Timestamp(NOON)


def test_what_is_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        lumina.scan_directory(tmp_path / "nowhere")


def test_the_package_loads_without_pandas() -> None:
    code = "import lumina, sys; print('pandas' in sys.modules, lumina.scan_directory.__name__, 'pandas' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "scan_directory", "True"]
    with pytest.raises(AttributeError):
        lumina.nothing  # noqa: B018
