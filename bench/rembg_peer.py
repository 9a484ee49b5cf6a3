"""rembg in an environment of its own, with the same weights."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from bench import peer_environment
from lumina.inference.providers import cores

FOLDER = Path(__file__).parent / "rembg"
PYTHON = peer_environment.python("rembg")


def prepare() -> None:
    """Install it as `bench/rembg/requirements.txt` says, unless it is there."""
    peer_environment.prepare("rembg")


class Rembg:
    """A process that has loaded its network once, and waits.

    Args:
        model: name of the network.
        weights: folder with its file.
    """

    def __init__(self, model: str, weights: Path) -> None:
        command, pipe = [str(PYTHON), str(FOLDER / "loop.py"), model], subprocess.PIPE
        # Left alone, ONNX Runtime takes one thread for two virtual cores: it would be at half its speed.
        environment = {**os.environ, "U2NET_HOME": str(weights), "OMP_NUM_THREADS": str(cores())}
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def loop(self, files: Sequence[Path], *, as_bytes: bool) -> tuple[float, float]:
        """Images per second, milliseconds of processor per image."""
        answer = self._ask({"loop": [str(file) for file in files], "bytes": as_bytes})
        return len(files) / answer["seconds"], 1000 * answer["cpu"] / len(files)

    def prepare(self, files: Sequence[Path], to: Path) -> None:
        """Keep tensors and masks in a folder, by number."""
        self._ask({"prepare": [str(file) for file in files], "to": str(to)})

    def _ask(self, command: dict[str, Any]) -> dict[str, float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "rembg has ended"
        answer: dict[str, float] = json.loads(line)
        return answer
