"""What is known about a photograph, and where each piece comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ImageMetadata:
    """Metadata of one image, merged from the file and its sidecars.

    Attributes:
        taken_at: wall-clock time at the place of capture, without zone, with microseconds; None where unknown or
            impossible (then the raw text is in `raw` and the image is shelved as undated).
        utc_offset: minutes east of UTC, where known.
        width, height: pixels as stored, before orientation.
        orientation: EXIF 1-8.
        exposure_time: seconds. f_number: N of f/N. iso: ISO speed. focal_length, focal_length_35mm: millimetres.
        latitude, longitude: degrees, WGS 84. altitude: metres above sea level.
        geohash: 7 characters.
        rating: 0-5, or -1 for rejected.
        keywords: flat; hierarchical ones with `|` between levels.
        duration: seconds, videos only.
        raw: every tag that was read, as JSON-ready values, keyed `Group:Tag`.
        provenance: attribute name -> `Group:Tag` it was taken from, e.g. `{"taken_at": "EXIF:DateTimeOriginal"}`.
        notes: remarks on broken or contradictory tags.
    """

    taken_at: datetime | None = None
    utc_offset: int | None = None
    width: int | None = None
    height: int | None = None
    orientation: int = 1
    camera_make: str | None = None
    camera_model: str | None = None
    camera_serial: str | None = None
    lens_model: str | None = None
    exposure_time: float | None = None
    f_number: float | None = None
    iso: int | None = None
    exposure_bias: float | None = None
    flash: int | None = None
    focal_length: float | None = None
    focal_length_35mm: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    geohash: str | None = None
    software: str | None = None
    title: str | None = None
    caption: str | None = None
    rating: int | None = None
    label: str | None = None
    keywords: tuple[str, ...] = ()
    duration: float | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
