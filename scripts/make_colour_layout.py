"""Write the built-in encoder `colour-layout`: colours of a thing and of its background, and where edges run.

Nothing of it is learnt.

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
SIDE, HALF, EDGE_CELLS = 64, 32, 4
SHADES, BLUR = 5, 0.12
"""Shades of each channel that colours are sorted into, and how softly, where a channel goes from -1 to 1."""
MIDDLE, RIM = 0.45, 0.8
"""How wide the middle is in which things stand, and where the rim begins that shows what is behind them."""
WEIGHTS = {"thing": 1.0, "edges": 0.7, "colours": 1.0}
"""How much the parts of a vector count, each of them of length 1."""
TINY = 1e-6
PLACE = Path(__file__).parents[1] / "src" / "lumina" / "inference" / "built_in" / NAME


def anchors() -> np.ndarray:
    """125 x 3: the colours that pixels are sorted into."""
    shades = np.linspace(-0.85, 0.85, SHADES)
    return np.stack(np.meshgrid(shades, shades, shades, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.float32)


def windows() -> tuple[np.ndarray, np.ndarray]:
    """Weights of pixels, 1 x 1 x 32 x 32, each adding up to 1: the middle, and the rim."""
    at = np.abs((np.arange(HALF) + 0.5) / HALF * 2 - 1)
    across, down = at[None, :], at[:, None]
    middle = np.exp(-(across**2 + down**2) / MIDDLE**2)
    rim = (np.maximum(across, down) > RIM).astype(np.float64)
    first, second = ((each / each.sum()).astype(np.float32)[None, None] for each in (middle, rim))
    return first, second


def kernels() -> np.ndarray:
    """4 x 1 x 3 x 3: brighter to the right, to the left, downwards, upwards."""
    across = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32) / 8
    return np.stack([across, -across, across.T, -across.T])[:, None]


def constants() -> dict[str, np.ndarray]:
    """The fixed numbers of the graph, by name."""
    middle, rim = windows()
    return {
        "anchors": (anchors() / BLUR**2)[:, :, None, None],
        "lengths": -(anchors() ** 2).sum(axis=1) / (2 * BLUR**2),
        "middle": middle,
        "rim": rim,
        "luma": np.array([0.299, 0.587, 0.114], dtype=np.float32).reshape(1, 3, 1, 1),
        "kernels": kernels(),
        "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1], dtype=np.int64),
        "across_and_down": np.array([2, 3], dtype=np.int64),
        "tiny": np.array([TINY], dtype=np.float32),
        **{f"weight_of_{name}": np.array([weight], dtype=np.float32) for name, weight in WEIGHTS.items()},
    }


def _unit(name: str) -> list[onnx.NodeProto]:
    """Nodes that bring `name` to length 1 and weigh it."""
    return [
        helper.make_node("ReduceL2", [name], [f"{name}_length"], axes=[1], keepdims=1),
        helper.make_node("Max", [f"{name}_length", "tiny"], [f"{name}_at_least"]),
        helper.make_node("Div", [name, f"{name}_at_least"], [f"{name}_unit"]),
        helper.make_node("Mul", [f"{name}_unit", f"weight_of_{name}"], [f"{name}_weighed"]),
    ]


def _colours() -> list[onnx.NodeProto]:
    """How much of each colour the middle and the rim have, and what of the middle's is not the rim's."""
    nodes = [helper.make_node("Conv", ["small", "anchors", "lengths"], ["nearness"])]
    nodes.append(helper.make_node("Softmax", ["nearness"], ["sorted"], axis=1))
    for name in ("middle", "rim"):
        nodes.append(helper.make_node("Mul", ["sorted", name], [f"{name}_of_all"]))
        nodes.append(helper.make_node("ReduceSum", [f"{name}_of_all", "across_and_down"], [f"{name}_has"], keepdims=0))
    return [
        *nodes,
        helper.make_node("Sub", ["middle_has", "rim_has"], ["more"]),
        helper.make_node("Relu", ["more"], ["only"]),
        helper.make_node("Sqrt", ["only"], ["thing"]),
        helper.make_node("Sqrt", ["middle_has"], ["colours"]),
    ]


def _edges() -> list[onnx.NodeProto]:
    """How much brighter it becomes to each side, in each of 4 x 4 cells."""
    cell = HALF // EDGE_CELLS
    return [
        helper.make_node("Conv", ["small", "luma"], ["grey"]),
        helper.make_node("Conv", ["grey", "kernels"], ["slopes"]),
        helper.make_node("Pad", ["slopes", "pads"], ["padded"], mode="edge"),
        helper.make_node("Relu", ["padded"], ["rises"]),
        helper.make_node("AveragePool", ["rises"], ["cells"], kernel_shape=[cell, cell], strides=[cell, cell]),
        helper.make_node("Flatten", ["cells"], ["edges"]),
    ]


def graph() -> onnx.ModelProto:
    """The network: n x 3 x 64 x 64 in, n x 314 out."""
    dimensions = 2 * SHADES**3 + 4 * EDGE_CELLS**2
    nodes = [
        helper.make_node("AveragePool", ["pixels"], ["small"], kernel_shape=[2, 2], strides=[2, 2]),
        *_colours(),
        *_edges(),
        *(node for name in WEIGHTS for node in _unit(name)),
        helper.make_node("Concat", [f"{name}_weighed" for name in WEIGHTS], ["vector"], axis=1),
    ]
    made = helper.make_model(
        helper.make_graph(
            nodes,
            NAME,
            [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["n", dimensions])],
            [numpy_helper.from_array(value, name) for name, value in constants().items()],
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
