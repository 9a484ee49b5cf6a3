"""Masters and proxies as stages see them: read once, decoded once, on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from blake3 import blake3

from lumina.domain.encoding import Encoding, Family
from lumina.domain.metadata import ImageMetadata
from lumina.domain.picture import Gray, PictureError, Pixels
from lumina.domain.values import Checksums, FileFormat, MediaKind
from lumina.files.decode import Decoded, Source, open_source
from lumina.files.encoding import encoding
from lumina.files.master import Master, open_master
from lumina.files.metadata import read_metadata
from lumina.files.read import read_master, read_sidecar
from lumina.files.strips import strips
from lumina.vision.cutout import on_white
from lumina.vision.luma import luma
from lumina.vision.orient import turned, upright
from lumina.vision.quality.tiles import none, of_strip, telling
from lumina.vision.resize import box, shrink

PROXY_SIDE, THUMBNAIL_SIDE = 1440, 320
"""Pixels of the longer side: what is decoded once, and what hashes and measures are taken from."""

Value = TypeVar("Value")


class once(cached_property[Value]):  # noqa: N801 - reads as `cached_property` does
    """A property computed once; one that failed fails again in the same way, without new work."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        @wraps(compute)
        def remembered(picture: Any) -> Value:
            failed = picture.__dict__.setdefault("_failed", {})
            if compute.__name__ in failed:
                raise failed[compute.__name__]
            try:
                return compute(picture)
            except PictureError as error:
                failed[compute.__name__] = error
                raise

        super().__init__(remembered)


class _Decoded:
    """What masters and proxies share once there are pixels of 1440."""

    _rendered: once[Pixels]

    def pixels(self, max_side: int) -> Pixels:
        """Height x width x 3, sRGB, upright, the longer side at most `max_side`."""
        if max_side == THUMBNAIL_SIDE:
            return self._small
        return shrink(self._rendered, max_side)

    def gray(self, side: int) -> Gray:
        """Luma of the 320 px rendering, squeezed to `side` x `side`."""
        return box(self.luma, side, side)

    @once
    def _small(self) -> Pixels:
        return shrink(self._rendered, THUMBNAIL_SIDE)

    @once
    def luma(self) -> Gray:
        """Luma of the 320 px rendering."""
        return luma(self._small)


