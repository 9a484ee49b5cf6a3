"""Processes that use no network pay for none; what a network runs on is told, never assumed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lumina.inference import providers
from lumina.inference.models import Models
from lumina.inference.providers import Execution
from tests.support.tiny_models import entries, picture

HEAVY = ("onnx", "onnxruntime", "tokenizers", "transformers", "torch", "google.protobuf")


@pytest.mark.integration
@pytest.mark.timeout(60)
def test_building_the_program_imports_no_runtime() -> None:
    code = f"import sys, lumina.bootstrap; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.unit
@pytest.mark.timeout(30)
def test_what_is_asked_for_but_not_there_is_a_warning(tiny_models: Models) -> None:
    models = Models(tiny_models.home, Execution.CUDA, threads=1, entries=entries())
    assert models.standing("dinov2-base").provider == "cpu"
    models.image_encoder("dinov2-base").encode([picture(30, 30, 0)])
    standing = models.standing("dinov2-base")
    assert standing.provider == "cpu"
    assert standing.warning == (
        "cuda was asked for (setting execution), but this ONNX Runtime cannot use it: the networks run on the cpu."
    )


@pytest.mark.unit
@pytest.mark.timeout(30)
@pytest.mark.parametrize("execution", [Execution.AUTO, Execution.CPU])
def test_the_cpu_is_no_warning_where_there_is_nothing_else(tiny_models: Models, execution: Execution) -> None:
    models = Models(tiny_models.home, execution, threads=1, entries=entries())
    models.image_encoder("dinov3-base").encode([picture(30, 30, 0)])
    assert models.standing("dinov3-base").warning == ""


@pytest.mark.unit
def test_a_card_that_is_there_but_was_not_got_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    names = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: names)
    assert providers.candidates(Execution.AUTO) == (Execution.CUDA, Execution.CPU)
    assert "could not be started" in providers.warning(Execution.AUTO, Execution.CPU)
    assert "could not be started" in providers.warning(Execution.CUDA, Execution.CPU)
    assert providers.warning(Execution.AUTO, Execution.CUDA) == ""
    assert providers.warning(Execution.CPU, Execution.CPU) == ""
