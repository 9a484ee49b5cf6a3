"""What names claim: extensions of pictures, videos, sidecars, and of files that are none of these."""

from __future__ import annotations

from pathlib import PurePath

from lumina.domain.values import FileFormat, MediaKind


def _dotted(words: str) -> frozenset[str]:
    return frozenset("." + word for word in words.split())


RAW_BY_EXTENSION = {
    ".dng": FileFormat.DNG,
    ".cr2": FileFormat.CR2,
    ".cr3": FileFormat.CR3,
    ".nef": FileFormat.NEF,
    ".nrw": FileFormat.NEF,
    ".arw": FileFormat.ARW,
    ".sr2": FileFormat.ARW,
    ".srf": FileFormat.ARW,
    ".raf": FileFormat.RAF,
    ".orf": FileFormat.ORF,
    ".rw2": FileFormat.RW2,
    ".rwl": FileFormat.RW2,
    ".pef": FileFormat.PEF,
    **dict.fromkeys(
        _dotted(
            "3fr ari bay braw cap cine crw cs1 dcr dcs drf eip erf fff gpr iiq k25 kdc mdc mef mos mrw ptx "
            "pxn r3d raw rwz srw x3f"
        ),
        FileFormat.RAW,
    ),
}
SIDECAR_BY_EXTENSION = {".xmp": FileFormat.XMP, ".aae": FileFormat.AAE, ".thm": FileFormat.THM}
STILL_EXTENSIONS = _dotted(
    "jpg jpeg jpe jfif jif mpo insp png apng webp tif tiff gif bmp dib heic heif hif avif jxl jp2 "
    "j2k j2c jpc jpf jpx psd psb ico cur tga sgi rgb pcx ppm pgm pbm pnm pam pfm dds blp exr hdr "
    "fits fit xcf svg svgz wbmp xbm xpm qoi icns spider p7"
) | frozenset(RAW_BY_EXTENSION)
VIDEO_EXTENSIONS = _dotted(
    "mp4 m4v mov qt avi divx mkv webm mpg mpeg mpe m2v vob mts m2ts 3gp 3g2 wmv asf flv f4v ogv mxf dv insv lrv 360"
)
STRANGERS = {
    **dict.fromkeys(_dotted("wav mp3 flac ogg oga opus m4a m4b aac wma aif aiff mid amr ape"), "audio"),
    **dict.fromkeys(
        _dotted(
            "txt md rst csv tsv json xml html htm css js mjs py c h sh bat ini cfg conf toml yaml yml log "
            "sql tex srt vtt sub url nfo plist gpl"
        ),
        "text",
    ),
    **dict.fromkeys(_dotted("pdf doc docx xls xlsx ppt pptx odt ods odp rtf epub pages"), "document"),
    **dict.fromkeys(_dotted("zip rar 7z tar gz bz2 xz zst tgz iso dmg cab"), "archive"),
    **dict.fromkeys(
        _dotted(
            "db sqlite sqlite3 lrcat lrdata ithmb exe dll so dylib msi app apk deb rpm lnk tmp part "
            "crdownload bak swp lock ctg idx ttf otf woff woff2"
        ),
        "other",
    ),
}
"""Extension -> reason for which such a file is left out."""


def extension(name: str) -> str:
    """The name's last extension in lower case, with its dot; empty where it has none."""
    return PurePath(name).suffix.lower()


def is_media_name(name: str) -> bool:
    """True where the name claims to be a picture, a video or a sidecar."""
    claimed = extension(name)
    return claimed in STILL_EXTENSIONS or claimed in VIDEO_EXTENSIONS or claimed in SIDECAR_BY_EXTENSION


def media_kind(content: FileFormat, name: str) -> MediaKind:
    """Photo or video; a file of unknown content is what its name says."""
    if content.is_video or (content is FileFormat.UNKNOWN and extension(name) in VIDEO_EXTENSIONS):
        return MediaKind.VIDEO
    return MediaKind.PHOTO
