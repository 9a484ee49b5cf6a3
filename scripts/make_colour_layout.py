"""Write the built-in encoder `colour-layout`: where which colours lie, and where edges run; nothing of it is learnt.

    .venv/bin/python scripts/make_colour_layout.py

The graph is a few kilobytes of fixed numbers. It is kept beside the program, so that there is one encoder that needs
no download; run this only to change it, and raise the entry's version in the catalogue then.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAME = "colour-layout"
SIDE, CELLS, EDGE_CELLS = 64, 8, 4
EDGES = 1.5
"""How much edges count beside colours."""
PLACE = Path(__file__).parents[1] / "src" / "lumina" / "inference" / "built_in" / NAME


def window(cells: int) -> np.ndarray:
    """1 x 1 x cells x cells: the middle of a picture counts more than its rim, where backgrounds are."""
    at = np.abs((np.arange(cells) + 0.5) / cells * 2 - 1)
    along = 1 - 0.6 * at**2
    return (along[:, None] * along[None, :]).astype(np.float32)[None, None]


def kernels() -> np.ndarray:
    """4 x 1 x 3 x 3: brighter to the right, to the left, downwards, upwards."""
    across = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32) / 8
    return np.stack([across, -across, across.T, -across.T])[:, None]


def graph() -> onnx.ModelProto:
    """n x 3 x 64 x 64 in, n x 256 out."""
    constants = {
        "luma": np.array([0.299, 0.587, 0.114], dtype=np.float32).reshape(1, 3, 1, 1),
        "kernels": kernels(),
        "colour_window": window(CELLS),
        "edge_window": window(EDGE_CELLS) * np.float32(EDGES),
    }
    cell, half = SIDE // CELLS, SIDE // 2
    nodes = [
        helper.make_node("AveragePool", ["pixels"], ["colours"], kernel_shape=[cell] * 2, strides=[cell] * 2),
        helper.make_node("Mul", ["colours", "colour_window"], ["weighed_colours"]),
        helper.make_node("Flatten", ["weighed_colours"], ["colour_part"]),
        helper.make_node("Conv", ["pixels", "luma"], ["grey"]),
        helper.make_node("AveragePool", ["grey"], ["small"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["small", "kernels"], ["slopes"]),
        helper.make_node("Pad", ["slopes", "pads"], ["padded"], mode="edge"),
        helper.make_node("Relu", ["padded"], ["edges"]),
        helper.make_node(
            "AveragePool",
            ["edges"],
            ["pooled"],
            kernel_shape=[half // EDGE_CELLS] * 2,
            strides=[half // EDGE_CELLS] * 2,
        ),
        helper.make_node("Mul", ["pooled", "edge_window"], ["weighed_edges"]),
        helper.make_node("Flatten", ["weighed_edges"], ["edge_part"]),
        helper.make_node("Concat", ["colour_part", "edge_part"], ["vector"], axis=1),
    ]
    dimensions = 3 * CELLS**2 + 4 * EDGE_CELLS**2
    made = helper.make_model(
        helper.make_graph(
            nodes,
            NAME,
            [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["n", dimensions])],
            [
                *(numpy_helper.from_array(value, name) for name, value in constants.items()),
                numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1], dtype=np.int64), "pads"),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        producer_name="lumina",
    )
    made.ir_version = 8
    onnx.checker.check_model(made, full_check=True)
    return made


def main() -> None:
    """Write the graph and its manifest."""
    data = graph().SerializeToString(deterministic=True)
    (PLACE / "files").mkdir(parents=True, exist_ok=True)
    (PLACE / "files" / f"{NAME}.onnx").write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    values = {
        "model": NAME,
        "version": 1,
        "source": "built in",
        "installed_at": "2026-01-01T00:00:00+00:00",
        "terms_accepted": "",
        "terms_accepted_at": None,
        "own": False,
        "files": {f"{NAME}.onnx": {"size": len(data), "sha256": sha256}},
    }
    (PLACE / "manifest.json").write_text(json.dumps(values, indent=2) + "\n")
    print(f"{PLACE}: {len(data):,} bytes, SHA-256 {sha256}")


if __name__ == "__main__":
    main()
