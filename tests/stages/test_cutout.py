"""Products without their background, by a network with real weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lumina.domain.market import CutOut
from lumina.domain.picture import PictureError
from lumina.domain.stage import Failure, Noted
from lumina.domain.values import RenditionKind
from lumina.errors import BadModel, Unavailable
from lumina.files.derived import DerivedStore
from lumina.files.picture import CutoutPicture, ProxyPicture
from lumina.inference import manifest
from lumina.inference.catalogue import entry
from lumina.inference.install import install
from lumina.inference.matting import Matting
from lumina.inference.models import Models
from lumina.stages.cutout import Cutout
from lumina.vision.cutout import check, refusal, share
from lumina.vision.encode import jpeg, webp_with_alpha
from tests.support.products import Mask, overlap, product
from tests.support.tiny_models import FOLDER
from tests.support.weights import install_weights

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    home = tmp_path_factory.mktemp("models")
    install_weights(home, "u2netp")
    return Models(home)


def proxy(folder: Path, seed: int, size: float = 0.3) -> tuple[ProxyPicture, Mask]:
    pixels, mask = product(seed=seed, size=size)
    path = folder / f"{seed + 1:032x}.jpg"
    path.write_bytes(jpeg(pixels, 85))
    return ProxyPicture(seed, path), mask


def alpha_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))[:, :, 3]


def test_a_product_is_cut_out_where_it_stands_and_its_picture_stays_as_it_was(models: Models, tmp_path: Path) -> None:
    derived = DerivedStore(tmp_path / "derived")
    pictures = [proxy(tmp_path, seed) for seed in range(3)]
    before = [picture.path.read_bytes() for picture, _ in pictures]
    outcomes = Cutout(derived, models, "u2netp").run([picture for picture, _ in pictures])
    for (picture, mask), outcome in zip(pictures, outcomes, strict=True):
        assert isinstance(outcome, CutOut)
        assert outcome.key is not None
        assert (outcome.width, outcome.height, outcome.model, outcome.version) == (480, 360, "u2netp", 1)
        assert outcome.checksum == picture.render_key
        path = derived.path(RenditionKind.CUTOUT, outcome.key)
        assert path.stat().st_size == outcome.size
        alpha = alpha_of(path)
        assert overlap(alpha >= 128, mask) > 0.97, "the network finds the vase within a pixel of its edge"
        assert outcome.share == pytest.approx(mask.mean(), abs=0.01)
        shown = CutoutPicture(picture.image_id, path)
        assert shown.render_key == outcome.key
        white = shown.pixels(1440)
        assert white.shape == (360, 480, 3)
        assert white[alpha == 0].min() > 245, "what is not the product has become white"
        seen = np.abs(white.astype(int) - picture.pixels(1440))[alpha == 255]
        assert seen.mean() < 8, "the product looks as before, as far as WebP's coarser colours let it"
    assert [picture.path.read_bytes() for picture, _ in pictures] == before


def test_a_speck_is_no_cut_out_and_a_broken_picture_spoils_no_other(models: Models, tmp_path: Path) -> None:
    derived = DerivedStore(tmp_path / "derived")
    (speck, _), (broken, _), (gone, _), (good, _) = (
        proxy(tmp_path, 1, size=0.05),
        proxy(tmp_path, 2),
        proxy(tmp_path, 3),
        proxy(tmp_path, 4),
    )
    broken.path.write_bytes(b"\xff\xd8 no picture")
    gone.path.unlink()
    refused, *failed, cut = Cutout(derived, models, "u2netp").run([speck, broken, gone, good])
    assert isinstance(refused, Noted)
    assert (refused.value.key, refused.value.refused) == (None, refused.note)
    assert refused.note == "Nothing was cut out: what stands out from the background is 0.4% of the picture."
    assert all(isinstance(each, Failure) for each in failed)
    assert isinstance(cut, CutOut)
    written = [path for path in (tmp_path / "derived").rglob("*") if path.is_file()]
    assert written == [derived.path(RenditionKind.CUTOUT, cut.key or b"")]


@pytest.mark.parametrize(("found", "good"), [(0.0, False), (0.0199, False), (0.02, True), (0.98, True), (0.981, False)])
def test_what_would_leave_nothing_or_everything_is_refused(found: float, good: bool) -> None:
    assert (refusal(found) == "") is good
    assert share(np.repeat(np.array([[0, 127, 128, 255]], np.uint8), 3, axis=0)) == 0.5


def test_what_cannot_be_read_back_never_takes_its_place(tmp_path: Path) -> None:
    derived, alpha = DerivedStore(tmp_path), np.zeros((8, 9), np.uint8)
    alpha[2:5, 3:7] = 200
    pixels = np.full((8, 9, 3), 90, np.uint8)
    good, other = webp_with_alpha(pixels, alpha, 88, 2), webp_with_alpha(pixels, 255 - alpha, 88, 2)
    for damaged in (good[:-9], b"RIFF nothing", other):
        with pytest.raises(PictureError, match="read back") as caught:
            derived.write(RenditionKind.CUTOUT, b"k" * 16, damaged, lambda data: check(alpha, data))
        assert caught.value.retryable
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    derived.write(RenditionKind.CUTOUT, b"k" * 16, good, lambda data: check(alpha, data))
    assert derived.read(RenditionKind.CUTOUT, b"k" * 16) == good
    path = derived.path(RenditionKind.CUTOUT, b"k" * 16)
    assert CutoutPicture(1, path).size == (9, 8)
    path.write_bytes(good[:-9])
    with pytest.raises(PictureError, match="damaged") as caught:
        CutoutPicture(1, path).pixels(720)
    assert (caught.value.code, caught.value.retryable) == ("corrupt", False)


def test_the_key_tells_models_and_pictures_apart(models: Models, tmp_path: Path) -> None:
    small, large = (Cutout(DerivedStore(tmp_path), models, name) for name in ("u2netp", "u2net"))
    keys = {small.key(b"a" * 16, 1), small.key(b"b" * 16, 1), small.key(b"a" * 16, 2), large.key(b"a" * 16, 1)}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {16}
    assert small.waiting is None
    assert large.waiting == "Model u2net is not installed: lumina models pull u2net"
    with pytest.raises(Unavailable, match="lumina models pull u2net"):
        large.run([])


def test_another_network_under_its_name_is_refused(tmp_path: Path) -> None:
    """A file that is ONNX, but no matting network: the model counts as broken, and the stage waits."""
    known = entry("u2netp")
    install(tmp_path, known, {known.files[0].path: FOLDER / "dinov2-base" / "model.onnx"}, "test", own=True)
    models = Models(tmp_path)
    with pytest.raises(BadModel, match=r"has no input 'input\.1'"):
        models.matting("u2netp").load()
    assert manifest.mark(tmp_path / "u2netp")
    assert "cannot be used" in (Cutout(DerivedStore(tmp_path), models, "u2netp").waiting or "")


def test_an_answer_that_is_not_finite_is_a_failure_and_no_empty_picture(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a processor that computes nonsense would mark a million pictures as done, with nothing in them."""
    maps, spots = Matting.maps, [np.nan, 0.0]

    def broken(network: Matting, tensors: np.ndarray) -> np.ndarray:
        answers = maps(network, tensors)
        for answer in answers:
            answer[5, 5] = spots.pop(0)
        return answers

    monkeypatch.setattr(Matting, "maps", broken)
    pictures = [proxy(tmp_path, seed)[0] for seed in range(2)]
    first, second = Cutout(DerivedStore(tmp_path / "derived"), models, "u2netp").run(pictures)
    assert isinstance(first, Failure)
    assert (first.code, first.retryable) == ("bad-mask", False)
    assert isinstance(second, CutOut)
