"""Vectors of what listings say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lumina.domain.market import ListingWords
from lumina.domain.stage import Failure
from lumina.domain.vectors import Embedding, SpaceKind
from lumina.inference.models import Models
from lumina.stages.embed_words import EmbedWords
from tests.support.tiny_models import entries, install_tiny, tiny

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

NAME = "clip-vit-b32"


def test_listings_of_many_images_are_encoded_once_and_silent_ones_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = Models(tmp_path, threads=1, entries=entries())
    stage = EmbedWords(tiny(NAME), models)
    assert (stage.name, stage.waiting) == (
        f"embed:{NAME}:text",
        f"Model {NAME} is not installed: lumina models pull {NAME}",
    )
    install_tiny(tmp_path, NAME)
    assert stage.waiting is None
    encoder, asked = models.text_encoder(NAME), []
    encode = encoder.encode_text
    monkeypatch.setattr(encoder, "encode_text", lambda texts: asked.append(list(texts)) or encode(texts))
    said = ["A vase. clay, blue", "A vase. clay, blue", "", "A cup", "A vase. clay, blue"]
    outcomes = stage.run([ListingWords(number, words) for number, words in enumerate(said)])
    assert asked == [["A vase. clay, blue", "A cup"]]
    found = {number: each for number, each in enumerate(outcomes) if isinstance(each, Embedding)}
    assert sorted(found) == [0, 1, 3, 4]
    assert {each.kind for each in found.values()} == {SpaceKind.TEXT}
    np.testing.assert_array_equal(found[0].vector, found[4].vector)
    np.testing.assert_allclose(found[3].vector, encode(["A cup"])[0], atol=1e-6)
    assert isinstance(outcomes[2], Failure)
    assert (outcomes[2].code, outcomes[2].retryable) == ("no-words", False)
    assert stage.run([ListingWords(1, "")])[0] == outcomes[2]
