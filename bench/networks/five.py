"""Writes five image towers of the real shapes with random weights: `python -m bench.networks.five FOLDER`.

Needs PyTorch and transformers (the extra `export`), perhaps in an environment of their own, and `PYTHONPATH=src:.`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers import CLIPConfig, CLIPModel, Dinov2Config, Dinov2Model, SiglipConfig, SiglipModel

from lumina.inference.catalogue import entry
from lumina.inference.export import export

BASE = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
LARGE = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16}
SMALL_TEXT = {"num_hidden_layers": 1}
"""The towers for words are not written."""


def clip(shape: dict[str, int], patch: int, dimensions: int) -> Any:
    """CLIP."""
    vision = {**shape, "image_size": 224, "patch_size": patch}
    return CLIPModel(CLIPConfig(text_config=SMALL_TEXT, vision_config=vision, projection_dim=dimensions))


def siglip() -> Any:
    """SigLIP 2 B/16."""
    return SiglipModel(
        SiglipConfig(text_config=SMALL_TEXT, vision_config={**BASE, "image_size": 224, "patch_size": 16})
    )


def dinov2(shape: dict[str, int]) -> Any:
    """DINOv2 with patches of 14."""
    sizes = {name: size for name, size in shape.items() if name != "intermediate_size"}
    return Dinov2Model(Dinov2Config(**sizes, mlp_ratio=4, image_size=224, patch_size=14))


NETWORKS: dict[str, Callable[[], Any]] = {
    "clip-vit-b32": lambda: clip(BASE, 32, 512),
    "clip-vit-l14": lambda: clip(LARGE, 14, 768),
    "siglip2-b16": siglip,
    "dinov2-base": lambda: dinov2(BASE),
    "dinov2-large": lambda: dinov2(LARGE),
}


def main() -> None:
    """Those that are not there yet."""
    for name, make in NETWORKS.items():
        folder = Path(sys.argv[1]) / name
        if not (folder / "done").exists():
            torch.manual_seed(0)
            export(replace(entry(name), text=None), make(), folder / "files")
            (folder / "done").touch()
            print(f"{name} written", flush=True)


if __name__ == "__main__":
    main()
