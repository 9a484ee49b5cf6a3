"""Judging what came out of a damaged file."""

from __future__ import annotations

from lumina.domain.picture import Pixels
from lumina.files.decode.reasons import corrupt, is_cut, is_harmless, truncated
from lumina.files.decode.source import Decoded
from lumina.vision.damage import missing_share

_NOTHING_LEFT = 0.98
_ONE_ROW_OF_BLOCKS = 16
"""Rows that a JPEG decoder makes up from no data at all."""
_VISIBLE = 0.01


def judged(pixels: Pixels, warning: str, what: str, height: int) -> Decoded:
    """Pixels of a lenient decode with a remark that says what is missing.

    Args:
        pixels: height x width x 3, as stored.
        warning: what the strict decoder said.
        what: the format's name.
        height: rows of the whole picture, as stored.

    Raises:
        PictureError: nothing useful came out: `truncated` or `corrupt`.
    """
    if is_harmless(warning):
        return Decoded(pixels)
    share = missing_share(pixels)
    if share >= _NOTHING_LEFT or (1 - share) * height <= min(_ONE_ROW_OF_BLOCKS, height / 2):
        raise truncated() if is_cut(warning) else corrupt(what)
    if not is_cut(warning):
        return Decoded(pixels, ("Read in part: the image data is damaged, some of the picture may look wrong.",))
    if share < _VISIBLE:
        return Decoded(pixels, ("Read in part: the file is cut short, some detail may be missing.",))
    return Decoded(pixels, (f"Read in part: the file is cut short, the lowest {share:.0%} of the picture is missing.",))
