"""The cut-off on real features: photos that a collection has in other views, and photos that it does not have.

    python -m bench.vectors_photos ~/Pictures --models ~/.local/share/lumina/models

Each photo is put into four views: as it is, mirrored, and two crops with other tones. The collection has three of them;
the question is the first. Then the same question where the collection has none of its views: the list should be empty,
though photos of like things stay in it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from lumina.domain.vectors import Calibration, Near
from lumina.inference.models import Models
from lumina.vision.background import alike, calibrate, cut

BATCH, SAMPLE = 32, 2_000


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=Path, required=True, help="folder with installed models")
    parser.add_argument("--model", default="mobilenet-v2")
    parser.add_argument("--most", type=int, default=500)
    given = parser.parse_args()
    paths = sorted(path for path in given.folder.iterdir() if path.is_file())[: given.most]
    pictures = [view for path in paths for view in views(path)]
    encoder = Models(given.models).image_encoder(given.model)
    parts = [encoder.encode(pictures[start : start + BATCH]) for start in range(0, len(pictures), BATCH)]
    figures(np.concatenate(parts), np.repeat(np.arange(len(paths)), 4))
    return 0


def views(path: Path) -> list[NDArray[np.uint8]]:
    """Four pictures of one photo, height x width x 3."""
    whole = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    width, height = whole.size
    left = whole.crop((0, 0, int(0.85 * width), int(0.85 * height)))
    right = whole.crop((int(0.15 * width), int(0.1 * height), width, height))
    made = [whole, ImageOps.mirror(whole), ImageEnhance.Brightness(left).enhance(0.8)]
    return [np.asarray(view) for view in (*made, ImageEnhance.Color(right).enhance(0.6))]


def figures(vectors: NDArray[np.float32], photos: NDArray[np.int64]) -> None:
    """Print how many lists are right, and how far apart photos and views are."""
    asked = np.arange(len(vectors)) % 4 == 0
    known, owner = vectors[~asked], photos[~asked]
    random = np.random.default_rng(0)
    sample = random.choice(len(known), min(SAMPLE, len(known)), replace=False)
    scores = known @ known.T
    np.fill_diagonal(scores, -1)
    calibration = calibrate(known[sample], scores.max(axis=1), len(known))
    assert calibration is not None, "too few photos"
    right = found = full = empty = 0
    for question, photo in zip(vectors[asked], photos[asked], strict=True):
        kept = _kept(known @ question, sample, calibration, np.ones(len(known), np.bool_))
        right += sum(owner[near.image_id] == photo for near in kept)
        found += len(kept)
        full += any(owner[near.image_id] == photo for near in kept)
        empty += not _kept(known @ question, sample, calibration, owner != photo)
    asked_count = int(asked.sum())
    print(f"{asked_count} photos, {len(known)} views; {calibration}")
    print(f"one subject from {alike(calibration, len(known)):.3f}")
    precision, recall = right / max(found, 1), right / len(known)
    print(f"present: {full / asked_count:.3f} found, precision {precision:.3f}, recall {recall:.3f}")
    print(f"absent: {empty / asked_count:.3f} with an empty list")


def _kept(
    scores: NDArray[np.float32], sample: NDArray[np.int64], calibration: Calibration, there: NDArray[np.bool_]
) -> list[Near]:
    background = scores[sample[there[sample]]]
    near = [Near(place, float(scores[place])) for place in np.flatnonzero(there)]
    return cut(background, int(there.sum()), calibration).kept(near)


if __name__ == "__main__":
    sys.exit(main())
