"""Models that come with the program: their files lie here, so that they are always installed."""

from __future__ import annotations

from pathlib import Path

NAMES = ("colour-layout",)


def folder(name: str) -> Path:
    """Where a built-in model's manifest and files lie."""
    return Path(__file__).parent / name
