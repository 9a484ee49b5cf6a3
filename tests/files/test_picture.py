from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import ImageCms

from lumina.domain.picture import Picture, PictureError
from lumina.domain.values import FileFormat, MediaKind
from lumina.files import picture as module
from lumina.files.picture import MasterPicture, ProxyPicture
from lumina.vision.orient import upright
from tests.support.films import film
from tests.support.pictures import by_vips, corner, dng, encoded, exif, scene

pytestmark = pytest.mark.unit


def master(path: Path, *sidecars: Path, max_pixels: int = 10_000_000) -> MasterPicture:
    return MasterPicture(7, path, kind=MediaKind.PHOTO, sidecars=sidecars, max_pixels=max_pixels)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def stored_for(orientation: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The scene as a camera held that way stores it."""
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    return np.ascontiguousarray(upright(scene(1, 1600, 1200), inverse))


def test_it_is_a_picture(tmp_path: Path) -> None:
    picture = master(written(tmp_path / "a.jpg", encoded(scene())))
    assert isinstance(picture, Picture)
    assert picture.name == "a.jpg"
    assert picture.format is FileFormat.JPEG
    assert picture.size == (320, 240)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(tmp_path: Path, orientation: int) -> None:
    data = encoded(stored_for(orientation), exif=exif(orientation))
    picture = master(written(tmp_path / "a.jpg", data))
    assert picture.size == (1600, 1200)
    assert picture.pixels(1440).shape == (1080, 1440, 3)
    assert picture.pixels(320).shape == (240, 320, 3)
    red, green, blue = corner(picture.pixels(320))
    assert red > 240
    assert max(green, blue) < 15


def test_orientation_of_avif_is_applied_once(tmp_path: Path) -> None:
    data = encoded(stored_for(6), "AVIF", exif=exif(6))
    picture = master(written(tmp_path / "a.avif", data))
    assert picture.size == (1600, 1200)
    red, green, blue = corner(picture.pixels(320))
    assert red > 220
    assert max(green, blue) < 40


def test_orientation_of_raw_is_applied_once(tmp_path: Path) -> None:
    picture = master(dng(tmp_path / "a.dng", orientation=6))
    assert picture.size == (480, 640)
    assert picture.pixels(320).shape == (320, 240, 3)


def test_the_file_is_read_once_and_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, sources = [], []
    open_master, path = module.open_master, written(tmp_path / "a.jpg", encoded(scene(1, 2000, 1500)))

    def counting(where: Path) -> object:
        opened.append(where)
        found = open_master(where)
        source = found.source
        monkeypatch.setattr(found, "source", lambda most: sources.append(most) or source(most), raising=False)
        return found

    monkeypatch.setattr(module, "open_master", counting)
    picture = master(path)
    for _ in range(2):
        assert len(picture.pixels(1440)) > len(picture.pixels(320)) > len(picture.gray(32))
        assert picture.data
        assert picture.checksums.content
        assert picture.metadata.orientation == 1
        assert picture.render_key
        assert picture.size == (2000, 1500)
    assert opened == [path]
    assert len(sources) == 1


def test_failures_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    picture = master(path)
    with pytest.raises(PictureError) as first:
        picture.pixels(320)
    written(path, encoded(scene()))
    for ask in (lambda: picture.pixels(1440), lambda: picture.checksums, lambda: picture.size, lambda: picture.gray(8)):
        with pytest.raises(PictureError) as again:
            ask()
        assert again.value.code == first.value.code == "vanished"


def test_nothing_is_decoded_for_checksums_and_metadata(tmp_path: Path) -> None:
    picture = master(written(tmp_path / "a.jpg", encoded(scene())[:200]))
    assert picture.checksums
    assert picture.metadata
    assert picture.render_key
    assert picture.notes == ()


def test_the_render_key_follows_what_is_shown(tmp_path: Path) -> None:
    def key(name: str, data: bytes) -> bytes:
        return master(written(tmp_path / name, data)).render_key

    plain = key("a.jpg", encoded(scene(), exif=exif(1)))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert len(plain) == 16
    assert key("b.jpg", encoded(scene(), exif=exif(1, "another description"))) == plain
    assert key("c.jpg", encoded(scene(), exif=exif(3))) != plain
    assert key("d.jpg", encoded(scene(), exif=exif(1), icc_profile=profile)) != plain
    assert key("e.jpg", encoded(scene(2), exif=exif(1))) != plain


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    picture = master(written(tmp_path / "a.nef", encoded(scene(), "PNG")))
    assert picture.format is FileFormat.PNG
    assert picture.pixels(320).shape == (240, 320, 3)


def test_larger_than_the_proxy_is_decoded_anew(tmp_path: Path) -> None:
    picture = master(written(tmp_path / "a.jpg", encoded(scene(1, 2400, 1800))))
    assert picture.pixels(1440).shape == (1080, 1440, 3)
    assert picture.pixels(2000).shape == (1500, 2000, 3)
    assert picture.pixels(700).shape == (525, 700, 3)


def test_remarks_of_the_decoder_are_kept(tmp_path: Path) -> None:
    data = encoded(scene(), quality=98)
    picture = master(written(tmp_path / "a.jpg", data[: len(data) // 2]))
    picture.pixels(320)
    assert "Read in part" in picture.notes[0]


def test_a_film_has_a_poster_and_no_end_of_memory(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4")
    picture = master(path)
    assert picture.size == (160, 120)
    assert picture.pixels(1440).shape == (120, 160, 3)
    assert picture.checksums.checksum != picture.checksums.content
    assert picture.metadata.width == 160


def test_large_films_are_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "a.mp4")
    whole = master(path)
    monkeypatch.setattr("lumina.files.master._AT_ONCE", 100)
    monkeypatch.setattr("lumina.files.master.read_master", lambda path: pytest.fail("read whole"))
    pieces = master(path)
    assert pieces.checksums == whole.checksums
    assert pieces.metadata == whole.metadata
    assert pieces.pixels(320).shape == (120, 160, 3)


def test_broken_films_are_failures_with_a_reason(tmp_path: Path) -> None:
    data = film(tmp_path / "a.mp4").read_bytes()
    picture = master(written(tmp_path / "b.mp4", data[: len(data) // 2]))
    with pytest.raises(PictureError, match="film"):
        picture.pixels(320)
    assert picture.checksums, "it has an identity all the same"


def test_too_large_is_said_before_decoding(tmp_path: Path) -> None:
    picture = master(written(tmp_path / "a.png", by_vips(scene(), ".png")), max_pixels=1000)
    with pytest.raises(PictureError, match="320 x 240"):
        picture.pixels(320)


def test_a_proxy_is_a_picture_too(tmp_path: Path) -> None:
    key = bytes(range(16))
    proxy = ProxyPicture(7, written(tmp_path / f"{key.hex()}.jpg", encoded(scene(1, 1440, 900))))
    assert isinstance(proxy, Picture)
    assert proxy.render_key == key
    assert proxy.size == (1440, 900)
    assert proxy.pixels(1440).shape == (900, 1440, 3)
    assert proxy.pixels(320).shape == (200, 320, 3)
    assert proxy.gray(32).shape == (32, 32)
    assert proxy.notes == ()
    with pytest.raises(PictureError):
        ProxyPicture(8, tmp_path / "none.jpg").pixels(320)
