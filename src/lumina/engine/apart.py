"""Decoding of pictures that strangers may have made, in a process of its own.

Decoders are written in C, and some pictures are made to break them. What crashes, hangs or eats memory here ends a
process that nobody else needs. It is started for one picture, and knows nothing but its bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np

from lumina.domain.picture import PictureError, Pixels

SECONDS = 20.0
_SPARE = 10.0
"""Seconds that starting the process may take beside."""
_MODULE = "lumina.engine.apart"


def decode_apart(data: bytes, *, side: int, max_pixels: int, megabytes: int) -> Pixels:
    """A still picture's pixels, upright, its longer side at most `side`; the file's name plays no part.

    Args:
        data: the file.
        side: pixels.
        max_pixels: pictures that claim more are refused before they are decoded.
        megabytes: memory that decoding may take.

    Raises:
        PictureError: it cannot be read, and why.
    """
    command = [sys.executable, "-m", _MODULE, str(side), str(max_pixels), str(megabytes)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS + _SPARE, check=False)
    except subprocess.TimeoutExpired:
        raise PictureError("timeout", "Decoding this picture takes too long.") from None
    head, found, body = done.stdout.partition(b"\n")
    if done.returncode != 0 or not found:
        raise PictureError("crash", "Decoding this picture takes too long, too much memory, or breaks the decoder.")
    told = json.loads(head)
    if "reason" in told:
        raise PictureError(told["code"], told["reason"])
    return np.frombuffer(body, np.uint8).reshape(told["shape"])


def _decode(data: bytes, side: int, max_pixels: int) -> Pixels:
    from lumina.files.master import Still
    from lumina.files.metadata import read_metadata
    from lumina.files.sniff import HEAD, sniff
    from lumina.vision.orient import upright
    from lumina.vision.resize import shrink

    if not data:
        raise PictureError("empty", "The file is empty.")
    kind = sniff(data[:HEAD], "")
    if kind.is_video:
        raise PictureError("not-a-picture", "This is a film; a picture is needed.")
    still = Still(data, kind)
    source = still.source(max_pixels)
    pixels = source.decode(side).pixels
    orientation = 1 if source.upright else read_metadata(data, format=kind, name="", sidecars=()).orientation
    return shrink(upright(pixels, orientation), side)


def main() -> None:
    """Read a picture from stdin; write one line of JSON to stdout, and the pixels behind it."""
    from lumina.engine.guard import limit_memory, time_limit

    side, max_pixels, megabytes = map(int, sys.argv[1:])
    data = sys.stdin.buffer.read()
    limit_memory(megabytes)
    try:
        with time_limit(SECONDS):
            pixels = np.ascontiguousarray(_decode(data, side, max_pixels))
    except PictureError as error:
        told: dict[str, Any] = {"code": error.code, "reason": error.reason}
        body = b""
    except MemoryError:
        told, body = {"code": "no-memory", "reason": "Decoding this picture takes too much memory."}, b""
    else:
        told, body = {"shape": pixels.shape}, pixels.tobytes()
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + body)


if __name__ == "__main__":
    main()
