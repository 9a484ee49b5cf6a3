"""The one shape of every processing step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Lane(StrEnum):
    """A queue with workers of its own."""

    IO = "io"
    CPU = "cpu"
    GPU = "gpu"


class Reads(StrEnum):
    """What a stage is handed for each image."""

    MASTER = "master"
    """The `Picture` in the master file."""
    PROXY = "proxy"
    """The `Picture` on fast disk; the stage needs `proxy`."""
    VECTORS = "vectors"
    """What an encoder has made of it (`lumina.domain.recognition.Seen`); the stage needs that encoder's."""
    REMOTE = "remote"
    """Where its file can be fetched (`lumina.domain.market.RemoteImage`); the file need not be there yet."""
    WORDS = "words"
    """What its listing says (`lumina.domain.market.ListingWords`)."""
    CUTOUT = "cutout"
    """The `Picture` without its background, or the proxy where none could be cut out; the stage needs `cutout`."""


class Basis(StrEnum):
    """What a stage's result depends on, and so what makes it due again."""

    FILE = "file"
    """Any byte of the file or of its sidecar."""
    PICTURE = "picture"
    """The upright, colour-managed picture alone (`Picture.render_key`): retagging and moving change nothing."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One item that a stage could not do.

    Attributes:
        code: short and stable, for grouping: `truncated`, `not-an-image`, `too-large`, `vanished`, `crashed`, ...
        reason: one sentence for a person, naming what was found.
        retryable: true where the cause lies outside the file (mount gone, disk full): the item stays due.
    """

    code: str
    reason: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Noted(Generic[Result]):
    """A result with a remark, such as "read in part: the last 40 % are missing"."""

    value: Result
    note: str


class Stage(ABC, Generic[Item, Result]):
    """A pure step from items to results, in batches.

    A stage fails per item by returning a `Failure` in that place; it raises only what stops the whole batch.
    Raising `version` makes every image due again. `needs` names the stages that must be done first, `reads` says what
    `run` is handed. A stage that reads `REMOTE` brings the master itself: it applies to images of marketplaces alone,
    and those that read masters follow it. One that needs it, directly or not, applies to these images alone as well.
    """

    name: str
    version: int
    result: ClassVar[type]
    needs: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[Reads] = Reads.MASTER
    lane: ClassVar[Lane] = Lane.CPU
    batch: int = 1
    basis: ClassVar[Basis] = Basis.PICTURE

    @property
    def waiting(self) -> str | None:
        """What is missing before it can run at all (a model that is not installed), in one sentence; None where it can.

        Nothing is planned for a stage that waits. Asked often, so it has to be cheap.
        """
        return None

    @abstractmethod
    def run(self, items: Sequence[Item]) -> list[Result | Noted[Result] | Failure]:
        """One outcome per item, in order."""
