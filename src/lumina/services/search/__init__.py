"""One search over words and pictures."""

from lumina.services.search.search import Search

__all__ = ["Search"]
