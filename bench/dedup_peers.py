"""imagededup's own search and FAISS, on the same hashes, in an environment of their own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import peer_environment

FOLDER = Path(__file__).parent / "dedup"
PYTHON = peer_environment.python("dedup")


@dataclass(frozen=True, slots=True)
class Searched:
    """How long one search took, and how many pairs it found."""

    seconds: float
    pairs: int


def prepare() -> None:
    """Install the peers as `bench/dedup/requirements.txt` says, unless they are there."""
    peer_environment.prepare("dedup")


def search(peer: str, hashes: NDArray[np.uint64], radius: int) -> Searched:
    """One search by `imagededup`, `faiss-flat` or `faiss-hash`."""
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as folder:
        file = Path(folder) / "hashes.npy"
        np.save(file, hashes)
        command = [PYTHON, FOLDER / "search.py", peer, file, str(radius)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Searched(**json.loads(answer.splitlines()[-1]))
