"""Files of vectors for other programs: what they are called, and which models they are of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lumina.domain.vectors import SpaceKind

FIVE = ("clip-vit-b32", "clip-vit-l14", "dinov2-base", "dinov2-large", "dinov3-base")
"""The models that a marketplace's images are embedded with where they are there."""
INDEX = "image_index.json"
"""Row -> `[listing_id, image_id]`, the marketplace's own numbers; the same for all files of a folder."""
MANIFEST = "export.json"
"""What an export says of itself; it is written last."""
SUFFIX = ".faiss"
_TEXT = "_text"
_STEMS = {
    "clip-vit-b32": "clip_vitb32",
    "clip-vit-l14": "clip_vitl14",
    "dinov2-base": "dinov2_base",
    "dinov2-large": "dinov2_large",
    "dinov3-base": "dinov3_base",
}
_ODD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Meant:
    """Vectors that a name stands for: of which model, and of pictures or of words."""

    model: str
    text: bool


def file_name(model: str, kind: SpaceKind) -> str:
    """What a model's file is called; models besides the five have files of their own name."""
    stem = _STEMS.get(model, model)
    return f"{stem}{_TEXT if kind is SpaceKind.TEXT else ''}{SUFFIX}"


def meant(name: str, models: Iterable[str]) -> Meant | None:
    """What a name such as `clip_vitb32_text`, `CLIP-ViT-B/32` or `embed_dinov2_base` stands for.

    Args:
        name: a file's name without its suffix, or a column's.
        models: the names of those that are known.

    Returns:
        None where it is none of them.
    """
    plain = _plain(name)
    known = {_plain(model): model for model in models}
    for text, given in ((False, plain), (True, plain.removesuffix("text"))):
        if given in known and (not text or given != plain):
            return Meant(known[given], text)
    return None


def wanted(setting: Iterable[str], there: Collection[str]) -> list[str]:
    """The models that a marketplace's images have to be embedded with: of the setting and of the five those there.

    Args:
        setting: names in the setting `models`.
        there: models that are installed or have vectors.
    """
    return [model for model in dict.fromkeys((*setting, *FIVE)) if model in there]


def _plain(name: str) -> str:
    """Lower case, letters and digits alone, without what says that it is about vectors."""
    word = _ODD.sub("", name.lower())
    for beginning in ("embeddings", "embedding", "embedded", "embed", "emb", "has"):
        if word.startswith(beginning) and len(word) > len(beginning):
            return word.removeprefix(beginning)
    return word
