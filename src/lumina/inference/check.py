"""What a model file must be before ONNX Runtime may see it.

Files come from strangers. ONNX is data, not a program: nothing in it is executed but the operators of the runtime. What
a file could still do is to read other files (external data), ask for code that is not ours (operators of other
domains), eat the memory by its size, or be of another network than its name says. All that is refused here.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lumina.errors import BadModel

if TYPE_CHECKING:
    from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operators that are part of ONNX and of ONNX Runtime."""
FLOAT, INT64 = 1, 7
"""Of `onnx.TensorProto`: float32, int64."""

Shape = tuple[int | None, ...]
"""None where any number will do."""


def regular_file(folder: Path, path: str, largest: int) -> Path:
    """The place of one of a model's files, which exists and is neither a link nor larger than stated by far.

    Args:
        folder: of the model's files.
        path: inside it, with forward slashes.
        largest: bytes that the entry states; half as much again is let pass, since exporters differ.

    Raises:
        BadModel: it is missing, no regular file, outside the folder, empty or too large.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or "\0" in path or not pure.parts:
        raise BadModel(f"{path!r} is no path inside the model's folder {folder}.")
    place = folder.joinpath(*pure.parts)
    for each in (place, *place.parents):
        if each == folder:
            break
        if each.is_symlink():
            raise BadModel(f"{place} is reached by a symbolic link; a model's files have to lie in its own folder.")
    try:
        known = place.lstat()
    except OSError as error:
        raise BadModel(f"{place} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(known.st_mode):
        raise BadModel(f"{place} is no regular file.")
    if known.st_size == 0:
        raise BadModel(f"{place} is empty.")
    if known.st_size > largest * 3 // 2 + (1 << 20):
        raise BadModel(f"{place} has {known.st_size:,} bytes, but about {largest:,} are expected.")
    return place


def read_model(place: Path, folder: Path) -> ModelProto:
    """The graph of an ONNX file, without the tensors that lie in other files.

    Raises:
        BadModel: it is no ONNX, cut short, of other operators, or refers to files outside its folder.
    """
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(place), load_external_data=False)
    except (DecodeError, ValueError, OSError) as error:
        raise BadModel(f"{place} is no ONNX model, or cut short: {error}.") from error
    if not model.graph.node or not model.graph.output:
        raise BadModel(f"{place} is no ONNX model: it has no network in it.")
    if model.functions:
        raise BadModel(f"{place} defines operators of its own ({model.functions[0].name}), which is not allowed.")
    _check_graph(model.graph, place, folder)
    return model


def check_input(model: ModelProto, place: Path, name: str, kind: int, shape: Shape) -> None:
    """The graph takes this.

    Raises:
        BadModel: it has no input of that name, type and shape.
    """
    inputs = {value.name: value for value in inputs_of(model)}
    if name not in inputs:
        raise BadModel(f"{place} has no input {name!r}; its inputs are {', '.join(inputs) or 'none'}.")
    _check_value(inputs[name], place, kind, shape)


def check_output(model: ModelProto, place: Path, name: str, dimensions: int) -> None:
    """The graph gives this, as far as it says so itself.

    Raises:
        BadModel: there is no such value, or it states another number of dimensions.
    """
    if name not in {output for node in model.graph.node for output in node.output}:
        known = ", ".join(value.name for value in model.graph.output)
        raise BadModel(f"{place} computes nothing called {name!r}; its outputs are {known}.")
    for value in (*model.graph.output, *model.graph.value_info):
        stated = _shape(value)
        sizes = [size for size in stated[1:] if size not in (None, 1)]
        if value.name == name and stated and sizes and dimensions not in sizes and None not in stated[1:]:
            raise BadModel(
                f"{place}: {name!r} has the shape {_text(stated)}, but {dimensions} dimensions are expected."
            )


def inputs_of(model: ModelProto) -> list[ValueInfoProto]:
    """Inputs that have to be fed: old files list their weights among them."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in weights]


def tensors_of(graph: GraphProto) -> Iterator[TensorProto]:
    """All tensors of a graph and of the graphs inside it."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield sparse.values
        yield sparse.indices
    for node in graph.node:
        for attribute in node.attribute:
            yield from _tensors_of_attribute(attribute)


def _tensors_of_attribute(attribute: AttributeProto) -> Iterator[TensorProto]:
    if attribute.HasField("t"):
        yield attribute.t
    yield from attribute.tensors
    for graph in _graphs(attribute):
        yield from tensors_of(graph)


def _graphs(attribute: AttributeProto) -> list[GraphProto]:
    return [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]


def _nodes(graph: GraphProto) -> Iterator[NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in _graphs(attribute):
                yield from _nodes(inner)


def _check_graph(graph: GraphProto, place: Path, folder: Path) -> None:
    for node in _nodes(graph):
        if node.domain not in DOMAINS:
            raise BadModel(f"{place} uses the operator {node.domain}.{node.op_type}, which is not part of ONNX.")
    for tensor in tensors_of(graph):
        if tensor.data_location == tensor.EXTERNAL:
            _check_external(tensor, place, folder)


def _check_external(tensor: TensorProto, place: Path, folder: Path) -> None:
    """Weights that lie in a file beside the graph: inside the folder, a regular file, and long enough."""
    where = {entry.key: entry.value for entry in tensor.external_data}
    location = where.get("location", "")
    try:
        beside = regular_file(place.parent, location, largest=1 << 40)
        beside.resolve().relative_to(folder.resolve())
        end = int(where.get("offset", 0)) + int(where.get("length", 0))
    except ValueError as error:
        raise BadModel(f"{place}: {tensor.name!r} lies in {location!r}, which makes no sense: {error}.") from error
    if end > beside.stat().st_size or int(where.get("offset", 0)) < 0 or int(where.get("length", 0)) < 0:
        raise BadModel(f"{beside} is cut short: {tensor.name!r} ends at byte {end:,} of {beside.stat().st_size:,}.")


def _check_value(value: ValueInfoProto, place: Path, kind: int, shape: Shape) -> None:
    stated = _shape(value)
    if value.type.tensor_type.elem_type != kind:
        raise BadModel(f"{place}: its input {value.name!r} takes other numbers than expected.")
    fits = len(stated) == len(shape) and all(
        want is None or have is None or want == have for want, have in zip(shape, stated, strict=True)
    )
    if not fits:
        raise BadModel(f"{place}: its input {value.name!r} has the shape {_text(stated)}, expected {_text(shape)}.")


def _shape(value: ValueInfoProto) -> Shape:
    dims = value.type.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else None for dim in dims)


def _text(shape: Shape) -> str:
    return " x ".join("n" if size is None else str(size) for size in shape) or "nothing"
