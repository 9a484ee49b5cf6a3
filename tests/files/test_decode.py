from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pylibjxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from lumina.domain.picture import PictureError, Pixels
from lumina.domain.values import FileFormat
from lumina.files.decode import Decoded, open_source
from lumina.files.decode.vips import VipsSource
from tests.support.pictures import by_vips, corner, dng, encoded, scene

pytestmark = pytest.mark.unit
F = FileFormat
MOST = 10_000_000


def decoded(data: bytes, kind: FileFormat, side: int = 160) -> Decoded:
    return open_source(data, kind, MOST).decode(side)


def near(one: tuple[int, ...], other: tuple[int, ...], by: int = 8) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def jxl(pixels: Pixels) -> bytes:
    return bytes(pylibjxl.encode(pixels))


MAKERS = {
    "jpeg": (F.JPEG, lambda p: encoded(p)),
    "progressive": (F.JPEG, lambda p: encoded(p, progressive=True)),
    "png": (F.PNG, lambda p: encoded(p, "PNG")),
    "interlaced png": (F.PNG, lambda p: by_vips(p, ".png", interlace=True)),
    "16-bit png": (F.PNG, lambda p: by_vips(p.astype(np.uint16) * 257, ".png")),
    "webp": (F.WEBP, lambda p: encoded(p, "WEBP", quality=95)),
    "tiff": (F.TIFF, lambda p: encoded(p, "TIFF")),
    "lzw tiff": (F.TIFF, lambda p: encoded(p, "TIFF", compression="tiff_lzw")),
    "16-bit tiff": (F.TIFF, lambda p: by_vips(p.astype(np.uint16) * 257, ".tif")),
    "gif": (F.GIF, lambda p: encoded(p, "GIF")),
    "bmp": (F.BMP, lambda p: encoded(p, "BMP")),
    "avif": (F.AVIF, lambda p: encoded(p, "AVIF", quality=90)),
    "jpeg xl": (F.JXL, jxl),
}


@pytest.mark.parametrize("name", MAKERS)
def test_every_format_gives_the_same_picture(name: str) -> None:
    kind, make = MAKERS[name]
    source = open_source(make(scene()), kind, MOST)
    assert source.size == (320, 240)
    picture = source.decode(160)
    assert picture.notes == ()
    assert picture.pixels.shape == (120, 160, 3)
    assert picture.pixels.dtype == np.uint8
    assert near(corner(picture.pixels), (255, 0, 0), 14)
    expected = np.asarray(Image.fromarray(scene()).resize((160, 120), Image.Resampling.LANCZOS))
    assert np.abs(picture.pixels.astype(int) - expected).mean() < 10


@pytest.mark.parametrize("name", MAKERS)
def test_small_pictures_are_not_enlarged(name: str) -> None:
    kind, make = MAKERS[name]
    assert decoded(make(scene(1, 50, 30)), kind, 1440).pixels.shape == (30, 50, 3)


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (1441, 997)])
@pytest.mark.parametrize("name", ["jpeg", "png", "tiff"])
def test_odd_sizes(name: str, size: tuple[int, int]) -> None:
    kind, make = MAKERS[name]
    pixels = decoded(make(scene(1, *size)), kind, 1440).pixels
    assert max(pixels.shape[:2]) == min(1440, max(size))


def test_grey_becomes_three_equal_channels() -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (40, 1))
    deep = by_vips((ramp.astype(np.uint16) * 257)[..., None], ".tif")
    for data, kind in ((encoded(ramp), F.JPEG), (encoded(ramp, "PNG"), F.PNG), (deep, F.TIFF)):
        pixels = decoded(data, kind, 300).pixels
        assert (pixels[..., 0] == pixels[..., 1]).all()
        assert np.abs(pixels[..., 2].astype(int) - ramp).max() <= 3


def test_floating_point_is_stretched_to_what_can_be_seen() -> None:
    ramp = np.tile(np.linspace(-5, 900, 256, dtype=np.float32), (40, 1))[..., None]
    pixels = decoded(by_vips(ramp, ".tif"), F.TIFF, 300).pixels
    assert pixels.min() == 0
    assert pixels.max() == 255


@pytest.mark.parametrize(("kind", "name"), [(F.PNG, "PNG"), (F.WEBP, "WEBP"), (F.TIFF, "TIFF"), (F.AVIF, "AVIF")])
def test_what_is_transparent_becomes_white(kind: FileFormat, name: str) -> None:
    glass = np.dstack([scene(), np.zeros((240, 320, 1), np.uint8)])
    assert near(corner(decoded(encoded(glass, name), kind).pixels), (255, 255, 255))


