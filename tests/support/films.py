"""Small real films by OpenCV, and hand-made containers."""

from __future__ import annotations

from pathlib import Path

import cv2

from tests.support.pictures import scene


def film(path: Path, frames: int = 12) -> Path:
    """A film of 160 x 120 in the container that the extension names."""
    codec = {".mp4": "mp4v", ".mov": "mp4v", ".avi": "MJPG", ".mkv": "MJPG"}[path.suffix]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), 10.0, (160, 120))
    assert writer.isOpened()
    for number in range(frames):
        writer.write(scene(number // 6, 160, 120)[..., ::-1])
    writer.release()
    return path
