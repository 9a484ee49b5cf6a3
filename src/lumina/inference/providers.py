"""What networks run on: asked for by a setting, chosen by what is there, and read back from what was got."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Any


class Execution(StrEnum):
    """The setting `execution`."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    COREML = "coreml"


_NAMES = {
    Execution.CUDA: "CUDAExecutionProvider",
    Execution.COREML: "CoreMLExecutionProvider",
    Execution.CPU: "CPUExecutionProvider",
}
"""Fastest first: the order in which `auto` takes them."""
_OPTIONS: dict[Execution, dict[str, Any]] = {
    # Doubling its memory at each step would take a whole card for a small batch.
    Execution.CUDA: {"arena_extend_strategy": "kSameAsRequested"},
}


def candidates(execution: Execution) -> tuple[Execution, ...]:
    """What to try, best first; the CPU is always the last."""
    import onnxruntime

    there = onnxruntime.get_available_providers()
    wanted = _NAMES if execution is Execution.AUTO else (execution, Execution.CPU)
    return tuple(dict.fromkeys(each for each in wanted if _NAMES[each] in there))


def arguments(execution: Execution) -> list[tuple[str, dict[str, Any]]]:
    """The `providers` argument of a session."""
    return [(_NAMES[each], _OPTIONS.get(each, {})) for each in candidates(execution)]


def used(session: Any) -> Execution:
    """What a loaded session really runs on."""
    got = session.get_providers()
    return next(each for each, name in _NAMES.items() if name in got)


def warning(execution: Execution, got: Execution) -> str:
    """One sentence where the CPU has to do what something faster was meant for; "" where all is as asked."""
    if reason := unusable(execution):
        return reason
    best = candidates(execution)[0]
    if got is not best:
        return (
            f"{best.value} is there, but could not be started (the log says why): the networks run on the {got.value}."
        )
    return ""


def unusable(execution: Execution) -> str:
    """One sentence where this ONNX Runtime has nothing of what was asked for; "" otherwise."""
    if execution in (Execution.AUTO, Execution.CPU) or candidates(execution)[0] is execution:
        return ""
    return (
        f"{execution.value} was asked for (setting execution), but this ONNX Runtime cannot use it: "
        f"the networks run on the {candidates(execution)[0].value}."
    )


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
