"""Change something, or find out what would change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lumina.store import Store, Transaction

Result = TypeVar("Result")


class _TakenBack(Exception):
    """Ends a transaction without a trace."""


def attempt(store: Store, change: Callable[[Transaction], Result], *, dry_run: bool) -> Result:
    """Run `change` in a transaction; in a dry run everything that it did is taken back before anybody sees it."""
    found: list[Result] = []
    try:
        with store.transaction() as tx:
            found.append(change(tx))
            if dry_run:
                raise _TakenBack
    except _TakenBack:
        pass
    return found[0]
