"""imagededup's own search and FAISS, on the same hashes, in an environment of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "dedup"
ENVIRONMENT = ROOT / "build" / "bench" / "dedup"
PYTHON = ENVIRONMENT / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Searched:
    """How long one search took, and how many pairs it found."""

    seconds: float
    pairs: int


def prepare() -> None:
    """Install the peers as `bench/dedup/requirements.txt` says, unless they are there."""
    wanted = (FOLDER / "requirements.txt").read_text()
    stamp = ENVIRONMENT / "installed.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    uv = next(ROOT.glob(".tools/uv-*/bin/uv"))
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, ENVIRONMENT], check=True)
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--python", PYTHON]
    subprocess.run([*install, "--requirement", FOLDER / "requirements.txt"], check=True)
    stamp.write_text(wanted)


def search(peer: str, hashes: NDArray[np.uint64], radius: int) -> Searched:
    """One search by `imagededup`, `faiss-flat` or `faiss-hash`."""
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as folder:
        file = Path(folder) / "hashes.npy"
        np.save(file, hashes)
        command = [PYTHON, FOLDER / "search.py", peer, file, str(radius)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Searched(**json.loads(answer.splitlines()[-1]))
