"""Camera-like JPEGs, for machines without a photo collection at hand: painted scenes with texture and sensor noise."""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

import numpy as np

from scripts.sample_library import scenes, shots
from scripts.sample_library.library import MIRRORLESS, PHONE, REFLEX

# width x height: 4 megapixels on average, from an old compact to a crop of a modern camera
SIZES = ((1600, 1200), (2272, 1704), (2592, 1944), (3008, 2000))
DEFAULT = Path("build/bench/camera")


def picture(number: int) -> bytes:
    """One JPEG of about half a byte per pixel, as cameras write them."""
    width, height = SIZES[number % len(SIZES)]
    scene = scenes.ALL[number % 7]
    pixels = scenes.paint(scene, width // 2, height // 2, seed=9000 + number)
    pixels = pixels.repeat(2, axis=0).repeat(2, axis=1).astype(np.int16)
    pixels += _texture(width, height, number)[:, :, None]
    shot = shots.Shot((REFLEX, MIRRORLESS, PHONE)[number % 3], datetime(2019, 5, 1), "+02:00", (48.0, 8.0))
    return shots.jpeg(pixels.clip(0, 255).astype(np.uint8), shot.later(number * 40), quality=92)


def _texture(width: int, height: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    """Grass, leaves, grain: noise at three scales."""
    rng = np.random.default_rng(seed)
    total = rng.normal(0, 3.0, (height, width))
    for scale, strength in ((2, 6.0), (8, 9.0)):
        coarse = rng.normal(0, strength, (height // scale + 1, width // scale + 1))
        total += coarse.repeat(scale, axis=0).repeat(scale, axis=1)[:height, :width]
    return total.astype(np.int16)


def _write(task: tuple[Path, int]) -> None:
    folder, number = task
    path = folder / f"{number // 1000:03d}" / f"DSC_{number:05d}.JPG"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(picture(number))
        part.rename(path)


def make(folder: Path, count: int) -> list[Path]:
    """`count` pictures in `folder`, those that are missing made now; their paths."""
    with ProcessPoolExecutor() as pool:
        list(pool.map(_write, [(folder, number) for number in range(count)], chunksize=4))
    return sorted(folder.rglob("*.JPG"))[:count]


def make_many(folder: Path, count: int, distinct: int = 120) -> list[Path]:
    """`count` pictures that all differ in their image data, made quickly from `distinct` painted ones."""
    bases = make(DEFAULT, min(distinct, count))
    paths = [folder / f"{number // 500:03d}" / f"DSC_{number:05d}.JPG" for number in range(count)]
    for number, path in enumerate(paths):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(_variant(bases[number % len(bases)].read_bytes(), number // len(bases)))
            part.rename(path)
    return paths


def _variant(data: bytes, number: int) -> bytes:
    """The same JPEG with another divisor for the finest pattern: it looks alike, takes as long, and differs."""
    table = data.index(b"\xff\xdb") + 5
    return data[: table + 63] + bytes([1 + (data[table + 63] + number) % 255]) + data[table + 64 :]


def given_or_made(folder: Path | None, count: int) -> list[Path]:
    """The JPEGs of the folder that a person named, or made ones."""
    if folder is None:
        return make(DEFAULT, count)
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=60)
    arguments = parser.parse_args()
    print(len(make(arguments.folder, arguments.count)), "pictures in", arguments.folder)
