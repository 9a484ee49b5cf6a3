"""How much a stage is given at once: as much as it likes, but no more than it can do in a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from lumina.engine.registry import AnyStage

PART_SECONDS = 8.0
"""Between two parts it is looked whether to stop; stopping may take 30 seconds in all."""
FIRST = 8
"""Items of the first part, by which a stage is timed."""
LOOK_SECONDS = 1.0


class Pace:
    """Seconds that each stage takes per item, as last seen in this process."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def size(self, stage: AnyStage) -> int:
        """Items that the stage gets at once."""
        seconds = self._seconds.get(stage.name)
        most = FIRST if seconds is None else int(PART_SECONDS / seconds) if seconds > 0 else stage.batch
        return max(1, min(stage.batch, most))

    @contextmanager
    def measured(self, stage: AnyStage, items: int) -> Iterator[None]:
        """Time a part."""
        began = time.monotonic()
        yield
        if stage.batch > 1:
            self._seconds[stage.name] = (time.monotonic() - began) / items


class Halts:
    """Which stages are to stop, looked at no more often than once a second.

    Args:
        look: gives their names.
    """

    def __init__(self, look: Callable[[], Collection[str]]) -> None:
        self._look, self.names = look, look()
        self._looked = time.monotonic()

    def __call__(self, name: str) -> bool:
        """Whether the stage of this name is to stop."""
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self.names, self._looked = self._look(), time.monotonic()
        return name in self.names
