"""Which reader opens which format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lumina.domain.values import FileFormat
from lumina.files.metadata.context import Context
from lumina.files.metadata.cr3 import read_cr3
from lumina.files.metadata.heif import read_heif
from lumina.files.metadata.jpeg import read_jpeg
from lumina.files.metadata.jxl import read_jxl
from lumina.files.metadata.matroska import read_matroska, read_mpeg
from lumina.files.metadata.png import read_bmp, read_gif, read_png
from lumina.files.metadata.quicktime import read_movie
from lumina.files.metadata.rawfiles import read_any_raw
from lumina.files.metadata.riff import read_avi, read_webp
from lumina.files.metadata.tifflike import read_tiff

Reader = Callable[[bytes, Context], None]

READERS: Final[Mapping[FileFormat, Reader]] = {
    FileFormat.JPEG: read_jpeg,
    FileFormat.THM: read_jpeg,
    FileFormat.TIFF: read_tiff,
    FileFormat.DNG: read_any_raw,
    FileFormat.CR2: read_any_raw,
    FileFormat.NEF: read_any_raw,
    FileFormat.ARW: read_any_raw,
    FileFormat.PEF: read_any_raw,
    FileFormat.HEIC: read_heif,
    FileFormat.AVIF: read_heif,
    FileFormat.WEBP: read_webp,
    FileFormat.ORF: read_any_raw,
    FileFormat.RW2: read_any_raw,
    FileFormat.RAF: read_any_raw,
    FileFormat.RAW: read_any_raw,
    FileFormat.CR3: read_cr3,
    FileFormat.MP4: read_movie,
    FileFormat.MOV: read_movie,
    FileFormat.MKV: read_matroska,
    FileFormat.WEBM: read_matroska,
    FileFormat.MPEG: read_mpeg,
    FileFormat.JXL: read_jxl,
    FileFormat.AVI: read_avi,
    FileFormat.PNG: read_png,
    FileFormat.GIF: read_gif,
    FileFormat.BMP: read_bmp,
}
