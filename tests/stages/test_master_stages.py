from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lumina.domain.stage import Basis, Failure
from lumina.domain.values import Checksums, Fingerprint, Measures, MediaKind, Rendition, RenditionKind
from lumina.files.derived import DerivedStore
from lumina.files.picture import MasterPicture
from lumina.stages.checksum import Checksum
from lumina.stages.hash import Hash
from lumina.stages.metadata import Metadata
from lumina.stages.proxy import Proxy
from lumina.stages.quality import Quality
from lumina.stages.thumbnail import Thumbnail
from lumina.vision.candidates import ORIENTATIONS, PROBE_MARGINS
from lumina.vision.signature import SIZE
from tests.support.pictures import corner, encoded, exif, scene

pytestmark = pytest.mark.unit


@pytest.fixture
def derived(tmp_path: Path) -> DerivedStore:
    return DerivedStore(tmp_path / "derived")


def picture(path: Path, data: bytes) -> MasterPicture:
    path.write_bytes(data)
    return MasterPicture(1, path, kind=MediaKind.PHOTO, max_pixels=10_000_000)


def test_proxies_are_upright_srgb_jpegs_of_1440(tmp_path: Path, derived: DerivedStore) -> None:
    master = picture(tmp_path / "a.png", encoded(scene(1, 2000, 1500), "PNG"))
    (result,) = Proxy(derived).run([master])
    assert isinstance(result, Rendition)
    assert (result.kind, result.width, result.height) == (RenditionKind.PROXY, 1440, 1080)
    path = derived.path(RenditionKind.PROXY, result.key)
    assert path.stat().st_size == result.size
    with Image.open(path) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (1440, 1080), "RGB")
        assert not image.getexif()
        assert "icc_profile" not in image.info


def test_thumbnails_are_webp_of_320_with_a_placeholder(tmp_path: Path, derived: DerivedStore) -> None:
    stored = scene(1, 1600, 1200)[:, ::-1]
    master = picture(tmp_path / "a.jpg", encoded(stored, exif=exif(2)))
    (result,) = Thumbnail(derived).run([master])
    assert isinstance(result, Rendition)
    assert (result.width, result.height) == (320, 240)
    assert result.placeholder
    assert len(result.placeholder) <= 32
    with Image.open(derived.path(RenditionKind.THUMBNAIL, result.key)) as image:
        assert (image.format, image.size) == ("WEBP", (320, 240))
        red, green, blue = corner(np.array(image.convert("RGB")))
    assert red > 200
    assert max(green, blue) < 50


def test_retagged_copies_share_their_derived_files(tmp_path: Path, derived: DerivedStore) -> None:
    copies = [picture(tmp_path / f"{n}.jpg", encoded(scene(), exif=exif(1, "x" * n))) for n in (1, 50)]
    for stage in (Proxy(derived), Thumbnail(derived)):
        first, second = stage.run(copies)
        assert first == second
    assert len([path for path in derived.root.rglob("*") if path.is_file()]) == 2


def test_keys_tell_stages_and_versions_apart(derived: DerivedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    key = bytes(16)
    assert Proxy.key(key) != Thumbnail.key(key)
    before = Proxy.key(key)
    monkeypatch.setattr(Proxy, "version", 2)
    assert Proxy.key(key) != before


def test_values(tmp_path: Path) -> None:
    master = picture(tmp_path / "a.jpg", encoded(scene()))
    (checksums,) = Checksum().run([master])
    (fingerprint,) = Hash().run([master])
    (measures,) = Quality().run([master])
    assert isinstance(checksums, Checksums)
    assert len(checksums.checksum) == len(checksums.content) == 32
    assert isinstance(fingerprint, Fingerprint)
    assert not fingerprint.flat
    assert all(0 <= value < 2**64 for value in (fingerprint.dhash, fingerprint.ahash, fingerprint.whash))
    assert len(fingerprint.signature) == SIZE
    assert len(fingerprint.probes) == 8 * len(PROBE_MARGINS)
    assert len(fingerprint.turns) == 8 * len(ORIENTATIONS)
    assert isinstance(measures, Measures)
    assert 0 < measures.brightness < 1
    assert 0 < measures.contrast <= 0.5


def test_a_shrunken_copy_has_the_same_look(tmp_path: Path) -> None:
    large = picture(tmp_path / "a.jpg", encoded(scene(4, 1600, 1200)))
    small = picture(tmp_path / "b.png", encoded(scene(4, 800, 600), "PNG"))
    one, other = Hash().run([large, small])
    assert isinstance(one, Fingerprint)
    assert isinstance(other, Fingerprint)
    assert (one.phash ^ other.phash).bit_count() <= 2
    assert (one.dhash ^ other.dhash).bit_count() <= 3


def test_one_broken_picture_spoils_no_other(tmp_path: Path, derived: DerivedStore) -> None:
    good = picture(tmp_path / "a.jpg", encoded(scene()))
    bad = picture(tmp_path / "b.jpg", b"no picture")
    gone = MasterPicture(3, tmp_path / "c.jpg", kind=MediaKind.PHOTO, max_pixels=1)
    for stage in (Proxy(derived), Thumbnail(derived), Hash(), Quality()):
        first, second, third = stage.run([good, bad, gone])
        assert isinstance(first, stage.result)
        assert isinstance(second, Failure)
        assert (second.code, second.retryable) == ("not-an-image", False)
        assert isinstance(third, Failure)
        assert (third.code, third.retryable) == ("vanished", True)


def test_a_full_disk_is_a_retryable_failure(tmp_path: Path) -> None:
    (tmp_path / "derived").write_bytes(b"in the way")
    (failure,) = Thumbnail(DerivedStore(tmp_path / "derived")).run([picture(tmp_path / "a.jpg", encoded(scene()))])
    assert isinstance(failure, Failure)
    assert failure.retryable


def test_only_identity_and_metadata_follow_the_file() -> None:
    assert {stage.name for stage in (Checksum, Metadata) if stage.basis is Basis.FILE} == {"checksum", "metadata"}
    assert all(stage.basis is Basis.PICTURE for stage in (Proxy, Thumbnail, Hash, Quality))
