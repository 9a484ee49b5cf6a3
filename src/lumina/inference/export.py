"""From a checkpoint of the reference library to the ONNX files of an entry; needs the extra `export`.

PyTorch and transformers are never needed to run Lumina. Who has a checkpoint (a gated one, or one of their own making)
can turn it into the files that `lumina models import` takes.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lumina.domain.model import ModelEntry
from lumina.errors import Unavailable

OPSET = 17


def export_checkpoint(entry: ModelEntry, checkpoint: str, folder: Path) -> None:
    """Write the entry's ONNX files, and its `tokenizer.json` where it has one, into `folder`.

    Args:
        entry: of the model.
        checkpoint: a folder with a transformers checkpoint in safetensors; pickled ones are refused.
        folder: where to write.

    Raises:
        Unavailable: PyTorch or transformers is not installed.
    """
    try:
        import torch  # noqa: F401
        from transformers import AutoModel, AutoTokenizer
    except ImportError as error:
        raise Unavailable(f"Exporting needs the extra `export` (uv sync --extra export): {error}.") from error
    model = AutoModel.from_pretrained(checkpoint, use_safetensors=True, local_files_only=True)
    export(entry, model, folder)
    if entry.text is not None:
        tokenizer = AutoTokenizer.from_pretrained(checkpoint, local_files_only=True)
        tokenizer.backend_tokenizer.save(str(folder / entry.text.tokenizer))


def export(entry: ModelEntry, model: Any, folder: Path) -> None:
    """Write both towers of a loaded transformers model as the entry wants them named."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    model = model.eval().float()
    side = entry.image.preprocessing.side
    pixels = torch.zeros(2, 3, side, side)
    _write(_image_tower(model), pixels, folder / entry.image.file, [entry.image.input], entry.image.output)
    if entry.text is not None:
        ids = torch.full((2, entry.text.context), entry.text.end, dtype=torch.int64)
        _write(_text_tower(model), ids, folder / entry.text.file, entry.text.inputs[:1], entry.text.output)


def _image_tower(model: Any) -> Any:
    import torch

    class Tower(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """What the network gives for pictures, before any normalising."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, pixel_values: Any) -> Any:
            """The projected vector (CLIP), the pooled one (SigLIP), or all tokens (DINO)."""
            if hasattr(self.model, "visual_projection"):
                pooled = self.model.vision_model(pixel_values=pixel_values).pooler_output
                return self.model.visual_projection(pooled)
            if hasattr(self.model, "vision_model"):
                return self.model.vision_model(pixel_values=pixel_values).pooler_output
            return self.model(pixel_values=pixel_values).last_hidden_state

    return Tower().eval()


def _text_tower(model: Any) -> Any:
    import torch

    class Tower(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """What the network gives for token ids, before any normalising."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any) -> Any:
            """The projected vector (CLIP), or the pooled one (SigLIP)."""
            pooled = self.model.text_model(input_ids=input_ids).pooler_output
            projection = getattr(self.model, "text_projection", None)
            return pooled if projection is None else projection(pooled)

    return Tower().eval()


def _write(tower: Any, example: Any, place: Path, inputs: Sequence[str], output: str) -> None:
    import torch

    names = [*inputs, output]
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            tower,
            (example,),
            str(place),
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes={name: {0: "n"} for name in names},
            opset_version=OPSET,
            dynamo=False,
        )
