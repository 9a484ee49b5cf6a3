"""The sample library holds what it promises, and the same every time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import rawpy
from PIL import Image, ImageOps, UnidentifiedImageError

from scripts.sample_library import library, scenes, shots

pytestmark = pytest.mark.unit


def test_dated_pictures_span_years_cameras_and_places(sample_library: Path) -> None:
    seen = [Image.open(path).getexif() for path in sample_library.rglob("*.JPG")]
    years = {str(exif.get(0x0132))[:4] for exif in seen}
    cameras = {exif.get(0x0110) for exif in seen}
    assert {"2011", "2015", "2018", "2021", "2022", "2024"} <= years
    assert len(cameras) >= 4
    assert sum(1 for exif in seen if exif.get_ifd(0x8825)) > len(seen) / 2


def test_eight_orientations_show_one_picture(sample_library: Path) -> None:
    upright = [
        np.asarray(ImageOps.exif_transpose(Image.open(sample_library / f"2012/Orientations/held_{way}.jpg")), np.int16)
        for way in range(1, 9)
    ]
    assert {picture.shape for picture in upright} == {(600, 900, 3)}
    assert all(np.abs(picture - upright[0]).mean() < 3 for picture in upright)


def test_raw_files_develop_to_their_companions(sample_library: Path) -> None:
    folder = sample_library / "2022/Dolomites"
    with rawpy.imread(str(folder / "DSC_4410.DNG")) as raw:
        developed = raw.postprocess(use_camera_wb=True, no_auto_bright=True)
    companion = np.asarray(Image.open(folder / "DSC_4410.JPG"), np.int16)
    assert developed.shape == companion.shape
    assert np.abs(developed.astype(np.int16) - companion).mean() < 20


def test_a_copy_has_the_bytes_of_its_original(sample_library: Path) -> None:
    again = (sample_library / "Backup/old phone/IMG_again.JPG").read_bytes()
    assert any(path.read_bytes() == again for path in (sample_library / "2015/Iceland").iterdir())


def test_the_broken_files_are_broken(sample_library: Path) -> None:
    with pytest.raises(UnidentifiedImageError):
        Image.open(sample_library / "Recovered/not a picture.jpg")
    with pytest.raises(OSError, match="truncated"):
        Image.open(sample_library / "Recovered/cut short.jpg").load()


def test_pictures_are_the_same_every_time() -> None:
    for scene in scenes.ALL:
        assert np.array_equal(scenes.paint(scene, 96, 64, seed=3), scenes.paint(scene, 96, 64, seed=3))


def test_an_exif_block_keeps_time_zone_and_hundredths() -> None:
    shot = shots.Shot(library.PHONE, datetime(2024, 12, 24, 18, 30, 0, 250_000), "+01:00", (-47.5, -8.25))
    details = shots.exif_of(shot)
    assert details.get_ifd(0x8769)[0x9011] == "+01:00"
    assert details.get_ifd(0x8769)[0x9291] == "25"
    assert details.get_ifd(0x8825)[1] == "S"
    assert [float(part) for part in details.get_ifd(0x8825)[2]] == [47, 30, 0]


def test_a_complete_library_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / library.MARK).write_text(library.VERSION)
    library.build(folder)
    assert [path.name for path in folder.iterdir()] == [library.MARK]
