"""Judging what came out of a damaged file."""

from __future__ import annotations

from lumina.domain.picture import Pixels
from lumina.files.decode.reasons import is_cut, is_harmless, truncated
from lumina.files.decode.source import Decoded
from lumina.vision.damage import missing_share

_NOTHING_LEFT = 0.98
_VISIBLE = 0.01


def judged(pixels: Pixels, warning: str) -> Decoded:
    """Pixels of a lenient decode with a remark that says what is missing.

    Args:
        pixels: height x width x 3, as stored.
        warning: what the strict decoder said.

    Raises:
        PictureError: the file is cut short and nothing useful came out.
    """
    if is_harmless(warning):
        return Decoded(pixels)
    if not is_cut(warning):
        return Decoded(pixels, ("Read in part: the image data is damaged, some of the picture may look wrong.",))
    share = missing_share(pixels)
    if share >= _NOTHING_LEFT:
        raise truncated()
    if share < _VISIBLE:
        return Decoded(pixels, ("Read in part: the file is cut short, some detail may be missing.",))
    return Decoded(pixels, (f"Read in part: the file is cut short, the lowest {share:.0%} of the picture is missing.",))
