"""Run as a script: writes a film's poster frame, "WIDTH HEIGHT width height" and RGB bytes, to standard output.

A process of its own, since OpenCV takes 300 MB of address space and FFmpeg may crash on hostile files.
"""

from __future__ import annotations

import os
import sys
from typing import Any

LONGEST_SIDE = 1440
_TRIES = (0.1, 0.0)
"""Where to look: a tenth into the film, since many begin in black; then its beginning."""


def poster(path: str) -> tuple[tuple[int, int], Any] | None:
    """(Width, height) as shown, and the frame at most 1440 pixels long, RGB; None where nothing can be decoded."""
    os.environ["OPENCV_LOG_LEVEL"] = "OFF"
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1|protocol_whitelist;file"
    import cv2

    cv2.setNumThreads(1)
    film = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    for share in _TRIES:
        if film.isOpened() and share:
            film.set(cv2.CAP_PROP_POS_FRAMES, int(film.get(cv2.CAP_PROP_FRAME_COUNT) * share))
        found, image = film.read()
        if found:
            break
        film = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    else:
        return None
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return (width, height), cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)


def main() -> int:
    """Exit status 1 where there is no frame."""
    # Libraries may print; standard output is for the frame alone.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answer = poster(sys.argv[1])
    if answer is None:
        return 1
    (width, height), image = answer
    out.write(f"{width} {height} {image.shape[1]} {image.shape[0]}\n".encode() + image.tobytes())
    out.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
