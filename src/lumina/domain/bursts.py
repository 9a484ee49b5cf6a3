"""Sequences of frames: bursts, brackets, panoramas."""

from __future__ import annotations

from enum import StrEnum


class SequenceKind(StrEnum):
    """What a sequence of frames is. Only bursts are offered for culling."""

    BURST = "burst"
    BRACKET = "bracket"
    """The same frame at different exposures."""
    PANORAMA = "panorama"
    """Frames that overlap side by side."""
    HDR = "hdr"
    """A camera's HDR picture and the normal one of the same moment."""
