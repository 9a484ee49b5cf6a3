"""Where each field is taken from: the first source that has a usable value wins (docs/metadata.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from lumina.files.metadata import convert

Convert = Callable[[Any], Any]


class Source(NamedTuple):
    """A tag and how its value becomes the field's."""

    key: str
    convert: Convert


def _all(convert_: Convert, *keys: str) -> tuple[Source, ...]:
    return tuple(Source(key, convert_) for key in keys)


def _described(convert_: Convert, xmp: tuple[str, ...], *others: str) -> tuple[Source, ...]:
    """Sidecar over embedded XMP over the rest."""
    own = [f"{group}:{name}" for group in ("Sidecar", "XMP") for name in xmp]
    return _all(convert_, *own, *others)


TECHNICAL: Final[dict[str, tuple[Source, ...]]] = {
    # XMP's tiff:Orientation is left out: no viewer turns a picture by it, and editors forget it there.
    "orientation": _all(
        convert.orientation, "HEIF:Orientation", "EXIF:Orientation", "CIFF:Orientation", "QuickTime:Orientation"
    ),
    "camera_make": _all(
        convert.name,
        "EXIF:Make",
        "XMP:tiff:Make",
        "QuickTime:Make",
        "RIFF:Make",
        "CIFF:Make",
        "IFD1:Make",
        "Sidecar:tiff:Make",
    ),
    "camera_model": _all(
        convert.name,
        "EXIF:Model",
        "XMP:tiff:Model",
        "QuickTime:Model",
        "RIFF:Model",
        "CIFF:Model",
        "IFD1:Model",
        "EXIF:UniqueCameraModel",
        "Sidecar:tiff:Model",
    ),
    "camera_serial": _all(
        convert.name,
        "EXIF:SerialNumber",
        "MakerNotes:SerialNumber",
        "EXIF:CameraSerialNumber",
        "CIFF:SerialNumber",
        "PictureInfo:SerialNumber",
        "XMP:exifEX:BodySerialNumber",
        "XMP:aux:SerialNumber",
        "QuickTime:SerialNumber",
        "MakerNotes:InternalSerialNumber",
        "Sidecar:exifEX:BodySerialNumber",
        "Sidecar:aux:SerialNumber",
    ),
    "lens_model": (
        *_all(
            convert.name,
            "EXIF:LensModel",
            "MakerNotes:LensModel",
            "XMP:exifEX:LensModel",
            "XMP:aux:Lens",
            "QuickTime:LensModel",
            "Sidecar:exifEX:LensModel",
            "Sidecar:aux:Lens",
            "MakerNotes:Lens",
        ),
        *_all(convert.lens_range, "EXIF:LensInfo", "EXIF:DNGLensInfo", "MakerNotes:LensInfo"),
    ),
    "exposure_time": (
        *_all(convert.positive, "EXIF:ExposureTime", "XMP:exif:ExposureTime"),
        *_all(convert.shutter_apex, "EXIF:ShutterSpeedValue", "XMP:exif:ShutterSpeedValue"),
        *_all(convert.positive, "CIFF:ExposureTime", "PictureInfo:ExposureTime"),
    ),
    "f_number": (
        *_all(convert.f_number, "EXIF:FNumber", "XMP:exif:FNumber"),
        *_all(convert.aperture_apex, "EXIF:ApertureValue", "XMP:exif:ApertureValue"),
        *_all(convert.f_number, "CIFF:FNumber", "PictureInfo:FNumber"),
    ),
    "iso": _all(
        convert.iso,
        "EXIF:ISO",
        "EXIF:RecommendedExposureIndex",
        "EXIF:StandardOutputSensitivity",
        "EXIF:ISOSpeed",
        "XMP:exifEX:PhotographicSensitivity",
        "XMP:exif:ISOSpeedRatings",
        "MakerNotes:ISO",
        "CIFF:ISO",
    ),
    "exposure_bias": _all(convert.bias, "EXIF:ExposureCompensation", "XMP:exif:ExposureBiasValue"),
    "flash": _all(convert.flash, "EXIF:Flash", "PictureInfo:Flash"),
    "focal_length": _all(convert.positive, "EXIF:FocalLength", "XMP:exif:FocalLength", "CIFF:FocalLength"),
    "focal_length_35mm": _all(
        convert.positive, "EXIF:FocalLengthIn35mmFormat", "XMP:exif:FocalLengthIn35mmFilm", "QuickTime:FocalLength35"
    ),
    "software": _all(
        convert.name, "EXIF:Software", "PNG:Software", "QuickTime:Software", "RIFF:Software", "XMP:xmp:CreatorTool"
    ),
}

DESCRIPTIVE: Final[dict[str, tuple[Source, ...]]] = {
    "title": _described(
        convert.text,
        ("dc:title", "photoshop:Headline", "acdsee:caption"),
        "IPTC:ObjectName",
        "IPTC:Headline",
        "EXIF:XPTitle",
        "EXIF:ImageTitle",
        "PNG:Title",
        "QuickTime:Title",
        "RIFF:Title",
    ),
    "caption": _described(
        convert.caption,
        ("dc:description", "acdsee:notes"),
        "IPTC:Caption-Abstract",
        "EXIF:ImageDescription",
        "EXIF:XPComment",
        "EXIF:XPSubject",
        "PNG:Description",
        "QuickTime:Description",
        "RIFF:Comment",
    ),
    "label": _described(convert.name, ("xmp:Label",)),
    "rating": (
        *_all(convert.stars, "Sidecar:xmp:Rating"),
        *_all(convert.percent_stars, "Sidecar:MicrosoftPhoto:Rating"),
        *_all(convert.stars, "Sidecar:acdsee:rating", "XMP:xmp:Rating"),
        *_all(convert.percent_stars, "XMP:MicrosoftPhoto:Rating"),
        *_all(convert.stars, "XMP:acdsee:rating", "EXIF:Rating"),
        *_all(convert.percent_stars, "EXIF:RatingPercent"),
        *_all(convert.stars, "QuickTime:Rating"),
    ),
}
