"""Which reader opens which format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lumina.domain.values import FileFormat
from lumina.files.metadata.context import Context
from lumina.files.metadata.jpeg import read_jpeg
from lumina.files.metadata.tifflike import read_tiff

Reader = Callable[[bytes, Context], None]

READERS: Final[Mapping[FileFormat, Reader]] = {
    FileFormat.JPEG: read_jpeg,
    FileFormat.THM: read_jpeg,
    FileFormat.TIFF: read_tiff,
    FileFormat.DNG: read_tiff,
    FileFormat.CR2: read_tiff,
    FileFormat.NEF: read_tiff,
    FileFormat.ARW: read_tiff,
    FileFormat.PEF: read_tiff,
}
