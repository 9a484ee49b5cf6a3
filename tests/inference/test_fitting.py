"""A batch that does not fit into memory is halved by itself, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lumina.inference.fitting import Fitting, is_out_of_memory
from tests.support.weights import install_mobilenet


@pytest.mark.unit
@given(st.integers(1, 64), st.integers(1, 64), st.integers(0, 200))
def test_all_rows_come_out_in_order_whatever_fits(size: int, fits: int, count: int) -> None:
    rows = np.arange(max(1, count), dtype=np.float32)[:, None]
    asked: list[int] = []

    def run(part: NDArray[np.generic]) -> NDArray[np.float32]:
        asked.append(len(part))
        if len(part) > fits:
            raise RuntimeError("Failed to allocate memory for requested buffer of size 4711")
        return np.asarray(part, dtype=np.float32) * 2

    fitting = Fitting(size)
    assert np.array_equal(fitting.run(run, rows), rows * 2)
    assert fitting.size <= max(fits, 1) or len(rows) <= fits
    asked.clear()
    fitting.run(run, rows)
    assert max(asked) <= fits, "what fitted is remembered"


@pytest.mark.unit
def test_where_not_even_one_fits_that_is_said_and_other_errors_pass() -> None:
    def full(_: NDArray[np.generic]) -> NDArray[np.float32]:
        raise MemoryError

    def broken(_: NDArray[np.generic]) -> NDArray[np.float32]:
        raise ValueError("no memory of this")

    rows = np.zeros((5, 1), dtype=np.float32)
    with pytest.raises(MemoryError, match="Not even one"):
        Fitting(4).run(full, rows)
    with pytest.raises(ValueError, match="no memory of this"):
        Fitting(4).run(broken, rows)


@pytest.mark.unit
@pytest.mark.parametrize(
    "text",
    [
        "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Exception during initialization: bfc_arena.cc:376"
        " BFCArena::Allocate Failed to allocate memory for requested buffer of size 1073741824",
        "[ONNXRuntimeError] : 1 : FAIL : std::bad_alloc",
        "CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; file=cuda_allocator.cc",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
    ],
)
def test_what_runtimes_say_when_memory_ends_is_known(text: str) -> None:
    assert is_out_of_memory(RuntimeError(text))


CRAMPED = """
import json, resource, sys
import numpy as np
from pathlib import Path
from lumina.inference.models import Models

encoder = Models(Path(sys.argv[1]), threads=1).image_encoder("mobilenet-v2")
tensors = np.random.default_rng(0).standard_normal((24, 3, 224, 224), dtype=np.float32)
alone = encoder.features(tensors[:2])
encoder.fitting.size = 24
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (100 << 20), resource.RLIM_INFINITY))
features = encoder.features(tensors)
print(json.dumps([encoder.fitting.size, len(features), float(np.abs(features[:2] - alone).max())]))
"""


@pytest.mark.integration
@pytest.mark.timeout(60)
def test_a_real_network_short_of_memory_ends_with_all_vectors(tmp_path: Path) -> None:
    install_mobilenet(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", CRAMPED, str(tmp_path)], capture_output=True, text=True, check=False, timeout=50
    )
    assert done.returncode == 0, done.stderr[-2000:]
    size, count, apart = json.loads(done.stdout)
    assert 1 <= size < 24
    assert count == 24
    assert apart < 1e-3
