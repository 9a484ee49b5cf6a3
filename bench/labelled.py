"""The labelled set: copies of distinct pictures by every transform, and pictures that look alike but are no copies.

`python -m bench.labelled OUT FOLDER...` writes files and `labels.json`; `--sources` takes fewer of them. Sources are
split by scene into a tuning half and a test half, and everything made of a source is in its half.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import groupby
from pathlib import Path
from zlib import crc32

import numpy as np
from PIL import Image

from bench.labelled_copies import COPIES
from bench.labelled_others import PLAIN, WRITTEN, bracket, burst
from bench.labelled_sources import Pixels, Source, find
from lumina.vision.hashes import is_flat
from lumina.vision.luma import luma
from scripts.sample_library.library import MIRRORLESS, PHONE, REFLEX
from scripts.sample_library.shots import Shot, exif_of

SOURCE = "source"
_PLAIN_EACH = 60
"""Pictures of each plain kind, in each half."""
_COPIED = ("jpeg 75", "jpeg 50", "webp", "resize 3/4", "resize 1/2")
"""What is done to every third page and screenshot, so that strictness with them is paid for in the open."""
_EPOCH = datetime(2019, 5, 1, 9, 0, 0, 130_000)


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of one file.

    Attributes:
        group: those with the same group are copies of one picture.
        scene: pairs of one scene that are not of one group say nothing (a tile and its photo), unless they are frames
            of one sequence.
        kind: `source`, the name of a transform, or what a negative is.
        sequence: of burst and bracket frames.
        half: `tuning` or `test`.
    """

    path: str
    group: str
    scene: str
    kind: str
    sequence: str
    half: str


Made = tuple[Label, bytes]


def of_source(source: Source) -> Iterator[Made]:
    """A source and its copies; or the frames of the sequences that are made of it."""
    pixels, rng = source.pixels(), np.random.default_rng(crc32(source.name.encode()))
    if source.kept_for_sequences:
        yield from _sequences(source, pixels, rng)
        return
    shot = _shot(source.name)
    yield _label(source, SOURCE, ".jpg"), _jpeg(pixels, exif_of(shot))
    if is_flat(luma(pixels)):
        return  # blank walls and skies: copies of them are told by bytes and pixels alone
    pixels = np.asarray(Image.open(BytesIO(_jpeg(pixels, Image.Exif()))))
    for name, copy in COPIES.items():
        # Half of the copies keep their EXIF, so that it says nothing about which is the source.
        exif = exif_of(shot) if crc32(f"{source.name} {name}".encode()) % 2 else Image.Exif()
        yield _label(source, name, copy.container.suffix), copy.make(pixels, rng, exif)


def plain(half: str, count: int = _PLAIN_EACH) -> Iterator[Made]:
    """Pictures made from nothing, and copies of some of those that have text in them."""
    for kind, paint in PLAIN.items():
        for number in range(count):
            name = f"{half} {kind} {number}"
            rng = np.random.default_rng(crc32(name.encode()))
            pixels = paint(rng)
            yield Label(f"{half}/{kind}/{number}.jpg", name, name, kind, "", half), _jpeg(pixels, Image.Exif())
            if number % 3 == 0 and kind.startswith(WRITTEN):
                for copy in _COPIED:
                    path = f"{half}/{kind}/{number} {copy.replace('/', ' of ')}{COPIES[copy].container.suffix}"
                    label = Label(path, name, name, f"{kind}, {copy}", "", half)
                    yield label, COPIES[copy].make(pixels, rng, Image.Exif())


def _sequences(source: Source, pixels: Pixels, rng: np.random.Generator) -> Iterator[Made]:
    makers = {"burst": burst, "bracket": bracket}
    kind = list(makers)[rng.integers(2)]
    shot = _shot(source.name)
    for number, frame in enumerate(makers[kind](pixels, rng)):
        name = f"{source.name} {kind} {number}"
        label = Label(_path(source, f"{kind} {number}", ".jpg"), name, source.scene, kind, source.name, source.half)
        yield label, _jpeg(frame, exif_of(shot.later(0.3 * number)))


def _label(source: Source, kind: str, suffix: str) -> Label:
    return Label(_path(source, kind, suffix), source.name, source.scene, kind, "", source.half)


def _path(source: Source, kind: str, suffix: str) -> str:
    return f"{source.half}/{source.name}/{kind.replace('/', ' of ')}{suffix}"


def _shot(name: str) -> Shot:
    """Another camera and moment for each source, minutes apart."""
    number = crc32(name.encode())
    camera = (REFLEX, MIRRORLESS, PHONE)[number % 3]
    return Shot(camera, _EPOCH + timedelta(minutes=number % 2_000_000), "+02:00", (48.0, 8.0))


def _jpeg(pixels: Pixels, exif: Image.Exif) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=93, subsampling=0, exif=exif.tobytes() if len(exif) else b"")
    return buffer.getvalue()


def chosen(folders: Sequence[Path], sources: int) -> list[Source]:
    """At most so many sources, spread over all."""
    found = find(folders)
    return found if len(found) <= sources else [found[i * len(found) // sources] for i in range(sources)]


def write(out: Path, sources: Sequence[Source], plain_each: int = _PLAIN_EACH) -> list[Label]:
    """The set as files in a folder, with `labels.json`."""
    with ProcessPoolExecutor() as pool:
        scenes = groupby(sources, key=lambda source: source.path)
        tasks = [pool.submit(_write_scene, out, list(group)) for _, group in scenes]
        tasks += [pool.submit(_write_plain, out, half, plain_each) for half in ("tuning", "test")]
        labels = [label for task in tasks for label in task.result()]
    (out / "labels.json").write_text(json.dumps([asdict(label) for label in labels], indent=0))
    return labels


def _write_scene(out: Path, sources: Sequence[Source]) -> list[Label]:
    return [_write(out, made) for source in sources for made in of_source(source)]


def _write_plain(out: Path, half: str, count: int) -> list[Label]:
    return [_write(out, made) for made in plain(half, count)]


def _write(out: Path, made: Made) -> Label:
    label, data = made
    path = out / label.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--sources", type=int, default=10_000)
    arguments = parser.parse_args()
    labels = write(arguments.out, chosen(arguments.folders, arguments.sources))
    for half in ("tuning", "test"):
        mine = [label for label in labels if label.half == half]
        print(f"{half}: {len(mine)} files, {sum(label.kind == SOURCE for label in mine)} sources")


if __name__ == "__main__":
    main()
