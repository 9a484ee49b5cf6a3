"""Small shared values: formats, roles, kinds, results of the stages on the master."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MediaKind(StrEnum):
    """What an image row stands for."""

    PHOTO = "photo"
    VIDEO = "video"


class FileRole(StrEnum):
    """The part a file plays in its image."""

    ORIGINAL = "original"
    """The master that stages read: of several, the RAW's companion JPEG/HEIC stays `derived`."""
    DERIVED = "derived"
    """A rendering of the same moment beside the master: the camera's JPEG of a RAW, an export."""
    SIDECAR = "sidecar"
    """XMP, AAE, THM and the like."""
    LIVE = "live"
    """The video of a live photo."""


class FileFormat(StrEnum):
    """Sniffed from the content; the extension is only a hint."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    TIFF = "tiff"
    GIF = "gif"
    BMP = "bmp"
    HEIC = "heic"
    AVIF = "avif"
    JXL = "jxl"
    DNG = "dng"
    CR2 = "cr2"
    CR3 = "cr3"
    NEF = "nef"
    ARW = "arw"
    RAF = "raf"
    ORF = "orf"
    RW2 = "rw2"
    PEF = "pef"
    RAW = "raw"
    """Any other camera RAW that LibRaw may open."""
    MP4 = "mp4"
    MOV = "mov"
    AVI = "avi"
    MKV = "mkv"
    WEBM = "webm"
    MPEG = "mpeg"
    XMP = "xmp"
    AAE = "aae"
    THM = "thm"
    UNKNOWN = "unknown"
    """Named like an image or a video, but the content is not one that Lumina knows."""

    @property
    def is_raw(self) -> bool:
        """True for camera RAW."""
        return self in _RAW

    @property
    def is_video(self) -> bool:
        """True for moving pictures."""
        return self in _VIDEO

    @property
    def is_sidecar(self) -> bool:
        """True for files that only describe another."""
        return self in _SIDECAR


_RAW = frozenset(
    {
        FileFormat.DNG,
        FileFormat.CR2,
        FileFormat.CR3,
        FileFormat.NEF,
        FileFormat.ARW,
        FileFormat.RAF,
        FileFormat.ORF,
        FileFormat.RW2,
        FileFormat.PEF,
        FileFormat.RAW,
    }
)
_VIDEO = frozenset({FileFormat.MP4, FileFormat.MOV, FileFormat.AVI, FileFormat.MKV, FileFormat.WEBM, FileFormat.MPEG})
_SIDECAR = frozenset({FileFormat.XMP, FileFormat.AAE, FileFormat.THM})


@dataclass(frozen=True, slots=True)
class Checksums:
    """Identity of a file.

    Attributes:
        checksum: BLAKE3 of all bytes, 32 bytes.
        content: BLAKE3 of the image data without metadata, 32 bytes; equal for a retagged copy.
    """

    checksum: bytes
    content: bytes


class RenditionKind(StrEnum):
    """Derived pictures kept on fast disk."""

    PROXY = "proxy"
    THUMBNAIL = "thumbnail"
    CUTOUT = "cutout"
    """Without its background; kept in a table of its own."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A derived file that has been written.

    Attributes:
        kind: proxy (JPEG) or thumbnail (WebP).
        key: 16 bytes, the file's name in the derived store.
        width, height: pixels.
        size: bytes.
        placeholder: thumbhash of the picture, at most 32 bytes; only with thumbnails.
    """

    kind: RenditionKind
    key: bytes
    width: int
    height: int
    size: int
    placeholder: bytes | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Perceptual hashes, 64 bits each, unsigned, and what candidate pairs are verified by.

    Attributes:
        flat: too little structure for the hashes to mean anything.
        signature: `lumina.vision.signature`.
        probes, turns: phash, 8 bytes big-endian each, of crops and of the 7 other orientations
            (`lumina.vision.probes`).
    """

    dhash: int
    ahash: int
    whash: int
    phash: int
    flat: bool
    signature: bytes = b""
    probes: bytes = b""
    turns: bytes = b""


@dataclass(frozen=True, slots=True)
class Measures:
    """Technical measures of a picture, and the score made of them; what is not known is None.

    Attributes:
        sharpness: variance of the Laplacian (grey levels squared) at 320 px, >= 0.
        brightness: mean luma, 0-1.
        contrast: standard deviation of luma, 0-0.5.
        clipped_dark, clipped_bright: share of pixels at the ends of the scale, 0-1.
        detail: true resolution by nominal, linear, 0-1.
        compression: the worst JPEG quality that the picture has gone through, 0-100.
        data_size: bytes of image data without metadata.
        score: 0-100, the sum of the next four.
        format_score: at most 40. resolution_score: at most 30. size_score: at most 20. sharpness_score: at most 10.
    """

    sharpness: float
    brightness: float
    contrast: float
    clipped_dark: float
    clipped_bright: float
    detail: float | None = None
    compression: float | None = None
    data_size: int | None = None
    score: float | None = None
    format_score: float | None = None
    resolution_score: float | None = None
    size_score: float | None = None
    sharpness_score: float | None = None
