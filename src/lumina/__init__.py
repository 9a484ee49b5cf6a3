"""Lumina: a private, self-hosted, AI-powered image catalog.

As a library: `lumina.scan_directory(path)` lists a folder as two pandas frames, without any database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lumina.files.frames import scan_directory

__version__ = "0.1.0"
__all__ = ["__version__", "scan_directory"]


def __getattr__(name: str) -> object:
    """Load pandas only for those who ask for frames: the command line starts without it."""
    if name == "scan_directory":
        from lumina.files.frames import scan_directory

        return scan_directory
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
