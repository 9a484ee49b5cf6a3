"""The architectures of the catalogue in miniature: random weights, real patch sizes, real tokenisers' kinds.

Their files lie in `tests/inference/models`, written by `scripts/export_test_models.py` together with what the
reference library (transformers, PyTorch) makes of the same pictures and words.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from lumina.domain.model import ModelEntry, ModelFile
from lumina.domain.picture import Pixels
from lumina.inference.catalogue import entry
from lumina.inference.install import install

FOLDER = Path(__file__).parents[1] / "inference" / "models"
DIMENSIONS = 8
VOCABULARY = 560
SIZES = ((224, 224), (300, 200), (97, 411), (40, 33), (1, 1))
"""Width and height of the pictures whose outputs are known."""
TEXTS = (
    "a photo of a dog",
    "",
    "Two  CATS\tplaying\nin the snow!",
    "a red truck at the lake, 2019",
    "naïve café — ÜBER Straße",
    "犬と猫の写真",
    "صورة كلب",
    "Σίσυφος ΟΔΟΣ",
    "dog 🐶 👩‍👩‍👧 and cat",
    "it's o'clock; don't",
    "tab\x00\x07control​zero\u0301",
    " ".join(["truck"] * 200),
)


def pictures() -> list[Pixels]:
    """One of noise and smooth colours for each of `SIZES`; the same on every machine."""
    return [picture(width, height, seed) for seed, (width, height) in enumerate(SIZES)]


def picture(width: int, height: int, seed: int) -> Pixels:
    """Height x width x 3: gradients with noise on them."""
    noise = np.random.Generator(np.random.PCG64(seed)).integers(0, 64, (height, width, 3))
    down = np.arange(height)[:, None, None] * 191 // max(1, height - 1)
    across = np.arange(width)[None, :, None] * 191 // max(1, width - 1)
    waves = (down * np.array([0, 1, 1]) + across * np.array([1, 0, 1])) // np.array([1, 1, 2])
    painted: Pixels = (waves + noise).astype(np.uint8)
    return painted


def tiny(name: str) -> ModelEntry:
    """The miniature of one of the catalogue's entries."""
    known = entry(name)
    folder = FOLDER / name
    files = [known.image.file, *([known.text.file, known.text.tokenizer] if known.text else [])]
    sizes = {path: (folder / path).stat().st_size if (folder / path).exists() else 1 for path in files}
    text = known.text
    if text is not None and name.startswith("clip"):
        text = replace(text, end=VOCABULARY - 1, pad=VOCABULARY - 1)
    return replace(
        known,
        dimensions=DIMENSIONS,
        files=tuple(ModelFile(path, size, "") for path, size in sizes.items()),
        text=text,
        terms=None,
    )


NAMES = ("clip-vit-b32", "siglip2-b16", "dinov2-base", "dinov3-base")


def entries() -> tuple[ModelEntry, ...]:
    """All miniatures."""
    return tuple(tiny(name) for name in NAMES)


def install_tiny(models: Path, *names: str) -> None:
    """Put miniatures into a folder of models."""
    for name in names or NAMES:
        known = tiny(name)
        install(models, known, {file.path: FOLDER / name / file.path for file in known.files}, "test")
