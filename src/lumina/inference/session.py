"""One network, checked and loaded by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog
from numpy.typing import NDArray

from lumina.errors import BadModel
from lumina.inference import providers
from lumina.inference.check import inputs_of, tensors_of
from lumina.inference.fitting import is_out_of_memory
from lumina.inference.providers import Execution

if TYPE_CHECKING:
    from onnx import ModelProto

log = structlog.get_logger()


class Session:
    """A loaded network; safe to use from several threads.

    Attributes:
        provider: what it really runs on.
        warning: one sentence where that is not what was asked for; "" otherwise.
        inputs: names of what has to be fed.

    Raises:
        BadModel: ONNX Runtime refuses the file.
        MemoryError: it does not fit into memory.
    """

    def __init__(self, place: Path, model: ModelProto, output: str, execution: Execution, threads: int) -> None:
        self.place, self.output = place, output
        self.inputs = tuple(value.name for value in inputs_of(model))
        self._session = _load(place, model, output, execution, threads)
        self.provider = providers.used(self._session)
        self.warning = providers.warning(execution, self.provider)
        if self.warning:
            log.warning("networks run on something else than asked for", file=str(place), reason=self.warning)

    def run(self, feeds: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        """The value of the output, float32.

        Raises:
            BadModel: the network cannot be computed on what it is fed with.
            MemoryError: that takes more memory than there is.
        """
        try:
            (value,) = self._session.run([self.output], feeds)
        except Exception as error:
            raise _told(self.place, error) from error
        return np.asarray(value, dtype=np.float32)


def _load(place: Path, model: ModelProto, output: str, execution: Execution, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that wait for work by spinning take the cores from those that decode the next pictures.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(place.parent))
    source = str(place) if _usable_as_it_is(model, output) else _exposed(model, output)
    try:
        return onnxruntime.InferenceSession(source, options, providers=providers.arguments(execution))
    except Exception as error:
        raise _told(place, error) from error


def _told(place: Path, error: Exception) -> Exception:
    """ONNX Runtime's error as one of ours, in one line."""
    if is_out_of_memory(error):
        return MemoryError(f"{place.name}: {error}")
    return BadModel(f"{place} cannot be run: {' '.join(str(error).split())[:300]}")


def _usable_as_it_is(model: ModelProto, output: str) -> bool:
    is_output = output in {value.name for value in model.graph.output}
    fed = inputs_of(model)
    return is_output and len(fed) == len(model.graph.input) and not any(_is_fixed(value) for value in fed)


def _is_fixed(value: Any) -> bool:
    return bool(value.type.tensor_type.shape.dim[0].HasField("dim_value"))


def _exposed(model: ModelProto, output: str) -> bytes:
    """The network up to `output`, for batches of any size.

    Old exporters fix the batch at 1 and list weights as inputs, which forbids the runtime to fold layers into one.
    """
    import onnx

    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    changed.ir_version = max(changed.ir_version, 4)
    graph, fed = changed.graph, inputs_of(changed)
    for value in fed:
        value.type.tensor_type.shape.dim[0].dim_param = "n"
    kept = list(fed)
    del graph.input[:], graph.value_info[:], graph.output[:]
    graph.input.extend(kept)
    graph.output.append(onnx.ValueInfoProto(name=output, type=_float_tensor()))
    return bytes(changed.SerializeToString())


def _float_tensor() -> Any:
    import onnx

    kind = onnx.TypeProto()
    kind.tensor_type.elem_type = onnx.TensorProto.FLOAT
    return kind


def weights(model: ModelProto, place: Path, name: str) -> NDArray[np.float32]:
    """One tensor of the file.

    Raises:
        BadModel: there is none of that name.
    """
    from onnx import numpy_helper

    for tensor in tensors_of(model.graph):
        if tensor.name == name:
            return np.asarray(numpy_helper.to_array(tensor, base_dir=str(place.parent)), dtype=np.float32)
    raise BadModel(f"{place} has no weights called {name!r}.")
