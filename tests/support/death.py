"""A process that dies at a step of one's choice, so that every step of what changes the disk can be its last."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lumina.store import Store

CALLS = [(os, "link"), (os, "fsync"), (os, "utime"), (Path, "rename"), (Path, "replace"), (Path, "unlink"),
         (Path, "mkdir"), (Path, "rmdir")]  # fmt: skip
"""What changes the disk."""


class Killed(BaseException):
    """The process is no more."""


class Death:
    """Kills at the n-th step; from then on nothing that this process tries has any effect."""

    def __init__(self, patch: pytest.MonkeyPatch, more: Sequence[tuple[Any, str]] = ()) -> None:
        self.left = -1
        for owner, name in [*CALLS, *more]:
            patch.setattr(owner, name, self._mortal(getattr(owner, name)))
        begin = Store.transaction

        @contextmanager
        def transaction(store: Store) -> Iterator[Any]:
            self.step()
            with begin(store) as tx:
                yield tx
                self.step()  # not committed
            self.step()  # committed

        patch.setattr(Store, "transaction", transaction)

    def step(self) -> None:
        if self.left == 0:
            raise Killed
        if self.left > 0:
            self.left -= 1
            if self.left == 0:
                raise Killed

    def _mortal(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def mortal(*arguments: Any, **named: Any) -> Any:
            self.step()
            return call(*arguments, **named)

        return mortal

    def after(self, steps: int, act: Callable[[], object]) -> bool:
        """Do something and die after so many steps; False where it was over before."""
        self.left = steps
        try:
            act()
        except Killed:
            return True
        finally:
            self.left = -1
        return False
