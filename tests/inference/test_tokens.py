"""Token ids are the reference's, for texts in any script and of any length."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.model import TextTower
from lumina.errors import BadModel
from lumina.inference.tokens import Tokens
from tests.support.tiny_models import FOLDER, TEXTS, tiny

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

NAMES = ("clip-vit-b32", "siglip2-b16")
MORE = (
    "Σ ΣΑΣ ὈΔΥΣΣΕΎΣ",
    "İstanbul DIŞ ẞ ß",
    "👩🏽‍🚀🏳️‍🌈",
    "가나다 한국어",
    "नमस्ते दुनिया",
    "​­\ufeff",
    "\n\r\t\v\f",
    "\x00\x01\x7f\x85",
    "e\u0301 é ﬁ ½",
    "<|endoftext|> <eos> <pad>",
    "a" * 1000,
    " " * 3000 + "dog",
    " ".join(f"word{number}" for number in range(10_000)),
)


def tower(name: str) -> TextTower:
    found = tiny(name).text
    assert found is not None
    return found


@cache
def ours(name: str) -> Tokens:
    return Tokens(FOLDER / name / "tokenizer.json", tower(name))


@cache
def reference(name: str) -> Any:
    """The classes that transformers itself takes for these models, on the same file."""
    from transformers import CLIPTokenizer, Siglip2Tokenizer

    file = str(FOLDER / name / "tokenizer.json")
    if name.startswith("clip"):
        return CLIPTokenizer(tokenizer_file=file, **_clip_vocabulary(file))
    return Siglip2Tokenizer(tokenizer_file=file, padding_side="right", **_clip_vocabulary(file))


def _clip_vocabulary(file: str) -> dict[str, Any]:
    import json

    model = json.loads(Path(file).read_text("utf-8"))["model"]
    return {"vocab": model["vocab"], "merges": [tuple(pair) for pair in model["merges"]]}


def expected(name: str, texts: list[str]) -> Any:
    context = tower(name).context
    found = reference(name)(texts, padding="max_length", truncation=True, max_length=context, return_tensors="np")
    return found["input_ids"]


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_those_that_the_reference_gave_with_pytorch(name: str) -> None:
    known = np.load(FOLDER / "expected.npz")[f"{name} ids"]
    assert np.array_equal(ours(name).ids(TEXTS)[0], known)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", [*TEXTS, *MORE], ids=lambda text: repr(text[:12]))
def test_ids_are_the_reference_s(name: str, text: str) -> None:
    assert ours(name).ids([text])[0].tolist() == expected(name, [text]).tolist()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.text(max_size=300))
def test_ids_are_the_reference_s_for_any_text(name: str, text: str) -> None:
    assert ours(name).ids([text])[0].tolist() == expected(name, [text]).tolist()


@pytest.mark.parametrize("name", NAMES)
def test_long_texts_keep_their_beginning_and_their_end_token(name: str) -> None:
    how, texts = tower(name), ["dog " * 30_000, "dog"]
    ids, mask = ours(name).ids(texts)
    assert ids.shape == mask.shape == (2, how.context)
    assert ids[0, -1] == how.end
    assert mask[0].all()
    short = int(mask[1].sum())
    assert short < how.context
    assert ids[1, short - 1] == how.end
    assert (ids[1, short:] == how.pad).all()


@pytest.mark.parametrize("name", NAMES)
def test_halves_of_surrogate_pairs_are_no_error(name: str) -> None:
    assert ours(name).ids(["dog \ud83d"])[0].tolist() == ours(name).ids(["dog \ufffd"])[0].tolist()


def test_files_that_are_no_tokeniser_or_another_model_s_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "tokenizer.json"
    broken.write_text('{"model": ')
    with pytest.raises(BadModel, match="no tokeniser"):
        Tokens(broken, tower("clip-vit-b32"))
    with pytest.raises(BadModel, match="another model's"):
        Tokens(FOLDER / "siglip2-b16" / "tokenizer.json", tower("clip-vit-b32"))
