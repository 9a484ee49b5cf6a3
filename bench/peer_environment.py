"""Environments of their own for programs that benchmarks run beside us: none of them is a dependency of the project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def environment(name: str) -> Path:
    """Where the environment of a peer is."""
    return ROOT / "build" / "bench" / name


def python(name: str) -> Path:
    """The Python of a peer's environment."""
    return environment(name) / "bin" / "python"


def prepare(name: str) -> None:
    """Install a peer as `bench/NAME/requirements.txt` says, unless it is there."""
    requirements, place = Path(__file__).parent / name / "requirements.txt", environment(name)
    wanted, stamp = requirements.read_text(), place / "installed.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    uv = next(ROOT.glob(".tools/uv-*/bin/uv"))
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, place], check=True)
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--python", python(name)]
    subprocess.run([*install, "--requirement", requirements], check=True)
    stamp.write_text(wanted)
