"""Write the miniature networks of the tests anew, with what the reference library makes of them.

They are committed; this is only needed when an architecture or a tokeniser is added. It takes PyTorch and transformers
in an environment of their own, beside what Lumina itself needs to import its inference package:

    PYTHONPATH=src:. python -m scripts.export_test_models
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    CLIPConfig,
    CLIPModel,
    CLIPTokenizer,
    Dinov2Config,
    Dinov2Model,
    DINOv3ViTConfig,
    DINOv3ViTModel,
    SiglipConfig,
    SiglipModel,
)

from lumina.domain.model import ModelEntry
from lumina.inference.catalogue import DINOV3
from lumina.inference.export import export
from tests.support.tiny_models import DIMENSIONS, FOLDER, NAMES, TEXTS, VOCABULARY, pictures, tiny

SMALL: dict[str, Any] = {
    "hidden_size": DIMENSIONS,
    "intermediate_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
STEP = 7
"""Of the prepared pictures every seventh row and column is kept."""


def clip() -> Any:
    """CLIP with patches of 32."""
    end = VOCABULARY - 1
    text = {**SMALL, "vocab_size": VOCABULARY, "eos_token_id": end, "bos_token_id": end - 1, "pad_token_id": end}
    vision = {**SMALL, "image_size": 224, "patch_size": 32}
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=DIMENSIONS))


def siglip() -> Any:
    """SigLIP 2 of fixed size, which has the architecture of SigLIP, with patches of 16."""
    text = {**SMALL, "vocab_size": VOCABULARY, "max_position_embeddings": 64, "projection_size": DIMENSIONS}
    vision = {**SMALL, "image_size": 224, "patch_size": 16}
    return SiglipModel(SiglipConfig(text_config=text, vision_config=vision))


def dinov2() -> Any:
    """DINOv2 with patches of 14, taught at 518 pixels."""
    small = {**SMALL, "mlp_ratio": 2}
    return Dinov2Model(Dinov2Config(**small, image_size=224, patch_size=14))


def dinov3() -> Any:
    """DINOv3 with patches of 16 and four registers."""
    return DINOv3ViTModel(DINOv3ViTConfig(**SMALL, image_size=224, patch_size=16, num_register_tokens=4))


MODELS = {"clip-vit-b32": clip, "siglip2-b16": siglip, "dinov2-base": dinov2, "dinov3-base": dinov3}


def clip_tokenizer() -> Tokenizer:
    """Byte-level BPE with ends of words marked, as CLIP's; made by the reference's own class."""
    start, end = "<|startoftext|>", "<|endoftext|>"
    frame = CLIPTokenizer().backend_tokenizer
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trained = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=end))
    trained.normalizer, trained.pre_tokenizer = frame.normalizer, frame.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=2000,
        initial_alphabet=letters,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    trained.train_from_iterator(TEXTS * 4, trainer)
    merges: list[Any] = [tuple(pair) for pair in json.loads(trained.to_str())["model"]["merges"]]
    known = dict.fromkeys([*letters, *(f"{letter}</w>" for letter in letters), *map("".join, merges)])
    pieces = list(known)[: VOCABULARY - 2]
    vocabulary = {piece: number for number, piece in enumerate([*pieces, start, end])}
    assert vocabulary[end] == VOCABULARY - 1, f"the texts give only {len(pieces)} pieces"
    merges = [pair for pair in merges if "".join(pair) in vocabulary]
    return CLIPTokenizer(vocab=vocabulary, merges=merges).backend_tokenizer


def siglip_tokenizer() -> Tokenizer:
    """BPE with byte fallback and spaces written as a mark, as Gemma's."""
    special = ["<pad>", "<eos>", "<bos>", "<unk>"]
    made = Tokenizer(models.BPE(fuse_unk=True, unk_token="<unk>", byte_fallback=True))  # noqa: S106
    made.normalizer = normalizers.Replace(" ", "▁")
    made.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[*special, *fallback],
        limit_alphabet=30,
        show_progress=False,
    )
    made.train_from_iterator([text.lower() for text in TEXTS[:4]] * 4, trainer)
    made.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    return made


