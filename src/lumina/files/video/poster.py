"""A frame of a film, decoded by OpenCV's FFmpeg (LGPL) in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from lumina.domain.picture import PictureError, Pixels
from lumina.files.decode.source import Decoded
from lumina.files.video import frame
from lumina.vision.poster import blank_poster
from lumina.vision.resize import shrink

_SECONDS = 30
_NO_FRAME = "No poster frame could be decoded; a drawn one stands in."


class FilmSource:
    """A poster: a real frame, or a drawn one where none can be decoded."""

    upright = True

    def __init__(self, pixels: Pixels, size: tuple[int, int], notes: tuple[str, ...] = ()) -> None:
        self.pixels, self.size, self.notes = pixels, size, notes

    def decode(self, side: int) -> Decoded:
        """The poster with its longer side at most `side` pixels."""
        return Decoded(shrink(self.pixels, side), self.notes)


def open_film(path: Path, max_pixels: int) -> FilmSource:
    """The poster of a film whose structure is whole.

    A codec that FFmpeg was built without must not make a healthy film a failure, so what cannot be decoded gets a
    drawn poster and a remark.

    Raises:
        PictureError: `too-large`.
    """
    answer = _frame(path)
    if answer is None:
        poster = blank_poster()
        return FilmSource(poster, (poster.shape[1], poster.shape[0]), (_NO_FRAME,))
    full, pixels = answer
    if full[0] * full[1] > max_pixels:
        raise PictureError("too-large", f"The film's frames are {full[0]} x {full[1]} pixels.")
    return FilmSource(pixels, full)


def _frame(path: Path) -> tuple[tuple[int, int], Pixels] | None:
    """Full size and pixels. A crash, a hang or a large library in that process stays there."""
    command = [sys.executable, "-I", frame.__file__, str(path.absolute())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL)
    except (subprocess.TimeoutExpired, OSError):
        return None
    head, _, body = done.stdout.partition(b"\n")
    numbers = [int(word) for word in head.split() if word.isdigit()]
    if done.returncode or len(numbers) != 4 or len(body) != numbers[2] * numbers[3] * 3:
        return None
    width, height = numbers[2:]
    return (numbers[0], numbers[1]), np.frombuffer(body, dtype=np.uint8).reshape(height, width, 3)
