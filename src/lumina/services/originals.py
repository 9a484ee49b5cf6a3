"""Masters, for download: found by an image's id, opened for reading only."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from lumina.domain.values import FileFormat
from lumina.errors import NotFound, Unavailable
from lumina.files.vault import Vault
from lumina.store import Transaction, browse


@dataclass(frozen=True, slots=True)
class Original:
    """A master as it lies in the vault. `name` is its stored name, `checksum` that of the last read."""

    path: Path
    name: str
    media_type: str
    stat: os.stat_result
    checksum: bytes | None


def of_image(tx: Transaction, image_id: int, vault: Vault) -> Original:
    """The original file of an image.

    Raises:
        NotFound: no such image, or its files are gone.
        Unavailable: the vault cannot be read now.
    """
    master = browse.master(tx, image_id)
    if master is None:
        raise NotFound(f"There is no image {image_id}, or its files are gone.")
    path = vault.path(master.source_id, master.path)
    try:
        found = path.stat()
    except OSError as error:
        raise Unavailable(f"The file of image {image_id} cannot be read now: {error.strerror}.") from None
    if not stat.S_ISREG(found.st_mode):
        raise NotFound(f"The file of image {image_id} is not a regular file any more.")
    return Original(path, master.path.rpartition("/")[2], media_type(master.format), found, master.checksum)


def media_type(file_format: FileFormat) -> str:
    """What a browser is told; formats that no browser shows are plain bytes."""
    return _MEDIA_TYPES.get(file_format, "application/octet-stream")


_MEDIA_TYPES = {
    FileFormat.JPEG: "image/jpeg",
    FileFormat.PNG: "image/png",
    FileFormat.WEBP: "image/webp",
    FileFormat.TIFF: "image/tiff",
    FileFormat.GIF: "image/gif",
    FileFormat.BMP: "image/bmp",
    FileFormat.HEIC: "image/heic",
    FileFormat.AVIF: "image/avif",
    FileFormat.JXL: "image/jxl",
    FileFormat.DNG: "image/x-adobe-dng",
    FileFormat.MP4: "video/mp4",
    FileFormat.MOV: "video/quicktime",
    FileFormat.AVI: "video/x-msvideo",
    FileFormat.MKV: "video/x-matroska",
    FileFormat.WEBM: "video/webm",
    FileFormat.MPEG: "video/mpeg",
}
