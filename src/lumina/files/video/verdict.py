"""Sentences about broken films."""

from __future__ import annotations

from lumina.domain.picture import PictureError


def cut_short(have: int, claimed: int) -> PictureError:
    """The file ends before its streams do.

    Args:
        have: bytes that are there.
        claimed: bytes that should be.
    """
    share = f" ({have / claimed:.0%})" if claimed > have else ""
    return PictureError("truncated", f"The film is cut short: {have:,} of {claimed:,} bytes are there{share}.")


def damaged(what: str) -> PictureError:
    """The structure contradicts itself; `what` ends the sentence."""
    return PictureError("corrupt", f"The film is damaged: {what}.")