def outputs(entry: ModelEntry, model: Any) -> dict[str, Any]:
    """What PyTorch makes of the reference's own tensors and ids."""
    from transformers import CLIPImageProcessorPil, SiglipImageProcessorPil
    from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil

    processors = {
        "clip-vit-b32": CLIPImageProcessorPil(),
        "siglip2-b16": SiglipImageProcessorPil(resample=2),
        "dinov2-base": BitImageProcessorPil(
            size={"shortest_edge": 256},
            crop_size={"height": 224, "width": 224},
            image_mean=[0.485, 0.456, 0.406],
            image_std=[0.229, 0.224, 0.225],
        ),
    }
    processor = processors.get(entry.name)
    tensors = torch.cat(
        [_dinov3_tensor(each) if processor is None else _tensor(processor, each) for each in pictures()]
    )
    with torch.no_grad():
        if entry.name == "clip-vit-b32":
            found = model.visual_projection(model.vision_model(pixel_values=tensors).pooler_output)
        elif entry.name == "siglip2-b16":
            found = model.vision_model(pixel_values=tensors).pooler_output
        else:
            found = model(pixel_values=tensors).last_hidden_state[:, 0]
    known: dict[str, Any] = {f"{entry.name} pictures": found.numpy()}
    if processor is None:
        known[f"{entry.name} tensors"] = tensors.numpy()[:, :, ::STEP, ::STEP]
    return known


def _tensor(processor: Any, pixels: Any) -> torch.Tensor:
    from PIL import Image

    return torch.from_numpy(np.stack(processor(Image.fromarray(pixels))["pixel_values"]))


def _dinov3_tensor(pixels: Any) -> torch.Tensor:
    """What torchvision's `resize` does to a float tensor with antialiasing, and the processor before and after it."""
    values = torch.from_numpy(pixels).permute(2, 0, 1)[None] * (1 / 255)
    small = torch.nn.functional.interpolate(
        values.float(), (224, 224), mode="bilinear", align_corners=False, antialias=True
    )
    mean, std = (torch.tensor(each).view(1, 3, 1, 1) for each in (DINOV3.mean, DINOV3.std))
    return (small - mean) / std


def text_outputs(entry: ModelEntry, model: Any, tokenizer: Tokenizer) -> dict[str, Any]:
    """What PyTorch makes of the words, cut and filled up by the tokeniser library itself."""
    assert entry.text is not None
    tower = entry.text
    tokenizer.enable_truncation(tower.context)
    tokenizer.enable_padding(length=tower.context, pad_id=tower.pad)
    lower = normalizers.Lowercase()
    texts = [lower.normalize_str(text) if tower.lower else text for text in TEXTS]
    ids = torch.tensor([each.ids for each in tokenizer.encode_batch(texts)])
    with torch.no_grad():
        found = model.text_model(input_ids=ids).pooler_output
        if entry.name == "clip-vit-b32":
            found = model.text_projection(found)
    return {f"{entry.name} ids": ids.numpy(), f"{entry.name} texts": found.numpy()}


def main() -> None:
    """Everything in `tests/inference/models`."""
    expected: dict[str, Any] = {}
    tokenizers = {"clip-vit-b32": clip_tokenizer, "siglip2-b16": siglip_tokenizer}
    for name in NAMES:
        torch.manual_seed(11)
        entry, model = tiny(name), MODELS[name]().eval()
        _spread(model)
        folder = Path(FOLDER / name)
        export(entry, model, folder)
        expected |= outputs(entry, model)
        if entry.text is not None:
            tokenizer = tokenizers[name]()
            tokenizer.no_padding()
            tokenizer.no_truncation()
            tokenizer.save(str(folder / entry.text.tokenizer), pretty=False)
            expected |= text_outputs(entry, model, tokenizer)
    np.savez_compressed(FOLDER / "expected.npz", **expected)


def _spread(model: Any) -> None:
    """Larger weights than a fresh network has: otherwise all pictures would give nearly one vector."""
    with torch.no_grad():
        for name, values in model.named_parameters():
            if values.ndim > 1 and "position" not in name:
                values.mul_(3)


if __name__ == "__main__":
    main()
