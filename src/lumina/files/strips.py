"""Parts of a large JPEG at full size, without decoding the rest of it.

A JPEG is one stream of Huffman codes. A decoder that is dropped into the middle of it falls into step after a few
blocks, since wrong codes soon end in a right one (T. J. Ferguson and J. H. Rabinowitz, Self-synchronizing Huffman
codes, IEEE Transactions on Information Theory 30, 1984). What cannot be known there is where in its row a block
stands, and how bright it is as a whole: neither matters for traces of compression and enlargement.
"""

from __future__ import annotations

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from lumina.files.content.jpeg import Segment, segments

Gray = NDArray[np.uint8]

ROWS = 48
WHOLE = 400_000
"""Pixels up to which a picture is decoded whole."""
_PLACES = (0.3, 0.6)
"""Where strips are taken, as shares of the stream."""
_SOF0, _SOF1, _SOF2, _SOS, _DRI, _RST7 = 0xC0, 0xC1, 0xC2, 0xDA, 0xDD, b"\xff\xd7"
_APP0, _APP15, _COM = 0xE0, 0xEF, 0xFE
_SPARE = 16_384
"""Bytes that are handed over beyond what the rows take on average."""


def strips(data: bytes) -> list[Gray]:
    """Luma of some rows of a JPEG, each height x width; empty where there are none to be had. Never raises.

    Small pictures are given whole, of large progressive ones the top: their data lies in layers over the whole file.
    """
    try:
        parts = list(segments(data))
    except ValueError:
        return []
    frame = next((part for part in parts if part.marker in (_SOF0, _SOF1, _SOF2)), None)
    if frame is None or parts[-1].marker != _SOS or frame.stop - frame.start < 10:
        return []
    cut = _Cutter(data, parts, frame)
    if cut.width * cut.height <= WHOLE or frame.marker == _SOF2:
        found = [cut.top(min(cut.height, max(ROWS, WHOLE // max(1, cut.width))))]
    else:
        found = [cut.strip(place) for place in _PLACES]
    return [strip for strip in found if strip is not None]


class _Cutter:
    """Makes small JPEGs of a large one's parts."""

    def __init__(self, data: bytes, parts: list[Segment], frame: Segment) -> None:
        self.data, self.frame, self.scan = data, frame, parts[-1]
        size = data[frame.start + 5 : frame.start + 9]
        self.height, self.width = int.from_bytes(size[:2], "big"), int.from_bytes(size[2:], "big")
        kept = [p for p in parts[:-1] if p is not frame and not _APP0 <= p.marker <= _APP15 and p.marker != _COM]
        self.tables = b"".join(data[part.start : part.stop] for part in kept)
        self.restarts = any(part.marker == _DRI and data[part.start + 4 : part.start + 6] != b"\0\0" for part in kept)

    def top(self, rows: int) -> Gray | None:
        """The topmost rows."""
        return self._decoded(self.data[self.scan.stop :], rows)

    def strip(self, place: float) -> Gray | None:
        """Some rows from a place in the stream, wrapped around at the edge of the picture."""
        start, end = self.scan.stop, len(self.data)
        at = start + int((end - start) * place)
        if self.restarts:
            # The markers are counted from 0 to 7; after a 7 the decoder's own count fits.
            at = self.data.find(_RST7, at) + 2
            if at < 2:
                return None
        elif self.data[at - 1] == 0xFF:
            at += 1
        rows = min(ROWS, self.height)
        stop = at + 2 * (end - start) * rows // max(1, self.height) + _SPARE
        return self._decoded(self.data[at:stop], rows)

    def _decoded(self, stream: bytes, rows: int) -> Gray | None:
        header = bytearray(self.data[self.frame.start : self.frame.stop])
        header[5:7] = rows.to_bytes(2, "big")
        scan = self.data[self.scan.start : self.scan.stop]
        small = b"".join((b"\xff\xd8", self.tables, header, scan, stream, b"\xff\xd9"))
        try:
            pixels: Gray = simplejpeg.decode_jpeg(small, colorspace="GRAY", strict=False)[..., 0]
        except ValueError:
            return None
        return pixels
