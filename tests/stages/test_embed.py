"""Vectors of images: what a stage gives for good pictures, bad ones, and a model that is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lumina.domain.stage import Failure
from lumina.domain.vectors import Embedding
from lumina.errors import Unavailable
from lumina.files.picture import ProxyPicture
from lumina.inference.models import Models
from lumina.stages.embed import Embed
from lumina.vision.encode import jpeg
from tests.support.tiny_models import entries, install_tiny, picture, tiny
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

NAME = "dinov2-base"


@pytest.fixture
def models(tmp_path: Path) -> Models:
    return Models(tmp_path / "models", threads=1, entries=entries())


def proxy(folder: Path, seed: int, width: int = 320, height: int = 240) -> ProxyPicture:
    path = folder / f"{seed:032x}.jpg"
    path.write_bytes(jpeg(picture(width, height, seed), 85))
    return ProxyPicture(seed, path)


def test_a_stage_waits_in_one_sentence_until_its_model_is_installed(models: Models) -> None:
    stage = Embed(tiny(NAME), models)
    assert stage.name == f"embed:{NAME}"
    assert stage.waiting == f"Model {NAME} is not installed: lumina models pull {NAME}"
    with pytest.raises(Unavailable, match="lumina models pull"):
        stage.run([])
    install_tiny(models.home, NAME)
    assert stage.waiting is None


def test_each_picture_gets_its_own_vector_in_order(models: Models, tmp_path: Path) -> None:
    install_tiny(models.home, NAME)
    stage = Embed(tiny(NAME), models)
    pictures = [proxy(tmp_path, seed, 100 + 9 * seed) for seed in range(21)]
    outcomes = stage.run(pictures)
    alone = models.image_encoder(NAME).encode([each.pixels(1440) for each in pictures])
    found = [each.vector for each in outcomes if isinstance(each, Embedding)]
    assert len(found) == 21
    np.testing.assert_allclose(np.stack(found), alone, atol=1e-5)
    assert {(each.model, each.version) for each in outcomes if isinstance(each, Embedding)} == {(NAME, 1)}


@pytest.mark.parametrize(
    ("size", "seen"),
    [((1440, 960), (720, 480)), ((700, 1281), (350, 641)), ((600, 512), (300, 256)), ((900, 511), (900, 511))],
)
def test_pictures_are_seen_at_half_their_size_where_that_is_enough(
    tmp_path: Path, size: tuple[int, int], seen: tuple[int, int]
) -> None:
    one = proxy(tmp_path, 1, *size)
    assert one.pixels(Embed.side_for(one.size)).shape == (*seen[::-1], 3)


def test_a_picture_that_cannot_be_read_spoils_no_other(models: Models, tmp_path: Path) -> None:
    install_tiny(models.home, NAME)
    pictures = [proxy(tmp_path, seed) for seed in range(12)]
    pictures[0].path.unlink()
    pictures[5].path.write_bytes(b"\xff\xd8 no picture")
    for path in (pictures[10].path, pictures[11].path):
        path.unlink()
    outcomes = Embed(tiny(NAME), models).run(pictures)
    failed = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Failure)]
    assert failed == [0, 5, 10, 11]
    assert all(isinstance(outcome, Embedding | Failure) for outcome in outcomes)
    assert len(outcomes) == 12


def test_a_vector_that_is_not_finite_is_a_failure_of_its_picture_alone(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_tiny(models.home, NAME)
    stage, encoder = Embed(tiny(NAME), models), models.image_encoder(NAME)
    features = encoder.features

    def spoiled(tensors: np.ndarray) -> np.ndarray:
        values = features(tensors).copy()
        values[1, 3], values[2] = np.nan, 0
        values[3] *= 1e25  # whose squares no float32 holds
        return values

    monkeypatch.setattr(encoder, "features", spoiled)
    outcomes = stage.run([proxy(tmp_path, seed) for seed in range(4)])
    assert [isinstance(each, Failure) and each.code for each in outcomes] == [False, "bad-vector", "bad-vector", False]
    assert isinstance(outcomes[3], Embedding)
    assert np.linalg.norm(outcomes[3].vector) == pytest.approx(1)


def test_real_weights_know_the_things_in_simple_pictures(tmp_path: Path) -> None:
    """The network and its own last layer, put together again by us, say what they say as one."""
    import onnxruntime

    install_mobilenet(tmp_path)
    models = Models(tmp_path, threads=1)
    encoder, classifier = models.image_encoder("mobilenet-v2"), models.classifier("mobilenet-v2")
    assert classifier is not None
    assert (len(classifier.keys), classifier.keys[207], classifier.labels[207]) == (
        1000,
        "imagenet:n02099601",
        "golden retriever",
    )
    pixels = picture(300, 220, 4)
    tensor = encoder.prepare(pixels)[np.newaxis]
    whole = onnxruntime.InferenceSession(str(tmp_path / "mobilenet-v2" / "files" / "mobilenetv2-7.onnx"))
    (logits,) = whole.run(None, {"data": tensor})
    features = encoder.features(tensor)
    np.testing.assert_allclose(features @ classifier.weights.T + classifier.bias, logits, atol=1e-3)
    assert np.argmax(classifier.logits(encoder.encode([pixels]))) == np.argmax(logits)
