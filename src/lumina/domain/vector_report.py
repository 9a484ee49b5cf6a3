"""What a check of the vectors has found."""

from __future__ import annotations

from dataclasses import dataclass

from lumina.domain.vectors import SpaceState


@dataclass(frozen=True, slots=True)
class SpaceReport:
    """One space of vectors.

    Attributes:
        index: `none` (not needed yet), `ready`, `missing` or `broken`.
        without_vector: images that the ledger calls done. without_ledger: vectors that it knows nothing of.
        bad: vectors that are not of length 1, within 1 %.
        recall: share of the nearest 20 that the index finds, for vectors drawn at random; None without an index.
        problems: what is wrong, a sentence each.
    """

    model: str
    version: int
    state: SpaceState
    dimensions: int
    vectors: int = 0
    index: str = "none"
    without_vector: int = 0
    without_ledger: int = 0
    bad: int = 0
    recall: float | None = None
    problems: tuple[str, ...] = ()