def test_deep_transparent_png_becomes_white() -> None:
    glass = np.zeros((40, 60, 4), np.uint16)
    assert corner(decoded(by_vips(glass, ".png"), F.PNG).pixels) == (255, 255, 255)


def wide_gamut() -> bytes:
    """A profile with red and green exchanged: a transform cannot be overlooked."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"sRGB", b"test"))
    profile = bytearray(bytes(profile).replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be")))
    count = int.from_bytes(profile[128:132], "big")
    entries = {bytes(profile[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(count)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize(("kind", "name"), [(F.JPEG, "JPEG"), (F.PNG, "PNG"), (F.WEBP, "WEBP"), (F.TIFF, "TIFF")])
def test_profiles_are_applied(kind: FileFormat, name: str) -> None:
    data = encoded(scene(), name, icc_profile=wide_gamut())
    assert near(corner(decoded(data, kind).pixels), (0, 255, 0), 14)


def test_profiles_of_deep_pictures_are_applied() -> None:
    buffer = BytesIO()
    Image.fromarray(scene()).save(buffer, "TIFF", icc_profile=wide_gamut())
    deep = by_vips(scene().astype(np.uint16) * 257, ".tif")
    import pyvips

    image = pyvips.Image.new_from_buffer(deep, "").copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", wide_gamut())
    assert near(corner(decoded(bytes(image.tiffsave_buffer()), F.TIFF).pixels), (0, 255, 0), 14)


@pytest.mark.parametrize("profile", [b"", b"rubbish", bytes(200), wide_gamut()[:300]])
def test_broken_profiles_are_as_good_as_none(profile: bytes) -> None:
    assert near(corner(decoded(encoded(scene(), icc_profile=profile), F.JPEG).pixels), (255, 0, 0), 14)


def test_cmyk() -> None:
    buffer = BytesIO()
    Image.fromarray(scene()).convert("CMYK").save(buffer, "JPEG", quality=95)
    red, green, blue = corner(decoded(buffer.getvalue(), F.JPEG).pixels)
    assert red > 180
    assert max(green, blue) < 80


def test_large_cmyk_is_shrunk_while_it_is_decoded() -> None:
    buffer = BytesIO()
    Image.fromarray(scene(1, 1601, 1200)).convert("CMYK").save(buffer, "JPEG", quality=90)
    assert decoded(buffer.getvalue(), F.JPEG, 160).pixels.shape == (120, 160, 3)


def test_raw_without_preview_is_developed(tmp_path: Path) -> None:
    source = open_source(dng(tmp_path / "a.dng").read_bytes(), F.DNG, MOST)
    assert source.size == (640, 480)
    assert source.upright
    pixels = source.decode(320).pixels
    assert pixels.shape == (240, 320, 3)
    assert pixels[:100].mean() > 1.5 * pixels[140:].mean()


def test_raw_is_turned_by_libraw(tmp_path: Path) -> None:
    source = open_source(dng(tmp_path / "a.dng", orientation=6).read_bytes(), F.DNG, MOST)
    assert source.size == (480, 640)
    pixels = source.decode(320).pixels
    assert pixels.shape == (320, 240, 3)
    assert pixels[:, 140:].mean() > 1.5 * pixels[:, :100].mean(), "the upper half is now to the right"


def test_a_preview_as_large_as_the_raw_stands_for_it(tmp_path: Path) -> None:
    data = dng(tmp_path / "a.dng", preview=scene(1, 640, 480)).read_bytes()
    assert near(corner(decoded(data, F.DNG, 320).pixels), (255, 0, 0), 14)


def test_previews_lie_as_the_sensor_does(tmp_path: Path) -> None:
    turned = np.ascontiguousarray(scene(1, 480, 640).swapaxes(0, 1)[::-1])
    data = dng(tmp_path / "a.dng", orientation=6, preview=turned).read_bytes()
    pixels = decoded(data, F.DNG, 320).pixels
    assert pixels.shape == (320, 240, 3)
    assert near(corner(pixels), (255, 0, 0), 14)


def test_a_preview_that_is_upright_already_is_not_turned_again(tmp_path: Path) -> None:
    data = dng(tmp_path / "a.dng", orientation=6, preview=scene(1, 480, 640)).read_bytes()
    pixels = decoded(data, F.DNG, 320).pixels
    assert pixels.shape == (320, 240, 3)
    assert near(corner(pixels), (255, 0, 0), 14)


def test_a_small_preview_does_not_stand_for_the_raw(tmp_path: Path) -> None:
    data = dng(tmp_path / "a.dng", preview=scene(1, 160, 120)).read_bytes()
    assert corner(decoded(data, F.DNG, 320).pixels)[0] < 200


def code(data: bytes, kind: FileFormat, most: int = MOST) -> str:
    with pytest.raises(PictureError) as caught:
        open_source(data, kind, most).decode(160)
    assert caught.value.reason.endswith(".")
    assert not caught.value.retryable
    return caught.value.code


def test_bombs_are_refused_by_their_header_with_the_figure() -> None:
    bomb = bytearray(encoded(scene(1, 64, 64), "PNG"))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    with pytest.raises(PictureError, match=r"60000 x 60000 = 3,600 megapixels; at most 500") as caught:
        open_source(bytes(bomb), F.PNG, 500_000_000)
    assert caught.value.code == "too-large"


@pytest.mark.parametrize("name", MAKERS)
def test_the_cap_holds_for_every_decoder(name: str) -> None:
    kind, make = MAKERS[name]
    assert code(make(scene()), kind, 320 * 240 - 1) == "too-large"


def test_rubbish_has_a_verdict() -> None:
    assert code(b"hello", F.UNKNOWN) == "not-an-image"
    assert code(b"8BPS\x00\x01", F.UNKNOWN) == "unsupported"
    assert code(b"\x89PNG\r\n\x1a\n", F.PNG) in ("corrupt", "truncated")
    assert code(b"<x:xmpmeta/>", F.XMP) == "unsupported"
    for kind in (F.JPEG, F.TIFF, F.WEBP, F.GIF, F.BMP, F.HEIC, F.AVIF, F.JXL, F.DNG, F.CR3):
        assert code(b"\xff\xd8 rubbish" * 20, kind) in ("corrupt", "truncated", "unsupported")


@pytest.mark.parametrize(("name", "length"), [("png", 60), ("tiff", 300)])
def test_what_was_said_of_another_file_says_nothing_of_this_one(name: str, length: int) -> None:
    whole = encoded(scene())
    at = 4 + int.from_bytes(whole[4:6])  # behind the first segment
    odd = whole[:at] + b"\x01" + whole[at:]
    assert VipsSource(odd, "JPEG").decode(160).notes == ()  # libvips remembers what it said, though nothing was wrong
    kind, make = MAKERS[name]
    assert code(make(scene())[:length], kind) == "truncated"


@pytest.mark.parametrize("name", ["jpeg", "png", "tiff", "bmp"])
def test_files_cut_short_are_read_in_part(name: str) -> None:
    kind, make = MAKERS[name]
    data = make(scene())
    picture = decoded(data[: len(data) * 2 // 3], kind, 320)
    assert picture.pixels.shape == (240, 320, 3)
    assert "Read in part" in picture.notes[0]


def test_the_missing_share_is_told() -> None:
    data = encoded(scene(), quality=98)
    note = decoded(data[: len(data) // 2], F.JPEG, 320).notes[0]
    share = int(note.split("lowest ")[1].split("%")[0])
    assert 30 < share < 70


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "gif", "bmp", "avif", "jpeg xl"])
def test_nothing_but_a_header_is_a_failure(name: str) -> None:
    kind, make = MAKERS[name]
    data = make(scene())
    assert code(data[: 60 if kind is not F.JPEG else data.index(b"\xff\xda") + 14], kind) in ("truncated", "corrupt")


def test_millions_of_segments_are_refused_at_once() -> None:
    data = encoded(scene())
    assert code(data[:2] + b"\xff\xe1\x00\x04AB" * 100_000 + data[2:], F.JPEG) == "corrupt"


def test_harmless_warnings_leave_no_remark() -> None:
    data = encoded(scene())
    assert decoded(data[:-2] + b"\x00\x00\xff\xd9", F.JPEG).notes == ()


SEEDS = {kind: make(scene(1, 48, 40)) for kind, make in MAKERS.values()}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(SEEDS)),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8),
    st.integers(1, 1 << 16),
)
def test_damage_never_raises_anything_else(kind: FileFormat, flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SEEDS[kind])
    for at, value in flips:
        data[at % len(data)] = value
    damaged = bytes(data[: max(12, cut % (2 * len(data)))])
    with suppress(PictureError):
        pixels = decoded(damaged, kind, 64).pixels
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
        assert max(pixels.shape[:2]) <= 64
