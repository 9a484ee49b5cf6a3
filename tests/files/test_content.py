from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from lumina.domain.values import FileFormat
from lumina.files import content
from tests.support.pictures import by_vips, dng, encoded, exif, scene

pytestmark = pytest.mark.unit
F = FileFormat


def identity(data: bytes, kind: FileFormat) -> bytes:
    return content.digest(data, content.anatomy(data, kind))


def tagged(text: str, kind: str, **options: object) -> bytes:
    return encoded(scene(), kind, exif=exif(1, text), **options)


@pytest.mark.parametrize(("kind", "name"), [(F.JPEG, "JPEG"), (F.PNG, "PNG"), (F.WEBP, "WEBP"), (F.AVIF, "AVIF")])
def test_retagging_leaves_the_content_alone(kind: FileFormat, name: str) -> None:
    short, long = tagged("a", name), tagged("a much longer description", name)
    assert short != long
    assert identity(short, kind) == identity(long, kind)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(F.JPEG, "JPEG"), (F.PNG, "PNG"), (F.WEBP, "WEBP"), (F.AVIF, "AVIF"), (F.TIFF, "TIFF"), (F.GIF, "GIF")],
)
def test_another_picture_is_another_content(kind: FileFormat, name: str) -> None:
    assert identity(encoded(scene(1), name), kind) != identity(encoded(scene(2), name), kind)


def test_comments_and_text_do_not_count() -> None:
    assert identity(encoded(scene(), comment=b"hello"), F.JPEG) == identity(encoded(scene()), F.JPEG)
    note = PngInfo()
    note.add_text("Title", "hello")
    assert identity(encoded(scene(), "PNG", pnginfo=note), F.PNG) == identity(encoded(scene(), "PNG"), F.PNG)
    assert identity(encoded(scene(), "GIF", comment=b"hello"), F.GIF) == identity(encoded(scene(), "GIF"), F.GIF)


def test_tiff_counts_strips_of_every_page_and_no_descriptions() -> None:
    def pages(last: int, text: str) -> bytes:
        buffer = BytesIO()
        first, second = (Image.fromarray(scene(seed)) for seed in (1, last))
        first.save(buffer, "TIFF", save_all=True, append_images=[second], description=text)
        return buffer.getvalue()

    assert identity(pages(2, "a"), F.TIFF) == identity(pages(2, "something else"), F.TIFF)
    assert identity(pages(2, "a"), F.TIFF) != identity(pages(3, "a"), F.TIFF)


def test_tiled_tiffs_count_their_tiles() -> None:
    one, two = (by_vips(scene(seed), ".tif", tile=True) for seed in (1, 2))
    assert identity(one, F.TIFF) != identity(two, F.TIFF)
    assert identity(one, F.TIFF) != identity(one, F.BMP), "not the whole file"


def test_raw_counts_the_sensors_data(tmp_path: Path) -> None:
    upright, turned = (dng(tmp_path / f"{n}.dng", orientation=n).read_bytes() for n in (1, 6))
    assert upright != turned
    assert identity(upright, F.DNG) == identity(turned, F.DNG)


def test_a_second_picture_behind_the_first_does_not_count() -> None:
    first, second, third = (encoded(scene(seed)) for seed in (1, 2, 3))
    index = b"\xff\xe2\x00\x08MPF\x00\x00\x00"
    joined = [first[:2] + index + first[2:] + other for other in (second, third)]
    assert identity(joined[0], F.JPEG) == identity(joined[1], F.JPEG) == identity(first, F.JPEG)


def test_adobes_transform_counts_and_a_profile_is_colour() -> None:
    plain = encoded(scene())
    adobe = plain[:2] + b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00" + plain[2:]
    assert identity(plain, F.JPEG) != identity(adobe, F.JPEG)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with_profile = encoded(scene(), icc_profile=profile)
    assert identity(plain, F.JPEG) == identity(with_profile, F.JPEG)
    assert content.anatomy(with_profile, F.JPEG).colour == profile
    assert content.anatomy(plain, F.JPEG).colour == b""


def test_unknown_structure_is_the_whole_file() -> None:
    for data, kind in ((b"BM...", F.BMP), (b"II*\x00" + bytes(20), F.TIFF), (b"x", F.PNG), (b"", F.GIF)):
        assert content.anatomy(data, kind).spans == [(0, len(data))]


@given(st.sampled_from(list(F)), st.binary(max_size=300))
def test_rubbish_never_raises(kind: FileFormat, data: bytes) -> None:
    assert len(identity(data, kind)) == 32


SEEDS = {
    F.JPEG: encoded(scene(1, 64, 48)),
    F.PNG: encoded(scene(1, 64, 48), "PNG"),
    F.WEBP: encoded(scene(1, 64, 48), "WEBP"),
    F.GIF: encoded(scene(1, 64, 48), "GIF"),
    F.TIFF: encoded(scene(1, 64, 48), "TIFF"),
    F.AVIF: encoded(scene(1, 64, 48), "AVIF"),
}


@given(st.sampled_from(list(SEEDS)), st.integers(0, 1 << 16), st.integers(0, 255), st.integers(0, 1 << 16))
def test_damaged_files_have_an_identity_too(kind: FileFormat, at: int, value: int, cut: int) -> None:
    data = bytearray(SEEDS[kind])
    data[at % len(data)] = value
    damaged = bytes(data[: cut % len(data) + 1])
    spans = content.anatomy(damaged, kind).spans
    assert all(0 <= start <= len(damaged) for start, _ in spans)
    assert len(identity(damaged, kind)) == 32