class MasterPicture(_Decoded):
    """The owner's file: everything is taken from one read and one shrink-on-load decode.

    Args:
        image_id: the image it belongs to.
        path: the master on this node.
        kind: what the scan took it for; the content decides.
        sidecars: files that describe it, best first.
        max_pixels: pictures that claim more are refused before they are decoded.
    """

    def __init__(
        self, image_id: int, path: Path, *, kind: MediaKind, sidecars: Sequence[Path] = (), max_pixels: int
    ) -> None:
        self.image_id, self.path, self.kind = image_id, path, kind
        self.sidecars, self.max_pixels = sidecars, max_pixels

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self._master.data

    @property
    def format(self) -> FileFormat:
        """What the content is."""
        return self._master.format

    @once
    def checksums(self) -> Checksums:
        """BLAKE3 of the bytes, and of the image data without metadata."""
        return self._master.checksums

    @once
    def metadata(self) -> ImageMetadata:
        """Embedded metadata and sidecars, merged."""
        sidecars = [data for path in self.sidecars if (data := read_sidecar(path))]
        return read_metadata(self._master.described, format=self.format, name=self.name, sidecars=sidecars)

    @once
    def render_key(self) -> bytes:
        """BLAKE3-16 of image data, orientation and what else decides about colours."""
        parts = self.checksums.content, bytes([self.metadata.orientation & 0xFF]), self._master.anatomy.colour
        return blake3(b"".join(parts)).digest(length=16)

    @once
    def size(self) -> tuple[int, int]:
        """Width and height of the whole picture, upright."""
        source = self._source
        return source.size if source.upright else turned(source.size, self.metadata.orientation)

    @once
    def encoding(self) -> Encoding:
        """How the file holds the picture; of a film only that it is one."""
        master = self._master
        if self.format.is_video:
            return Encoding(Family.VIDEO, sum(stop - start for start, stop in master.anatomy.spans))
        return encoding(master.data, self.format, master.anatomy)

    @once
    def tiles(self) -> Gray:
        """Luma of small squares at full size, count x 48 x 48."""
        if self.format in (FileFormat.JPEG, FileFormat.THM):
            return telling(np.concatenate([none(), *(of_strip(strip) for strip in strips(self.data))]))
        return self._tiles if self._rendered.size else none()

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks of the decoder; empty before there are pixels."""
        return self._remarks if "_rendered" in self.__dict__ else ()

    def pixels(self, max_side: int) -> Pixels:
        """Height x width x 3, sRGB, upright, the longer side at most `max_side`."""
        return super().pixels(max_side) if max_side <= PROXY_SIDE else self._decode(max_side).pixels

    @once
    def _master(self) -> Master:
        return open_master(self.path)

    @once
    def _source(self) -> Source:
        return self._master.source(self.max_pixels)

    @once
    def _rendered(self) -> Pixels:
        decoded = self._decode(PROXY_SIDE)
        self._remarks, self._tiles = decoded.notes, decoded.tiles
        return decoded.pixels

    def _decode(self, side: int) -> Decoded:
        try:
            decoded = self._source.decode(side)
            orientation = 1 if self._source.upright else self.metadata.orientation
            return replace(decoded, pixels=upright(decoded.pixels, orientation))
        except MemoryError as error:
            raise PictureError(
                "no-memory", "Decoding this picture takes more memory than a worker may use (worker_memory)."
            ) from error


class ProxyPicture(_Decoded):
    """The 1440 px rendering on fast disk, for stages that need no master."""

    kind = MediaKind.PHOTO
    metadata = ImageMetadata()
    """Empty: the proxy carries none, and what is known of the image is in the catalog."""

    def __init__(self, image_id: int, path: Path) -> None:
        self.image_id, self.path = image_id, path

    @property
    def name(self) -> str:
        """The proxy's file name."""
        return self.path.name

    @once
    def data(self) -> bytes:
        """The proxy's bytes."""
        return read_master(self.path)

    @once
    def checksums(self) -> Checksums:
        """Of the proxy itself."""
        digest = blake3(self.data).digest()
        return Checksums(digest, digest)

    @once
    def render_key(self) -> bytes:
        """The key in its file name."""
        return bytes.fromhex(self.path.stem)

    @once
    def size(self) -> tuple[int, int]:
        """Width and height of the proxy, from its header."""
        return self._source.size

    def pixels(self, max_side: int) -> Pixels:
        """Height x width x 3, sRGB, upright, the longer side at most `max_side`.

        Half its own size is decoded as that, in half the time.
        """
        return self._half if max_side == self._half_side else super().pixels(max_side)

    @once
    def encoding(self) -> Encoding:
        """Of the proxy itself."""
        return Encoding(Family.JPEG, len(self.data))

    @property
    def tiles(self) -> Gray:
        """None: a proxy is not at full size."""
        return none()

    @property
    def notes(self) -> tuple[str, ...]:
        """None: the master's remarks stand with its own stages."""
        return ()

    @once
    def _source(self) -> Source:
        return open_source(self.data, FileFormat.JPEG, PROXY_SIDE * PROXY_SIDE)

    @once
    def _half(self) -> Pixels:
        return self._source.decode(self._half_side).pixels

    @property
    def _half_side(self) -> int:
        return (max(self.size) + 1) // 2

    @once
    def _rendered(self) -> Pixels:
        return self._source.decode(PROXY_SIDE).pixels


class CutoutPicture(ProxyPicture):
    """The picture without its background, on white: what was cut out of the proxy, on fast disk."""

    @once
    def size(self) -> tuple[int, int]:
        """Width and height of the cut-out."""
        height, width = self._rendered.shape[:2]
        return width, height

    @once
    def _rendered(self) -> Pixels:
        return on_white(self.data)

    @once
    def _half(self) -> Pixels:
        return shrink(self._rendered, self._half_side)
