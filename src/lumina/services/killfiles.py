"""Files named `KILL` or `KILL_NAME` in the home: they stop Lumina, one lane or one stage, and keep it stopped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

WHOLE = "KILL"
ALIASES = {"DL": "DOWNLOAD", "BG": "CUTOUT"}
"""Short names that scripts of the marketplace pipeline use."""


class KillFiles:
    """The kill files of one home. Reading them is one directory listing, cheap enough for every batch."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def names(self) -> frozenset[str]:
        """What is to be stopped, in capitals; `KILL` itself for everything."""
        try:
            found = [entry.name for entry in self.home.iterdir() if _is_kill_file(entry.name)]
        except FileNotFoundError:
            return frozenset()
        return frozenset(_expand(name.removeprefix(f"{WHOLE}_")) for name in found)

    @property
    def everything(self) -> bool:
        """True where all of Lumina is to stop."""
        return WHOLE in self.names()

    def stops(self, name: str) -> bool:
        """True where the stage or lane `name` is to stop, by its own file, its family's (`embed`) or `KILL`."""
        return any(_covers(kill, name) for kill in self.names())

    def stopped(self, names: Iterable[str]) -> frozenset[str]:
        """Those of these stages that a file of their own (or of their family) stops; `KILL` ends processes instead."""
        kills = self.names() - {WHOLE}
        return frozenset(name for name in names if any(_covers(kill, name) for kill in kills))

    def stop(self, name: str | None = None) -> Path:
        """Write the kill file of a stage or lane; of everything without a name."""
        path = self.home / (WHOLE if name is None else f"{WHOLE}_{_plain(name)}")
        path.touch()
        return path

    def clear(self) -> list[str]:
        """Remove all kill files: a person wants Lumina to run again.

        Returns:
            Their file names, sorted.
        """
        removed = []
        for path in sorted(self.home.glob(f"{WHOLE}*")):
            if _is_kill_file(path.name):
                path.unlink(missing_ok=True)
                removed.append(path.name)
        return removed


def _is_kill_file(name: str) -> bool:
    return name == WHOLE or name.startswith(f"{WHOLE}_")


def _plain(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper())


def _expand(name: str) -> str:
    return ALIASES.get(name.upper(), _plain(name))


def _covers(kill: str, name: str) -> bool:
    plain = _plain(name)
    return kill in (WHOLE, plain) or plain.startswith(f"{kill}_")
