from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lumina.domain.values import Measures, MediaKind
from lumina.files.picture import MasterPicture
from lumina.stages.quality import Quality
from tests.support.pictures import by_vips, dng, encoded, exif
from tests.support.textures import again, enlarged, texture

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

PICTURE = texture(7, 640, 480)


def measured(path: Path, data: bytes | None = None) -> Measures:
    if data is not None:
        path.write_bytes(data)
    (found,) = Quality().run([MasterPicture(1, path, kind=MediaKind.PHOTO, max_pixels=50_000_000)])
    assert isinstance(found, Measures)
    return found


def points(path: Path, data: bytes) -> float:
    score = measured(path, data).score
    assert score is not None
    return score


def jpeg(pixels: NDArray[np.uint8], quality: int = 90, **options: object) -> bytes:
    return encoded(pixels, quality=quality, **options)


def test_the_score_is_the_sum_of_its_stored_parts(tmp_path: Path) -> None:
    found = measured(tmp_path / "a.jpg", jpeg(PICTURE))
    parts = (found.format_score, found.resolution_score, found.size_score, found.sharpness_score)
    assert found.score == pytest.approx(sum(part or 0 for part in parts))
    assert found.detail == 1
    assert found.compression == pytest.approx(90, abs=1)
    assert found.data_size == pytest.approx(len(jpeg(PICTURE)), rel=0.02)


def test_the_source_scores_above_all_its_copies(tmp_path: Path) -> None:
    source = jpeg(PICTURE)
    seen = again(PICTURE, 90)
    own = points(tmp_path / "source.jpg", source)
    copies = {
        "quality 97": jpeg(seen, 97),
        "quality 60": jpeg(seen, 60),
        "png": encoded(seen, "PNG"),
        "tiff": encoded(seen, "TIFF"),
        "bmp": encoded(seen, "BMP"),
        "webp": encoded(seen, "WEBP", quality=85),
        "lossless webp": encoded(seen, "WEBP", lossless=True),
        "gif": encoded(seen, "GIF"),
        "half": jpeg(enlarged(seen, 0.5)),
        "twice": jpeg(enlarged(seen, 2)),
        "twice, png": encoded(enlarged(seen, 2), "PNG"),
        "crop": jpeg(seen[12:-12, 16:-16]),
    }
    for name, data in copies.items():
        assert points(tmp_path / name, data) < own, name


def test_sixteen_bits_and_colour_profiles_do_not_hide_a_history(tmp_path: Path) -> None:
    wide = by_vips(again(PICTURE, 75).astype(np.uint16) * 257, ".png")
    found = measured(tmp_path / "a.png", wide)
    assert found.compression == pytest.approx(75, abs=4)


def test_a_large_jpeg_is_judged_at_its_full_size(tmp_path: Path) -> None:
    source = texture(8, 1100, 800)
    large = measured(tmp_path / "large.jpg", jpeg(enlarged(source, 2)))
    assert large.detail is not None
    assert large.detail < 0.6
    saved_twice = measured(tmp_path / "twice.jpg", jpeg(again(texture(9, 2200, 1600), 60), 95))
    assert saved_twice.compression == pytest.approx(60, abs=4)


def test_retagging_and_turning_by_exif_change_nothing(tmp_path: Path) -> None:
    plain = measured(tmp_path / "a.jpg", jpeg(PICTURE))
    tagged = measured(tmp_path / "b.jpg", jpeg(PICTURE, exif=exif(1, "a title" * 50)))
    assert tagged == plain
    turned = measured(tmp_path / "c.jpg", jpeg(PICTURE, exif=exif(6)))
    assert turned.score == pytest.approx(plain.score, abs=0.2)


def test_raw_is_above_everything_made_of_it(tmp_path: Path) -> None:
    raw = measured(dng(tmp_path / "a.dng", preview=PICTURE))
    assert raw.format_score == 40
    assert raw.score is not None
    assert raw.score > points(tmp_path / "a.png", encoded(PICTURE, "PNG"))


def test_a_blank_and_a_tiny_picture_have_a_score_too(tmp_path: Path) -> None:
    blank = measured(tmp_path / "a.jpg", jpeg(np.full((300, 400, 3), 255, np.uint8)))
    assert blank.sharpness_score == 0
    tiny = measured(tmp_path / "b.png", encoded(np.zeros((1, 1, 3), np.uint8), "PNG"))
    assert tiny.resolution_score == 0
    assert tiny.score is not None
