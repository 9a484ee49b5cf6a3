"""A small photo library, painted and tagged by code: for `make run` without photos, and for tests."""

from scripts.sample_library.library import build

__all__ = ["build"]
