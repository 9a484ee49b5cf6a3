"""Which pictures the library holds: some journeys over the years, and one of every case that a catalog has to know."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from scripts.sample_library import scenes, shots
from scripts.sample_library.raw import dng
from scripts.sample_library.shots import Camera, Pixels, Shot

VERSION = "2"
MARK = ".sample-library"
WIDTH, HEIGHT = 1200, 800

COMPACT = Camera("Canon", "Canon PowerShot S95", "6.0-22.5 mm", "", 6.0, 2.0)
REFLEX = Camera("NIKON CORPORATION", "NIKON D750", "24.0-120.0 mm f/4.0", "6031245", 35.0, 8.0)
MIRRORLESS = Camera("FUJIFILM", "X-T30", "XF35mmF2 R WR", "9A044121", 35.0, 4.0)
PHONE = Camera("Apple", "iPhone 13", "iPhone 13 back dual wide camera 5.1mm f/1.6", "", 5.1, 1.6)
SCANNER = Camera("EPSON", "Perfection V550", "", "", 1.0, 1.0)

File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Journey:
    """Some days at a place."""

    folder: str
    camera: Camera
    start: datetime
    offset: str
    place: tuple[float, float] | None
    scenes: Sequence[scenes.Scene]
    count: int

    def shots(self) -> Iterator[tuple[str, Pixels, Shot]]:
        """Name, upright pixels and shot of each picture, up to seven a day."""
        rng = np.random.default_rng(self.start.toordinal())
        for number in range(self.count):
            at = self.start.replace(hour=7 + number % 7 * 2)
            shot = Shot(self.camera, at, self.offset).later(86_400 * (number // 7) + rng.uniform(0, 6_000))
            if self.place:
                shot = replace(shot, place=(self.place[0] + rng.normal(0, 0.02), self.place[1] + rng.normal(0, 0.02)))
            if self.camera is PHONE and number % 3 == 2:
                shot = replace(shot, orientation=6)
            scene = self.scenes[number % len(self.scenes)]
            exposure, iso = ((8, 1), 3200) if scene is scenes.night else ((1, int(rng.integers(60, 1000))), 100)
            size = (HEIGHT, WIDTH) if shot.orientation == 6 else (WIDTH, HEIGHT)
            pixels = scenes.paint(scene, *size, seed=self.start.toordinal() + number)
            yield f"IMG_{int(rng.integers(9)) * 1000 + number:04d}", pixels, replace(shot, exposure=exposure, iso=iso)


_SEASIDE = (scenes.sea, scenes.city, scenes.plate)
_NORTH = (scenes.mountains, scenes.sea, scenes.night)
_DESERT = (scenes.dunes, scenes.night, scenes.dunes)
_WOODS = (scenes.forest, scenes.meadow)
_ALL = (scenes.sea, scenes.mountains, scenes.city, scenes.meadow, scenes.forest, scenes.plate, scenes.night)

JOURNEYS = (
    Journey("2011/Lisbon", COMPACT, datetime(2011, 6, 3), "", None, _SEASIDE, 7),
    Journey("2015/Iceland", REFLEX, datetime(2015, 9, 12), "", (64.14, -21.94), _NORTH, 9),
    Journey("2018/Namibia", REFLEX, datetime(2018, 8, 20), "", (-24.73, 15.34), _DESERT, 8),
    Journey("2021/Black Forest", MIRRORLESS, datetime(2021, 5, 1), "+02:00", (48.05, 8.20), _WOODS, 8),
    Journey("2024/Norway", PHONE, datetime(2024, 9, 13), "+02:00", (60.39, 5.32), _ALL, 14),
)


def journeys() -> Iterator[File]:
    """The bulk of the library."""
    for journey in JOURNEYS:
        for name, pixels, shot in journey.shots():
            yield f"{journey.folder}/{name}.JPG", shots.jpeg(pixels, shot)


def raw_pairs() -> Iterator[File]:
    """RAW and JPEG of one moment, the first pair with a sidecar of another program."""
    for number in range(2):
        shot = Shot(REFLEX, datetime(2022, 10, 8, 17, 20, 5, 430_000), "+02:00", (46.55, 12.13)).later(60 * number)
        pixels = scenes.paint(scenes.mountains, 960, 640, seed=810 + number)
        yield f"2022/Dolomites/DSC_{4410 + number}.DNG", dng(pixels, shot)
        yield f"2022/Dolomites/DSC_{4410 + number}.JPG", shots.jpeg(pixels, shot)
    yield "2022/Dolomites/DSC_4410.xmp", sidecar("Last light", 5, ("Places|Italy|Dolomites", "mountains"))


def burst() -> Iterator[File]:
    """Eight frames within a second; the camera moves a little, one frame is sharp."""
    shot = Shot(MIRRORLESS, datetime(2021, 5, 3, 14, 2, 11), "+02:00", (48.05, 8.20), exposure=(1, 1000))
    wide = scenes.paint(scenes.meadow, WIDTH + 71, HEIGHT, seed=77)
    for frame in range(8):
        pixels = wide[:, 10 * frame : 10 * frame + WIDTH]
        if frame != 3:
            beside = wide[:, 10 * frame + 1 : 10 * frame + 1 + WIDTH]
            pixels = ((pixels.astype(np.uint16) + beside) // 2).astype(np.uint8)
        yield (
            f"2021/Black Forest/BURST{frame:03d}.JPG",
            shots.jpeg(np.ascontiguousarray(pixels), shot.later(frame * 0.125)),
        )


def orientations() -> Iterator[File]:
    """One picture in each of the eight ways a camera can be held; all must look the same."""
    pixels = scenes.paint(scenes.city, 900, 600, seed=5)
    for orientation in range(1, 9):
        shot = Shot(COMPACT, datetime(2012, 3, 4, 12, 0, orientation), orientation=orientation)
        yield f"2012/Orientations/held_{orientation}.jpg", shots.jpeg(pixels, shot)


def copies() -> Iterator[File]:
    """The same bytes twice, and a small copy as a messenger sends it, without metadata."""
    _, pixels, shot = next(JOURNEYS[1].shots())
    data = shots.jpeg(pixels, shot)
    yield "Backup/old phone/IMG_again.JPG", data
    yield "Downloads/IMG-20150912-WA0003.jpg", shots.jpeg(np.ascontiguousarray(pixels[::2, ::2]), quality=60)


def formats() -> Iterator[File]:
    """Other formats than JPEG, dated and undated."""
    yield "Downloads/Screenshot 2023-02-14.png", shots.png(scenes.paint(scenes.plate, 640, 400, seed=1))
    yield "Downloads/wallpaper.webp", shots.webp(scenes.paint(scenes.mountains, WIDTH, HEIGHT, seed=2))
    scan = Shot(SCANNER, datetime(1987, 7, 19, 12))
    yield "Scans/grandma's garden.tif", shots.tiff(scenes.paint(scenes.meadow, 480, 320, seed=3), scan)
    phone = Shot(PHONE, datetime(2024, 9, 14, 23, 10, 0, 250_000), "+02:00", (60.39, 5.32))
    yield "2024/PXL_20240914.avif", shots.avif(scenes.paint(scenes.night, WIDTH, HEIGHT, seed=4), phone)
    rated = sidecar("Sea, rated elsewhere", 4, ("sea",))
    shot = Shot(MIRRORLESS, datetime(2020, 2, 29, 7, 45), "+01:00")
    yield "2020/leap day.jpg", shots.jpeg(scenes.paint(scenes.sea, WIDTH, HEIGHT, seed=6), shot, xmp=rated)


def broken() -> Iterator[File]:
    """What a failing card leaves behind: half a picture, and no picture at all."""
    whole = shots.jpeg(scenes.paint(scenes.dunes, WIDTH, HEIGHT, seed=9), Shot(COMPACT, datetime(2011, 6, 9, 10)))
    yield "Recovered/cut short.jpg", whole[: len(whole) // 2]
    yield "Recovered/not a picture.jpg", b"This is what recovery programs write into files they could not read.\n" * 40


PARTS: tuple[Callable[[], Iterator[File]], ...] = (
    journeys,
    raw_pairs,
    burst,
    orientations,
    copies,
    formats,
    broken,
)


def sidecar(title: str, rating: int, keywords: Sequence[str]) -> bytes:
    """XMP with what a person has added in another program."""
    subjects = "".join(f"<rdf:li>{keyword}</rdf:li>" for keyword in keywords)
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmp:Rating="{rating}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<lr:hierarchicalSubject><rdf:Bag>{subjects}</rdf:Bag></lr:hierarchicalSubject>
</rdf:Description></rdf:RDF></x:xmpmeta>
""".encode()


def build(folder: Path) -> None:
    """Make the library in `folder`, unless it is there already; equal bytes for equal versions of this code.

    It is made beside its place and moved there whole, so a library that exists is complete.
    """
    if _complete(folder):
        return
    scratch = folder.with_name(f"{folder.name}.{os.getpid()}")
    for part in PARTS:
        for path, data in part():
            target = scratch / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    (scratch / MARK).write_text(VERSION)
    if not _complete(folder):  # another process may have been faster
        shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        scratch.rename(folder)
    shutil.rmtree(scratch, ignore_errors=True)


def _complete(folder: Path) -> bool:
    mark = folder / MARK
    return mark.exists() and mark.read_text() == VERSION
