"""Lists of what classifiers were taught to name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "vocabularies"


@cache
def vocabulary(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Key and names of each class, in the order of the classifier's outputs.

    The file has one line per class: an id, a tab, names separated by a comma and a space.
    """
    lines = (FOLDER / f"{name}.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines)
    return tuple((f"{name}:{key}", tuple(names.split(", "))) for key, names in pairs)
