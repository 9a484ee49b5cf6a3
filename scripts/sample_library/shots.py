"""What a camera knows about a shot, and how it stands in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Camera:
    """A body with the lens on it."""

    make: str
    model: str
    lens: str
    serial: str
    focal_length: float
    f_number: float


@dataclass(frozen=True, slots=True)
class Shot:
    """One release of the shutter.

    Attributes:
        taken_at: wall-clock time at the place. offset: such as "+02:00", empty where the camera keeps none.
        place: latitude and longitude in degrees, or None.
        orientation: EXIF 1-8: how the camera was held.
    """

    camera: Camera
    taken_at: datetime
    offset: str = ""
    place: tuple[float, float] | None = None
    orientation: int = 1
    exposure: tuple[int, int] = (1, 250)
    iso: int = 100

    def later(self, seconds: float) -> Shot:
        """The same shot, `seconds` later."""
        return replace(self, taken_at=self.taken_at + timedelta(seconds=seconds))


def exif_of(shot: Shot) -> Image.Exif:
    """The EXIF block that the camera would write."""
    exif = Image.Exif()
    stamp = shot.taken_at.strftime("%Y:%m:%d %H:%M:%S")
    exif.update({0x010F: shot.camera.make, 0x0110: shot.camera.model, 0x0112: shot.orientation, 0x0132: stamp})
    details = exif.get_ifd(0x8769)
    details.update(
        {
            0x829A: IFDRational(*shot.exposure),
            0x829D: _rational(shot.camera.f_number),
            0x8827: shot.iso,
            0x9003: stamp,
            0x9004: stamp,
            0x9204: IFDRational(0, 1),
            0x9209: 0x10,
            0x920A: _rational(shot.camera.focal_length),
            0x9291: f"{shot.taken_at.microsecond // 10_000:02d}",
            0xA431: shot.camera.serial,
            0xA434: shot.camera.lens,
        }
    )
    if shot.offset:
        details[0x9011] = shot.offset
    if shot.place:
        exif.get_ifd(0x8825).update(_gps(*shot.place))
    return exif


def held(pixels: Pixels, orientation: int) -> Pixels:
    """Upright pixels as the sensor saw them, for a file that carries `orientation`."""
    turned = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.swapaxes(0, 1),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: p[::-1, ::-1].swapaxes(0, 1),
        8: lambda p: np.rot90(p, -1),
    }[orientation](pixels)
    return np.ascontiguousarray(turned)


def jpeg(pixels: Pixels, shot: Shot | None = None, *, quality: int = 86, xmp: bytes | None = None) -> bytes:
    """A JPEG of upright pixels, as the camera of `shot` would write it."""
    return _encode("JPEG", pixels, shot, quality=quality, **({"xmp": xmp} if xmp else {}))


def webp(pixels: Pixels, shot: Shot | None = None) -> bytes:
    """A lossy WebP."""
    return _encode("WEBP", pixels, shot, quality=82)


def avif(pixels: Pixels, shot: Shot | None = None) -> bytes:
    """An AVIF, as new phones write it."""
    return _encode("AVIF", pixels, shot, quality=70, speed=9)


def png(pixels: Pixels) -> bytes:
    """A PNG without any metadata, like a screenshot."""
    return _encode("PNG", pixels, None)


def tiff(pixels: Pixels, shot: Shot) -> bytes:
    """A TIFF with LZW compression, like a scan."""
    return _encode("TIFF", pixels, shot, compression="tiff_lzw")


def _encode(name: str, pixels: Pixels, shot: Shot | None, **options: object) -> bytes:
    if shot:
        pixels = held(pixels, shot.orientation)
        options["exif"] = exif_of(shot)
    out = BytesIO()
    Image.fromarray(pixels).save(out, name, **options)
    return out.getvalue()


def _rational(value: float) -> IFDRational:
    return IFDRational(round(value * 100), 100)


def _gps(latitude: float, longitude: float) -> dict[int, object]:
    return {
        1: "N" if latitude >= 0 else "S",
        2: _sexagesimal(abs(latitude)),
        3: "E" if longitude >= 0 else "W",
        4: _sexagesimal(abs(longitude)),
        5: b"\0",
        6: IFDRational(120, 1),
    }


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    minutes = degrees % 1 * 60
    return IFDRational(int(degrees)), IFDRational(int(minutes)), IFDRational(round(minutes % 1 * 60_000), 1000)
