"""A thread that looks after something as long as Lumina is up."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Background(ABC):
    """Runs in a thread of its own while its context lasts.

    Args:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(5)

    @abstractmethod
    def _run(self) -> None:
        """What is done until `_over` is set; only the end of the context ends it."""
